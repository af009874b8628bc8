from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import RequestError
from interlock.model.intent import MAX_INT64
from support.intents import accelerators, asks, intent_of, pod

_PRODUCT = "nvidia.com/gpu.product"


def _affinity(*terms: list[tuple[str, str, list[str]]], kind: str = "required") -> dict[str, Any]:
    written = [
        {
            "matchExpressions": [
                {"key": key, "operator": operator, "values": values} for key, operator, values in term
            ]
        }
        for term in terms
    ]
    if kind == "preferred":
        preferred = [{"weight": 1, "preference": term} for term in written]
        return {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}}
    required = {"nodeSelectorTerms": written}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


def test_an_accelerator_says_all_that_is_known_of_it() -> None:
    assert accelerators(asks("2"), nodeSelector={_PRODUCT: "NVIDIA-H100-80GB-HBM3"}) == [
        {
            "vendor": "nvidia",
            "resource": "nvidia.com/gpu",
            "class": "h100",
            "product": "h100-80gb-hbm3",
            "memoryMib": 81920,
            "count": 2,
            "pods": 1,
            "total": 2,
            "shared": False,
            "allocation": "resource",
            "alternatives": [],
            "source": 'spec.containers[0].resources.limits["nvidia.com/gpu"]',
        }
    ]


def test_containers_add_up() -> None:
    (gpu,) = accelerators(asks("2"), asks(3))
    assert gpu["count"] == 5


def test_of_limit_and_request_the_greater_counts() -> None:
    (gpu,) = accelerators({"resources": {"limits": {"gpu": 1}, "requests": {"gpu": 4}}})
    assert (gpu["count"], gpu["source"]) == (4, "spec.containers[0].resources.requests.gpu")
    (gpu,) = accelerators({"resources": {"limits": {"gpu": 4}, "requests": {"gpu": 1}}})
    assert (gpu["count"], gpu["source"]) == (4, "spec.containers[0].resources.limits.gpu")


def test_an_init_container_counts_only_beyond_what_runs_later() -> None:
    assert accelerators(asks(2), initContainers=[{"name": "i", **asks(1)}])[0]["count"] == 2
    assert accelerators(asks(2), initContainers=[{"name": "i", **asks(8)}])[0]["count"] == 8


def test_a_sidecar_adds_to_the_sum() -> None:
    sidecar = {"name": "s", "restartPolicy": "Always", **asks(1)}
    assert accelerators(asks(2), initContainers=[sidecar])[0]["count"] == 3


def test_an_init_container_runs_beside_the_sidecars_before_it() -> None:
    sidecar = {"name": "s", "restartPolicy": "Always", **asks(3)}
    init = {"name": "i", **asks(4)}
    assert accelerators(asks(2), initContainers=[sidecar, init])[0]["count"] == 7
    assert accelerators(asks(2), initContainers=[init, sidecar])[0]["count"] == 5


def test_an_ephemeral_container_adds_to_the_sum() -> None:
    assert accelerators(asks(1), ephemeralContainers=[{"name": "e", **asks(1)}])[0]["count"] == 2


def test_what_the_pod_asks_for_as_a_whole_counts_if_it_is_more() -> None:
    (gpu,) = accelerators({}, resources={"limits": {"nvidia.com/gpu": 6}})
    assert (gpu["count"], gpu["source"]) == (6, 'spec.resources.limits["nvidia.com/gpu"]')
    assert accelerators(asks(8), resources={"limits": {"nvidia.com/gpu": 6}})[0]["count"] == 8


def test_asking_for_none_is_not_asking() -> None:
    assert accelerators(asks(0), asks("0")) == []


@pytest.mark.parametrize("quantity", ["many", "-1", "{{ .Values.gpus }}", None, 1e300, [], True])
def test_a_count_that_cannot_be_read_passes_no_limit(quantity: object) -> None:
    intent = intent_of(pod(asks(quantity), asks(1), nodeSelector={_PRODUCT: "NVIDIA-L4"}))
    (gpu,) = intent["accelerators"]
    assert (gpu["count"], gpu["total"], gpu["class"]) == (MAX_INT64, MAX_INT64, "unknown")
    assert intent["unresolved"] == [
        {
            "path": 'spec.containers[0].resources.limits["nvidia.com/gpu"]',
            "reason": "the quantity can't be read as a number of devices",
        }
    ]


@given(st.lists(st.integers(min_value=0, max_value=MAX_INT64), min_size=1, max_size=4))
def test_counts_never_leave_64_bits(counts: list[int]) -> None:
    for gpu in accelerators(*map(asks, counts)):
        assert gpu["total"] == gpu["count"] == min(sum(counts), MAX_INT64)


def test_kinds_of_resources_are_apart() -> None:
    found = accelerators(asks(1), asks(2, "nvidia.com/mig-1g.5gb"))
    assert [(gpu["resource"], gpu["count"]) for gpu in found] == [
        ("nvidia.com/gpu", 1),
        ("nvidia.com/mig-1g.5gb", 2),
    ]
    assert (found[1]["migProfile"], found[1]["memoryMib"]) == ("1g.5gb", 5120)


def test_a_portion_shares_the_devices_of_its_domain_and_counts_no_more() -> None:
    limits = {"nvidia.com/gpu": 2, "nvidia.com/gpumem": 3000, "amd.com/gpu": 1}
    found = accelerators({"resources": {"limits": limits}})
    assert [(gpu["resource"], gpu["count"], gpu["shared"]) for gpu in found] == [
        ("nvidia.com/gpu", 2, True),
        ("amd.com/gpu", 1, False),
    ]


def test_a_portion_alone_is_one_of_one_shared_device() -> None:
    (gpu,) = accelerators(asks(3000, "nvidia.com/gpumem"))
    assert (gpu["count"], gpu["shared"]) == (1, True)


def test_a_resource_that_names_its_product_needs_no_selector() -> None:
    (npu,) = accelerators(asks(1, "huawei.com/Ascend910B3"))
    assert (npu["class"], npu["product"]) == ("ascend-910b", "ascend910b3")


@pytest.mark.parametrize(
    ("selector", "class_name"),
    [
        ({"cloud.google.com/gke-accelerator": "nvidia-l4"}, "l4"),
        ({"karpenter.k8s.aws/instance-gpu-name": "h200"}, "h200"),
        ({"node.kubernetes.io/instance-type": "g5.xlarge"}, "a10g"),
        ({"karpenter.k8s.aws/instance-family": "p5"}, "h100"),
        ({"node.kubernetes.io/instance-type": "m5.large"}, "unknown"),
        ({"node.kubernetes.io/instance-type": "p5.48xlarge", "kubernetes.io/os": "linux"}, "h100"),
        ({_PRODUCT: "AMD_Instinct_MI300X_OAM"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_the_class_follows_from_the_node_selector(selector: dict[str, str], class_name: str) -> None:
    (gpu,) = accelerators(asks(), nodeSelector=selector)
    assert (gpu["class"], gpu["alternatives"]) == (class_name, [])


def test_affinity_to_one_product_is_its_class() -> None:
    (gpu,) = accelerators(asks(), affinity=_affinity([(_PRODUCT, "In", ["NVIDIA-L4"])]))
    assert (gpu["class"], gpu["product"], gpu["memoryMib"]) == ("l4", "l4", 24576)


def test_several_products_are_alternatives_that_must_all_be_allowed() -> None:
    values = ["NVIDIA-A100-SXM4-80GB", "NVIDIA-H100-80GB-HBM3", "NVIDIA-NEXT"]
    (gpu,) = accelerators(asks(), affinity=_affinity([(_PRODUCT, "In", values)]))
    assert (gpu["class"], gpu["product"]) == ("unknown", "unknown")
    assert gpu["alternatives"] == ["a100-80gb", "h100", "unknown"]
    assert "memoryMib" not in gpu


def test_two_products_of_one_class_are_that_class() -> None:
    values = ["NVIDIA-A100-SXM4-80GB", "NVIDIA-A100-PCIE-80GB"]
    (gpu,) = accelerators(asks(), affinity=_affinity([(_PRODUCT, "In", values)]))
    assert (gpu["class"], gpu["product"], gpu["memoryMib"]) == ("a100-80gb", "unknown", 81920)


def test_terms_are_alternatives() -> None:
    terms = _affinity([(_PRODUCT, "In", ["NVIDIA-L4"])], [(_PRODUCT, "In", ["NVIDIA-L40S"])])
    (gpu,) = accelerators(asks(), affinity=terms)
    assert gpu["alternatives"] == ["l4", "l40s"]


def test_a_term_that_leaves_the_product_open_makes_one_alternative_unknown() -> None:
    terms = _affinity([(_PRODUCT, "In", ["NVIDIA-L4"])], [("zone", "In", ["a"])])
    (gpu,) = accelerators(asks(), affinity=terms)
    assert (gpu["class"], gpu["alternatives"]) == ("unknown", ["l4", "unknown"])


def test_what_must_hold_together_is_bounded_by_the_tightest() -> None:
    terms = _affinity([(_PRODUCT, "In", ["NVIDIA-L4", "NVIDIA-L40S"])])
    (gpu,) = accelerators(
        asks(), affinity=terms, nodeSelector={"node.kubernetes.io/instance-type": "g6.xlarge"}
    )
    assert gpu["class"] == "l4"


@pytest.mark.parametrize("operator", ["NotIn", "Exists", "Gt", "Lt"])
def test_other_operators_leave_the_product_open(operator: str) -> None:
    (gpu,) = accelerators(asks(), affinity=_affinity([(_PRODUCT, operator, ["NVIDIA-L4"])]))
    assert (gpu["class"], gpu["alternatives"]) == ("unknown", [])


def test_an_empty_list_of_products_and_no_terms_leave_it_open() -> None:
    assert accelerators(asks(), affinity=_affinity([(_PRODUCT, "In", [])]))[0]["class"] == "unknown"
    assert accelerators(asks(), affinity=_affinity())[0]["class"] == "unknown"


def test_preferred_affinity_is_no_constraint() -> None:
    terms = _affinity([(_PRODUCT, "In", ["NVIDIA-L4"])], kind="preferred")
    (gpu,) = accelerators(asks(), affinity=terms)
    assert gpu["class"] == "unknown"


def test_labels_say_sharing_and_profile() -> None:
    (gpu,) = accelerators(asks(), nodeSelector={_PRODUCT: "NVIDIA-A100-SXM4-80GB-MIG-1g.10gb-SHARED"})
    assert (gpu["class"], gpu["shared"], gpu["migProfile"], gpu["memoryMib"]) == (
        "a100-80gb",
        True,
        "1g.10gb",
        10240,
    )


def test_gke_says_sharing_and_profile_in_labels_of_their_own() -> None:
    selector = {
        "cloud.google.com/gke-accelerator": "nvidia-tesla-a100",
        "cloud.google.com/gke-gpu-partition-size": "1g.5gb",
        "cloud.google.com/gke-gpu-sharing-strategy": "time-sharing",
    }
    (gpu,) = accelerators(asks(), nodeSelector=selector)
    assert (gpu["class"], gpu["migProfile"], gpu["shared"]) == ("a100-40gb", "1g.5gb", True)


def test_an_unnamed_vendor_is_the_products() -> None:
    (gpu,) = accelerators(asks(1, "gpu"), nodeSelector={_PRODUCT: "NVIDIA-L4"})
    assert gpu["vendor"] == "nvidia"
    assert accelerators(asks(1, "gpu"))[0]["vendor"] == "unknown"


def test_choosing_a_node_with_accelerators_is_seen_though_none_is_asked_for() -> None:
    (gpu,) = accelerators({}, nodeSelector={_PRODUCT: "NVIDIA-H200"})
    assert (gpu["allocation"], gpu["class"], gpu["count"], gpu["total"]) == ("selector", "h200", 0, 0)
    assert (gpu["resource"], gpu["source"]) == (_PRODUCT, f'spec.nodeSelector["{_PRODUCT}"]')
    assert accelerators({}, nodeSelector={"node.kubernetes.io/instance-type": "m5.large"}) == []


def test_the_kinds_of_accelerators_of_one_pod_are_bounded() -> None:
    kinds = {f"nvidia.com/kind-{number}": 1 for number in range(8)}
    assert len(accelerators({"resources": {"limits": kinds}})) == 8
    with pytest.raises(RequestError, match="`spec`: asks for more than 8 kinds of accelerators"):
        accelerators({"resources": {"limits": kinds | {"gpu": 1}}})


def test_claims_are_accelerators_of_unknown_class() -> None:
    intent = intent_of(
        pod(
            {"resources": {"claims": [{"name": "a"}, {"name": "ghost"}]}},
            resourceClaims=[
                {"name": "a", "resourceClaimTemplateName": "single-gpu"},
                {"name": "b", "resourceClaimName": "shared-gpu"},
                {"name": "c"},
            ],
        )
    )
    assert [gpu["source"] for gpu in intent["accelerators"]] == [
        "spec.resourceClaims[0]",
        "spec.resourceClaims[1]",
        "spec.resourceClaims[2]",
        "spec.containers[0].resources.claims[1]",
    ]
    assert {(gpu["allocation"], gpu["class"], gpu["count"]) for gpu in intent["accelerators"]} == {
        ("claim", "unknown", 1)
    }
    assert [each["reason"] for each in intent["unresolved"]] == [
        "what the claim allocates is in the ResourceClaimTemplate `single-gpu`",
        "what the claim allocates is in the ResourceClaim `shared-gpu`",
        "what the claim allocates is in the ResourceClaim `unknown`",
        "the pod declares no claim of this name",
    ]


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"nodeSelector": []}, "spec.nodeSelector"),
        ({"nodeSelector": {"a": 1}}, "spec.nodeSelector.a"),
        ({"affinity": {"nodeAffinity": 1}}, "spec.affinity.nodeAffinity"),
        ({"resources": {"limits": []}}, "spec.resources.limits"),
        ({"resourceClaims": [1]}, "spec.resourceClaims[0]"),
        ({"initContainers": {}}, "spec.initContainers"),
    ],
)
def test_a_wrong_type_is_refused_with_its_path(spec: dict[str, Any], path: str) -> None:
    with pytest.raises(RequestError) as caught:
        accelerators({}, **spec)
    assert caught.value.path == f"$.{path}"
