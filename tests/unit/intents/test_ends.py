"""How long a workload may use its devices."""

from typing import Any

import pytest

from interlock.intents.context import ExtractionContext
from interlock.intents.extract import extract
from interlock.model.catalog import Catalog
from interlock.model.intent import MAX_INT64, Intent
from interlock.model.labels import DEFAULT_LABELS
from interlock.units import Instant


def _read(version: str, kind: str, spec: dict[str, Any]) -> Intent:
    manifest = {"apiVersion": version, "kind": kind, "metadata": {"name": "a"}, "spec": spec}
    return extract(manifest, ExtractionContext(Catalog(), DEFAULT_LABELS, Instant(0)))


def _pods(gpus: int = 2, **spec: Any) -> dict[str, Any]:
    return {"containers": [{"name": "a", "resources": {"limits": {"nvidia.com/gpu": gpus}}}], **spec}


def test_a_pod_uses_its_devices_until_its_deadline() -> None:
    intent = _read("v1", "Pod", _pods(activeDeadlineSeconds=60))
    assert intent["usage"] == {"gpuTime": 120_000}
    assert intent["provenance"]["usage.gpuTime"] == "spec.activeDeadlineSeconds"


def test_all_pods_of_a_job_use_devices_until_its_deadline() -> None:
    job = {"parallelism": 3, "activeDeadlineSeconds": 10, "template": {"spec": _pods()}}
    assert _read("batch/v1", "Job", job)["usage"] == {"gpuTime": 60_000}


@pytest.mark.parametrize(
    ("version", "kind", "spec"),
    [
        ("v1", "Pod", _pods()),
        ("batch/v1", "Job", {"template": {"spec": _pods(activeDeadlineSeconds=60)}}),
        ("apps/v1", "Deployment", {"template": {"spec": _pods(activeDeadlineSeconds=60)}}),
        ("example.com/v1", "Job", {"activeDeadlineSeconds": 10, "template": {"spec": _pods()}}),
        ("v1", "Pod", {"activeDeadlineSeconds": 60, "containers": [{"name": "a"}]}),
    ],
)
def test_without_a_deadline_or_devices_there_is_nothing_to_say(
    version: str, kind: str, spec: dict[str, Any]
) -> None:
    assert "gpuTime" not in _read(version, kind, spec)["usage"]


def test_the_longest_time_fits_into_64_bits() -> None:
    intent = _read("v1", "Pod", _pods(10**6, activeDeadlineSeconds=MAX_INT64))
    assert intent["usage"]["gpuTime"] == MAX_INT64
