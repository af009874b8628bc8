import pytest

from interlock.model.intent import MAX_INT64, Intent
from support.intents import asks, intent_of, pod


def _annotated(annotations: dict[str, str]) -> Intent:
    manifest = pod({})
    manifest["metadata"]["annotations"] = annotations
    return intent_of(manifest)


@pytest.mark.parametrize("key", ["gpu-fraction", "gpu-memory"])
def test_a_part_that_is_asked_for_by_annotation_is_a_shared_device(key: str) -> None:
    (gpu,) = _annotated({key: "0.5"})["accelerators"]
    assert (gpu["resource"], gpu["allocation"], gpu["class"]) == (key, "annotation", "unknown")
    assert (gpu["count"], gpu["shared"]) == (1, True)
    assert gpu["source"] == f'metadata.annotations["{key}"]'


def test_parts_of_several_devices_count_as_that_many() -> None:
    assert _annotated({"gpu-fraction": "0.5", "gpu-fraction-num-devices": "4"})["accelerators"][0]["count"] == 4
    assert _annotated({"gpu-fraction": "0.5", "gpu-fraction-num-devices": "0"})["accelerators"][0]["count"] == 1


def test_a_number_of_devices_that_cannot_be_read_passes_no_limit() -> None:
    intent = _annotated({"gpu-fraction": "0.5", "gpu-fraction-num-devices": "many"})
    assert intent["accelerators"][0]["count"] == MAX_INT64
    assert "gpu-fraction-num-devices" in intent["unresolved"][0]["path"]


@pytest.mark.parametrize("annotations", [{}, {"gpu-fraction": ""}, {"gpu-fraction-num-devices": "4"}])
def test_other_annotations_ask_for_none(annotations: dict[str, str]) -> None:
    assert _annotated(annotations)["accelerators"] == []


def test_the_annotation_of_a_pod_template_counts_for_each_pod() -> None:
    template = {"metadata": {"annotations": {"gpu-fraction": "0.25"}}, "spec": {"containers": [asks(1)]}}
    spec = {"replicas": 8, "template": template}
    intent = intent_of({"apiVersion": "apps/v1", "kind": "Deployment", "spec": spec})
    assert [(gpu["resource"], gpu["total"]) for gpu in intent["accelerators"]] == [
        ("nvidia.com/gpu", 8),
        ("gpu-fraction", 8),
    ]
