"""When a workload ends at the latest, and so how long it may use its devices."""

from typing import Any, Final

from interlock.intents.fields import mapping, whole
from interlock.model.intent import MAX_INT64, Intent

_ENDING: Final = frozenset({("", "Pod"), ("batch", "Job")})
"""Kinds whose deadline holds for all of their pods together, retries included.

One in a pod template is none: whoever makes the pods may make more.
"""


def add_gpu_time(intent: Intent, group: str, kind: str, body: dict[str, Any]) -> None:
    """Add the device time that `body`, an object of this kind, may use until its deadline, if it has one."""
    if (group, kind) not in _ENDING or not intent["accelerators"]:
        return
    seconds = whole(mapping(body, "spec", ""), "activeDeadlineSeconds", "spec")
    if seconds is not None:
        devices = sum(accelerator["total"] for accelerator in intent["accelerators"])
        intent["usage"]["gpuTime"] = min(devices * seconds * 1000, MAX_INT64)
        intent["provenance"]["usage.gpuTime"] = "spec.activeDeadlineSeconds"
