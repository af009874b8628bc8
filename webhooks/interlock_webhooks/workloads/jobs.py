"""When a Job used its devices, by its status. Pure.

A Job that is suspended forgets when it started, and one that is scaled how many
pods it had. What it used is known only of one whose spec stayed as it was when
it first ran, which its generation tells.
"""

from collections.abc import Mapping
from typing import Any, Final

from interlock.intents.fields import mapping, mappings, text, whole
from interlock.units import Instant
from interlock_webhooks.workloads.fate import KEEP, RELEASE, Life, Ran
from interlock_webhooks.workloads.times import instant

_CREATED: Final = 1
_RESUMED: Final = 2


def life_of_job(job: Mapping[str, Any], gone: Instant | None) -> Life:
    """What became of `job`, which was deleted at `gone` if it was.

    Its pods may run from when its controller takes it until it is complete or
    has failed, which it is once none of them runs. Raises RequestError.
    """
    status = mapping(job, "status", "")
    conditions = {
        text(each, "type", "status.conditions"): each for each in mappings(status, "conditions", "status")
    }
    ended = _true(conditions, "Complete") or _true(conditions, "Failed")
    if ended is None and gone is None:
        return KEEP
    start = instant(status, "startTime", "status")
    generation = whole(mapping(job, "metadata", ""), "generation", "metadata")
    if start is None and generation == _CREATED and not _true(conditions, "Complete"):
        return RELEASE
    end = gone if ended is None else _end(status, ended)
    return Ran(start, end, once=_ran_once(generation, conditions))


def _end(status: Mapping[str, Any], ended: Mapping[str, Any]) -> Instant | None:
    completed = instant(status, "completionTime", "status")
    return instant(ended, "lastTransitionTime", "status.conditions") if completed is None else completed


def _true(conditions: Mapping[str | None, dict[str, Any]], kind: str) -> dict[str, Any] | None:
    found = conditions.get(kind)
    return found if found is not None and text(found, "status", "status.conditions") == "True" else None


def _ran_once(generation: int | None, conditions: Mapping[str | None, dict[str, Any]]) -> bool:
    """Whether the spec is the one that ran from the start.

    One change of it may be that it was resumed: it was created suspended, as queues want.
    """
    if generation == _RESUMED:
        found = conditions.get("Suspended")
        return found is not None and text(found, "status", "status.conditions") == "False"
    return generation == _CREATED
