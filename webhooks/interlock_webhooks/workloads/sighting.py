"""An object as the API server shows it, read for what is to be said of its hold. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from msgspec import Struct

from interlock.errors import RequestError
from interlock.identity import HoldId, OrganizationName
from interlock.intents.admission import from_manifest
from interlock.intents.context import ExtractionContext
from interlock.intents.fields import mapping
from interlock.ledger.account import MOST
from interlock.ledger.hold import hold_id
from interlock.model.intent import Intent
from interlock.units import GpuMilliseconds, Instant
from interlock_webhooks.workloads.fate import (
    AS_HELD,
    KEEP,
    Fate,
    Keep,
    Life,
    Ran,
    Settle,
    SettleAsHeld,
)
from interlock_webhooks.workloads.jobs import life_of_job
from interlock_webhooks.workloads.pods import life_of_pod
from interlock_webhooks.workloads.times import instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of objects that end by themselves, where the API server has them, and how to read their lives."""

    group: str
    name: str
    version: str
    path: str
    life: Callable[[Mapping[str, Any], Instant | None], Life]


POD: Final = Kind(group="", name="Pod", version="v1", path="/api/v1/pods", life=life_of_pod)
JOB: Final = Kind(group="batch", name="Job", version="batch/v1", path="/apis/batch/v1/jobs", life=life_of_job)
KINDS: Final = (POD, JOB)


class Sighting(Struct, frozen=True):
    """What is to be said of a workload's hold, and the hold's id where the object tells it."""

    fate: Fate
    hold: HoldId | None = None


_ALIVE: Final = Sighting(KEEP)


def uid_of(body: Mapping[str, Any]) -> str | None:
    """The uid of an object, if it has one that can name a hold."""
    metadata = body.get("metadata")
    uid = metadata.get("uid") if isinstance(metadata, dict) else None
    return uid if isinstance(uid, str) and uid and _is_text(uid) else None


def sighting(
    kind: Kind, body: Mapping[str, Any], context: ExtractionContext, deleted: Instant | None = None
) -> Sighting:
    """What `body` says, an object of `kind` with a uid; `deleted` is when it was seen to be gone, if it is.

    What can't be read is kept, and booked as held once it is gone.
    """
    life = _life(kind, body, deleted)
    if isinstance(life, Keep):
        return _ALIVE
    try:
        intent = from_manifest({**body, "apiVersion": kind.version, "kind": kind.name}, context)
        hold = _hold(intent, body["metadata"]["uid"])
    except (RequestError, UnicodeEncodeError):
        return Sighting(AS_HELD if isinstance(life, Ran) else life)
    return Sighting(_settled(life, intent) if isinstance(life, Ran) else life, hold)


def _life(kind: Kind, body: Mapping[str, Any], deleted: Instant | None) -> Life:
    try:
        return kind.life(body, None if deleted is None else _gone(body, deleted))
    except RequestError:
        return KEEP if deleted is None else Ran()


def _gone(body: Mapping[str, Any], seen: Instant) -> Instant:
    """When an object was deleted: as it says itself, where deleting it took time; else when that was seen."""
    stated = instant(mapping(body, "metadata", ""), "deletionTimestamp", "metadata")
    return seen if stated is None else stated


def _hold(intent: Intent, uid: str) -> HoldId:
    return hold_id(OrganizationName(intent["attribution"].get("organization", "")), uid.encode())


def _settled(ran: Ran, intent: Intent) -> Settle | SettleAsHeld:
    """The time of all devices that `intent` counts.

    Where that is not all, it is no less than what the object would hold if it
    were created now, so that nobody gains by asking for little and more later.
    """
    lasted = ran.lasted
    devices = sum(accelerator["total"] for accelerator in intent["accelerators"])
    used = min(devices * (lasted or 0), MOST)
    if not ran.once:
        return SettleAsHeld(GpuMilliseconds(max(used, min(intent["usage"].get("gpuTime", 0), MOST))))
    return AS_HELD if lasted is None else Settle(GpuMilliseconds(used))


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
