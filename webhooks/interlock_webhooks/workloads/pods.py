"""When a Pod used its devices, by its status. Pure.

The kubelet writes a last phase once all containers have ended; where a node was
lost, others write it, and then what ran there has no end yet.
"""

from collections.abc import Mapping
from typing import Any, Final

from interlock.intents.fields import mapping, mappings, text, whole
from interlock.units import Instant
from interlock_webhooks.workloads.fate import KEEP, RELEASE, Life, Ran
from interlock_webhooks.workloads.times import instant

_ENDED: Final = frozenset({"Succeeded", "Failed"})
_MAY_NEVER_RUN: Final = frozenset({"Pending", "Failed"})


def life_of_pod(pod: Mapping[str, Any], gone: Instant | None) -> Life:
    """What became of `pod`, which was deleted at `gone` if it was.

    Its devices are its own from when the kubelet takes it until its last
    container ends. Raises RequestError.
    """
    status = mapping(pod, "status", "")
    phase = text(status, "phase", "status")
    if phase not in _ENDED and gone is None:
        return KEEP
    ran = [container for container in _containers(status) if _has_started(container)]
    if not ran and phase in _MAY_NEVER_RUN:
        return RELEASE
    start = instant(status, "startTime", "status")
    if phase in _ENDED and not any(_runs(container) for container in ran):
        return Ran(start, _last_end(ran))
    return KEEP if gone is None else Ran(start, gone)


def _containers(status: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        *mappings(status, "initContainerStatuses", "status"),
        *mappings(status, "containerStatuses", "status"),
    ]


def _has_started(container: Mapping[str, Any]) -> bool:
    """Whether `container` ran at any time."""
    return bool(
        _runs(container)
        or _terminated(container)
        or mapping(mapping(container, "lastState", ""), "terminated", "lastState")
        or whole(container, "restartCount", "")
    )


def _runs(container: Mapping[str, Any]) -> bool:
    return mapping(container, "state", "").get("running") is not None


def _terminated(container: Mapping[str, Any]) -> dict[str, Any]:
    return mapping(mapping(container, "state", ""), "terminated", "state")


def _last_end(containers: list[dict[str, Any]]) -> Instant | None:
    """When the last of `containers` ended; None where one doesn't say when."""
    ends = [instant(_terminated(container), "finishedAt", "state.terminated") for container in containers]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None
