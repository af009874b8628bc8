"""What pods and jobs say of their holds, object by object."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.identity import OrganizationName
from interlock.intents.context import ExtractionContext
from interlock.ledger.account import MOST
from interlock.ledger.hold import hold_id
from interlock.loading.catalogs import shipped
from interlock.model.labels import DEFAULT_LABELS
from interlock.units import GpuMilliseconds, Instant
from interlock_webhooks.workloads.fate import AS_HELD, KEEP, RELEASE, Fate, Settle, SettleAsHeld
from interlock_webhooks.workloads.sighting import JOB, KINDS, POD, Kind, Sighting, sighting, uid_of
from support.workloads import (
    GPUS,
    START,
    at,
    completed,
    condition,
    failed,
    job,
    pod,
    started,
    terminated,
    with_metadata,
    with_status,
)

CONTEXT = ExtractionContext(shipped(), DEFAULT_LABELS, Instant(0))
SEEN = Instant(START + 500_000)
RUNS = {"name": "b", "restartCount": 0, "state": {"running": {"startedAt": at(0)}}}
WAITS = {"name": "b", "restartCount": 0, "state": {"waiting": {"reason": "ContainerCreating"}}}
CRASHES = {
    "name": "b",
    "restartCount": 3,
    "state": {"waiting": {"reason": "CrashLoopBackOff"}},
    "lastState": {"terminated": {"finishedAt": at(5)}},
}
LOST = {"name": "b", "restartCount": 0, "state": {"terminated": {"exitCode": 137, "finishedAt": None}}}


def said(body: dict[str, Any], deleted: int | None = None) -> Sighting:
    kind = JOB if body["kind"] == "Job" else POD
    return sighting(kind, body, CONTEXT, None if deleted is None else Instant(deleted))


def used(seconds: float) -> Settle:
    return Settle(GpuMilliseconds(int(GPUS * seconds * 1000)))


def no_less_than(seconds: float) -> SettleAsHeld:
    return SettleAsHeld(GpuMilliseconds(int(GPUS * seconds * 1000)))


def ended_pod(*containers: dict[str, Any], phase: str = "Failed", **status: Any) -> dict[str, Any]:
    return with_status(started(pod()), phase=phase, containerStatuses=list(containers), **status)


def suspended_job(generation: int, **status: Any) -> dict[str, Any]:
    conditions = [*status.pop("conditions", []), condition("Suspended", 100, "False")]
    return with_metadata(with_status(job(), conditions=conditions, **status), generation=generation)


DONE = {"startTime": at(100), "completionTime": at(130), "conditions": [condition("Complete", 131)]}

ALIVE = {
    "a pod that waits": pod(),
    "a pod that runs": started(pod()),
    "a pod without a status": {**pod(), "status": None},
    "a pod that is being deleted": with_metadata(started(pod()), deletionTimestamp=at(9)),
    "a pod whose node was lost": ended_pod(terminated(5), RUNS),
    "a pod of an unknown phase": with_status(pod(), phase="Unknown"),
    "a pod whose phase is no text": with_status(pod(), phase=3),
    "an ended pod that can't be read": with_status(completed(started(pod()), 5), containerStatuses=7),
    "a job that nobody has seen yet": job(),
    "a job that runs": started(job()),
    "a job that is suspended": with_status(job(), conditions=[condition("Suspended")]),
    "a job whose pods still end": with_status(started(job()), conditions=[condition("FailureTarget")]),
    "a job whose pods end well": with_status(started(job()), conditions=[condition("SuccessCriteriaMet")]),
    "a job that is not complete": with_status(started(job()), conditions=[condition("Complete", 1, "False")]),
    "a job with a strange condition": with_status(started(job()), conditions=[{"type": []}]),
    "a job with strange conditions": with_status(started(job()), conditions={"Complete": "True"}),
}

ENDED: dict[str, tuple[dict[str, Any], Fate]] = {
    "a pod's time ends with its last container": (ended_pod(terminated(3), terminated(8)), used(8)),
    "a pod's first containers count": (
        ended_pod(WAITS, initContainerStatuses=[terminated(4)], phase="Failed"),
        used(4),
    ),
    "a pod's time begins when its node takes it": (completed(started(pod(), 60), 65), used(5)),
    "a fraction of a second counts": (completed(started(pod(), 0.25), 0.5), used(0.25)),
    "a pod that no node could start never ran": (with_status(pod(), phase="Failed", startTime=at(0)), RELEASE),
    "a pod that could not pull never ran": (ended_pod(WAITS), RELEASE),
    "a pod that succeeded without a container is strange": (ended_pod(WAITS, phase="Succeeded"), AS_HELD),
    "a pod that crashed until its deadline": (ended_pod(CRASHES), AS_HELD),
    "a pod that does not know when it ended": (ended_pod(terminated(5), LOST), AS_HELD),
    "a pod without a start": (with_status(completed(started(pod()), 5), startTime=None), AS_HELD),
    "a pod that ended before it started": (completed(started(pod(), 9), 5), AS_HELD),
    "a job's time ends when it is complete": (completed(started(job(), 5), 65), used(60)),
    "a job's time ends when it has failed": (failed(started(job()), 7), used(7)),
    "a job that failed before it started never ran": (failed(job(), 7), RELEASE),
    "a job that is complete and never started is strange": (completed(job(), 7), AS_HELD),
    "a job of two pods has twice the devices": (
        completed(started(job(parallelism=2, completions=9)), 5),
        used(10),
    ),
    "a job that was created suspended": (suspended_job(2, **DONE), used(30)),
    "a job that was suspended in the middle": (suspended_job(3, **DONE), no_less_than(3600)),
    "a job that was scaled": (with_metadata(completed(started(job()), 5), generation=2), no_less_than(3600)),
    "a job whose deadline was": (
        with_metadata(completed(started(job(seconds=1)), 5), generation=2),
        no_less_than(5),
    ),
    "a changed job that does not know when it ended": (
        with_metadata(completed(started(job(), 9), 5), generation=2),
        no_less_than(3600),
    ),
    "a job without a generation": (
        with_metadata(completed(started(job()), 5), generation=None),
        no_less_than(3600),
    ),
    "a job that ended before it started": (completed(started(job(), 9), 5), AS_HELD),
    "a job without devices": (
        {**completed(started(job()), 5), "spec": {"template": {"spec": {"containers": []}}}},
        used(0),
    ),
}

DELETED: dict[str, tuple[dict[str, Any], Fate]] = {
    "a pod that waited": (pod(), RELEASE),
    "a pod whose image was pulled": (with_status(pod(), startTime=at(0), containerStatuses=[WAITS]), RELEASE),
    "a pod that ran": (started(pod()), used(500)),
    "a pod that crashed": (with_status(started(pod()), containerStatuses=[CRASHES]), used(500)),
    "a pod that says when": (with_metadata(started(pod()), deletionTimestamp=at(9)), used(9)),
    "a pod of a lost node": (ended_pod(terminated(5), RUNS), used(500)),
    "a pod without a status": ({**pod(), "status": None}, AS_HELD),
    "a pod that can't be read": (with_status(pod(), containerStatuses=[3]), AS_HELD),
    "a pod that says no time": (with_metadata(started(pod()), deletionTimestamp="soon"), AS_HELD),
    "a pod that was deleted before it started": (
        with_metadata(started(pod(), 60), deletionTimestamp=at(9)),
        AS_HELD,
    ),
    "a pod that had ended": (completed(started(pod()), 5), used(5)),
    "a job that nobody had seen": (job(), RELEASE),
    "a job that waited in a queue": (with_status(job(), conditions=[condition("Suspended")]), RELEASE),
    "a job that ran and was suspended": (
        with_metadata(with_status(job(), conditions=[condition("Suspended")]), generation=2),
        no_less_than(3600),
    ),
    "a job that ran": (started(job()), used(500)),
    "a job that says when": (with_metadata(started(job()), deletionTimestamp=at(9)), used(9)),
    "a job that had failed": (failed(started(job()), 5), used(5)),
    "a job that can't be read": (with_status(job(), startTime=5), AS_HELD),
}


@pytest.mark.parametrize("body", ALIVE.values(), ids=ALIVE)
def test_what_may_run_yet_keeps_its_hold(body: dict[str, Any]) -> None:
    assert said(body) == Sighting(KEEP)


@pytest.mark.parametrize(("body", "fate"), ENDED.values(), ids=ENDED)
def test_what_ended_says_what_it_used_and_says_so_when_it_is_gone(body: dict[str, Any], fate: Fate) -> None:
    hold = hold_id(OrganizationName("acme"), body["metadata"]["uid"].encode())
    assert said(body) == said(body, SEEN) == said(body, SEEN + 9) == Sighting(fate, hold)


@pytest.mark.parametrize(("body", "fate"), DELETED.values(), ids=DELETED)
def test_what_is_deleted_says_what_it_used_until_then(body: dict[str, Any], fate: Fate) -> None:
    assert said(body, SEEN).fate == fate


@pytest.mark.parametrize(
    ("written", "instant"),
    [("2027-01-15T08:00:10Z", 10_000), ("2027-01-15T09:00:10.5+01:00", 10_500), ("2027-01-15T08:00:10", None)],
)
def test_times_need_their_offset(written: str, instant: int | None) -> None:
    fate = said(with_metadata(started(pod()), deletionTimestamp=written), SEEN).fate
    assert fate == (AS_HELD if instant is None else used(instant / 1000))


def test_nobody_is_settled_with_more_than_stores_count() -> None:
    body = completed(started(job(parallelism=2**31 - 1)), 0)
    body["status"] |= {"startTime": "0001-01-01T00:00:00+00:00", "completionTime": "9999-12-31T23:59:59Z"}
    assert said(body).fate == Settle(GpuMilliseconds(MOST))


def test_devices_that_can_not_be_counted_are_booked_as_held() -> None:
    body = completed(started(pod()), 5)
    body["spec"]["containers"] = "none"
    assert said(body) == Sighting(AS_HELD)
    assert said({**pod(), "spec": []}, SEEN) == Sighting(RELEASE)


@pytest.mark.parametrize("uid", [None, "", 7, "\ud800", {}])
def test_an_object_without_a_uid_holds_nothing(uid: Any) -> None:
    assert uid_of({"metadata": {"uid": uid}}) is None
    assert uid_of({"metadata": uid}) is None
    assert uid_of({}) is None


_TIMES = st.sampled_from([at(0), at(5), at(-5), "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "", "now"])
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | _TIMES
    | st.sampled_from(["Failed", "Succeeded", "Running", "Pending", "True"])
)
_KEYS = st.sampled_from(
    [
        "phase", "startTime", "completionTime", "conditions", "type", "status", "lastTransitionTime", "state",
        "terminated", "running", "finishedAt", "containerStatuses", "initContainerStatuses", "restartCount",
        "generation", "deletionTimestamp", "labels", "organization", "containers", "resources", "limits",
        "nvidia.com/gpu", "template", "spec", "parallelism", "completions", "lastState",
    ]
)  # fmt: skip
_HOSTILE = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=20,
)
_PARTS = st.dictionaries(_KEYS, _HOSTILE, max_size=6)


@given(
    kind=st.sampled_from(KINDS),
    ended=st.booleans(),
    parts=st.fixed_dictionaries({}, optional={"status": _PARTS, "spec": _PARTS, "metadata": _PARTS}),
    broken=st.dictionaries(st.sampled_from(["status", "spec"]), _HOSTILE, max_size=1),
    deleted=st.none() | st.just(SEEN),
)
def test_no_object_is_too_strange_and_none_has_used_less_than_nothing(
    kind: Kind,
    parts: dict[str, dict[str, Any]],
    broken: dict[str, Any],
    deleted: Instant | None,
    *,
    ended: bool,
) -> None:
    body = started(job() if kind is JOB else pod())
    body = completed(body, 5) if ended else body
    body = {**body, **{key: body[key] | part for key, part in parts.items()}, **broken}
    body["metadata"]["uid"] = "uid"
    found = sighting(kind, body, CONTEXT, deleted)
    assert found == sighting(kind, body, CONTEXT, deleted)
    if isinstance(found.fate, Settle):
        assert 0 <= found.fate.gpu_time <= MOST
    if isinstance(found.fate, SettleAsHeld):
        assert 0 <= found.fate.at_least <= MOST
    assert deleted is None or found.fate is not KEEP
