"""What claims of dynamic resource allocation ask for, by what the shipped Catalog knows of devices."""

from typing import Any

import pytest

from interlock.errors import RequestError
from interlock.model.intent import Accelerator, Intent
from support.intents import accelerators, asks, intent_of

_GPU = "device.attributes['gpu.nvidia.com']"


def _claim(*requests: dict[str, Any], version: str = "v1", **devices: Any) -> Intent:  # raw documents
    return intent_of(
        {
            "apiVersion": f"resource.k8s.io/{version}",
            "kind": "ResourceClaim",
            "metadata": {"name": "c"},
            "spec": {"devices": {"requests": list(requests), **devices}},
        }
    )


def _request(*expressions: str, name: str = "gpu", **fields: Any) -> dict[str, Any]:  # raw documents
    selectors = [{"cel": {"expression": expression}} for expression in expressions]
    return {"name": name, "exactly": {"deviceClassName": "gpu.nvidia.com", "selectors": selectors, **fields}}


def _classes(accelerator: Accelerator) -> list[str]:
    return accelerator["alternatives"] or [accelerator["class"]]


@pytest.mark.parametrize(
    ("expressions", "classes"),
    [
        ([f"{_GPU}.productName == 'NVIDIA L4'"], ["l4"]),
        ([f"{_GPU}.productName.lowerAscii().matches('^.*a100.*$')"], ["a100-40gb", "a100-80gb"]),
        ([f"{_GPU}.architecture == 'Hopper'", f"{_GPU}.uuid != 'x'"], ["gh200", "h100", "h20", "h200"]),
        ([f"{_GPU}.cudaComputeCapability.compareTo(semver('12.0.0')) == 0"], ["rtx-5090", "rtx-pro-6000"]),
        ([f"{_GPU}.productName in ['NVIDIA H200', 'NVIDIA B200']"], ["b200", "h200"]),
        ([f"{_GPU}.architecture == 'Ampere'", f"{_GPU}.productName == 'NVIDIA L4'"], ["unknown"]),
        ([f"{_GPU}.productName == 'No such'"], ["unknown"]),
        (["device.attributes['gpu.nvidia.com'].type == 'A100'"], ["unknown"]),
        ([f"{_GPU}.productName == 'NVIDIA L4' ||"], ["unknown"]),
        ([f"{_GPU}.productName == 'NVIDIA L4'", "x"], ["unknown"]),
    ],
)
def test_selectors_say_which_classes_are_open(expressions: list[str], classes: list[str]) -> None:
    intent = _claim(_request(*expressions))
    (found,) = intent["accelerators"]
    assert _classes(found) == classes
    assert (found["class"] == "unknown") is (len(classes) > 1 or classes == ["unknown"])
    assert bool(intent["unresolved"]) is (classes == ["unknown"])


def test_one_device_gives_its_product_and_memory() -> None:
    (found,) = _claim(_request(f"{_GPU}.productName == 'NVIDIA H200'"))["accelerators"]
    assert (found["product"], found["memoryMib"], found["vendor"]) == ("h200", 144384, "nvidia")
    assert "migProfile" not in found


def test_slices_of_one_profile_have_its_memory() -> None:
    request = _request(f"{_GPU}.profile == '3g.71gb'", deviceClassName="mig.nvidia.com")
    (found,) = _claim(request)["accelerators"]
    assert (found["class"], found["migProfile"], found["memoryMib"]) == ("h200", "3g.71gb", 72704)


def test_slices_of_several_profiles_have_an_unknown_one() -> None:
    request = _request(f"{_GPU}.productName == 'NVIDIA A30'", deviceClassName="mig.nvidia.com")
    (found,) = _claim(request)["accelerators"]
    assert (found["class"], found["migProfile"]) == ("a30", "unknown")


@pytest.mark.parametrize("version", ["v1beta1", "v1beta2", "v1"])
def test_all_alternatives_are_accelerators(version: str) -> None:
    forms = [
        {"name": name, "deviceClassName": class_name, "count": count}
        for name, class_name, count in (("a", "tpu.google.com", 4), ("b", "gaudi.intel.com", 2))
    ]
    first, second = _claim({"name": "any", "firstAvailable": forms}, version=version)["accelerators"]
    assert (first["vendor"], first["count"], second["vendor"], second["count"]) == ("google", 4, "intel", 2)
    assert second["alternatives"] == ["gaudi", "gaudi2", "gaudi3"]


def test_the_oldest_form_has_its_fields_in_the_request() -> None:
    request = {"name": "gpu", **_request(f"{_GPU}.productName == 'NVIDIA L4'", count=3)["exactly"]}
    (found,) = _claim(request, version="v1beta1")["accelerators"]
    assert (found["class"], found["count"], found["source"]) == ("l4", 3, "spec.devices.requests[0]")


@pytest.mark.parametrize(
    ("fields", "is_shared"),
    [({}, False), ({"adminAccess": True}, True), ({"capacity": {"requests": {"memory": "10Gi"}}}, True)],
)
def test_devices_that_others_may_have_are_shared(fields: dict[str, Any], *, is_shared: bool) -> None:
    (found,) = _claim(_request(f"{_GPU}.productName == 'NVIDIA L4'", **fields))["accelerators"]
    assert (found["class"], found["shared"]) == ("l4", is_shared)


def test_a_part_is_of_a_device_that_has_as_much() -> None:
    (found,) = _claim(_request(capacity={"requests": {"memory": "120Gi"}}))["accelerators"]
    # What nobody knows the memory of may have it.
    assert found["alternatives"] == ["b200", "b300", "gb200", "gb300", "gh200", "h200"]


_SAME = [{"requests": ["a", "b"], "matchAttribute": "gpu.nvidia.com/productName"}]


@pytest.mark.parametrize(
    ("constraints", "classes"),
    [
        (_SAME, ["h100"]),
        ([{"matchAttribute": "gpu.nvidia.com/productName"}], ["h100"]),
        (
            [{"requests": ["b"], "matchAttribute": "gpu.nvidia.com/productName"}],
            ["gh200", "h100", "h20", "h200"],
        ),
        ([{"matchAttribute": "gpu.nvidia.com/uuid"}], ["gh200", "h100", "h20", "h200"]),
        ([{"distinctAttribute": "gpu.nvidia.com/productName"}], ["gh200", "h100", "h20", "h200"]),
        ([], ["gh200", "h100", "h20", "h200"]),
    ],
)
def test_attributes_in_common_narrow_what_is_open(constraints: list[Any], classes: list[str]) -> None:
    asked = (
        _request(f"{_GPU}.productName == 'NVIDIA H100 PCIe'", name="a"),
        _request(f"{_GPU}.architecture == 'Hopper'", name="b"),
    )
    first, second = _claim(*asked, constraints=constraints)["accelerators"]
    assert (_classes(first), _classes(second)) == (["h100"], classes)


def test_constraints_that_nothing_satisfies_narrow_nothing() -> None:
    asked = (
        _request(f"{_GPU}.productName == 'NVIDIA L4'", name="a"),
        _request(f"{_GPU}.productName == 'NVIDIA L40S'", name="b"),
    )
    first, second = _claim(*asked, constraints=_SAME)["accelerators"]
    assert (first["class"], second["class"]) == ("l4", "l40s")


def test_a_class_that_nobody_knows_is_narrowed_by_its_selectors() -> None:
    asked = _request(f"{_GPU}.productName == 'NVIDIA L4'", deviceClassName="ours.example")
    (found,) = _claim(asked)["accelerators"]
    assert (found["class"], found["alternatives"]) == ("l4", [])


@pytest.mark.parametrize("expressions", [[], ["device.attributes['ours.example'].model == 'x'"]])
def test_a_class_that_nobody_knows_is_unknown(expressions: list[str]) -> None:
    intent = _claim(_request(*expressions, deviceClassName="ours.example"))
    (found,) = intent["accelerators"]
    assert (found["class"], found["alternatives"]) == ("unknown", [])
    assert intent["unresolved"][0]["reason"] == "nobody knows which devices are of class `ours.example`"


def test_a_device_class_says_what_it_selects_and_asks_for_nothing() -> None:
    intent = intent_of(
        {
            "apiVersion": "resource.k8s.io/v1",
            "kind": "DeviceClass",
            "metadata": {"name": "fast.example"},
            "spec": {"selectors": [{"cel": {"expression": f"{_GPU}.architecture == 'Hopper'"}}]},
        }
    )
    (found,) = intent["accelerators"]
    assert (found["resource"], found["count"]) == ("resource.k8s.io/resourceclaims/fast.example", 0)
    assert found["alternatives"] == ["gh200", "h100", "h20", "h200"]


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ([_request()] * 33, "requests in a claim"),
        ([_request(*["true"] * 33)], "selectors in a request"),
        ([{"name": "a", "firstAvailable": [{"deviceClassName": "a"}] * 9}], "alternatives in a request"),
    ],
)
def test_what_the_api_server_would_not_take_is_refused(claim: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        _claim(*claim)


def test_constants_that_the_api_server_would_fold_cost_what_they_cost_here() -> None:
    asked = _request(f"[{', '.join(['1'] * 2000)}].size() == 2000", deviceClassName="ours.example")
    intent = _claim(asked)
    assert _classes(intent["accelerators"][0]) == ["unknown"]
    assert [each["reason"] for each in intent["unresolved"]] == ["the selector costs too much to be evaluated"]


def test_the_resource_of_a_class_is_any_of_its_devices_on_the_nodes_that_are_chosen() -> None:
    of_class = "deviceclass.resource.kubernetes.io"
    (gaudi,) = accelerators(asks(2, f"{of_class}/gaudi.intel.com"))
    assert (gaudi["count"], gaudi["allocation"], gaudi["alternatives"]) == (
        2,
        "claim",
        ["gaudi", "gaudi2", "gaudi3"],
    )
    (slice_,) = accelerators(asks(1, f"{of_class}/mig.nvidia.com"))
    assert (slice_["migProfile"], len(slice_["alternatives"])) == ("unknown", 11)
    selector = {"nvidia.com/gpu.product": "NVIDIA-H200"}
    (chosen,) = accelerators(asks(1, f"{of_class}/gpu.nvidia.com"), nodeSelector=selector)
    assert chosen["class"] == "h200"
    (unknown,) = accelerators(asks(1, f"{of_class}/ours.example"))
    assert (unknown["class"], unknown["alternatives"]) == ("unknown", [])


def test_many_selectors_have_a_budget_together() -> None:
    costly = "[1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, a + b > {}))"
    intent = _claim(*(_request(*(costly.format(-n) for n in range(32)), name=f"r{m}") for m in range(32)))
    last = intent["accelerators"][-1]
    assert (last["class"], last["alternatives"]) == ("unknown", [])
    assert "the selectors cost too much to be evaluated" in {each["reason"] for each in intent["unresolved"]}
