"""However the life of a workload is told, and by whom: it is booked once, with what it used in the end."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from kubernetes.aio.client import Configuration

from interlock.engine.facts import facts_of
from interlock.identity import OrganizationName
from interlock.intents.admission import from_manifest
from interlock.intents.context import ExtractionContext
from interlock.ledger.answers import Held
from interlock.ledger.hold import FOREVER, Hold, Taking, hold_id
from interlock.ledger.stores.memory import MemoryLedger
from interlock.loading.catalogs import shipped
from interlock.model.labels import DEFAULT_LABELS
from interlock.units import Instant
from interlock_webhooks.cluster.answers import Event
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.kubernetes.holding import HOLD_TIME
from interlock_webhooks.workloads.controller import Workloads
from interlock_webhooks.workloads.sighting import KINDS
from support.admitting import at_once
from support.ledgers import line
from support.policies import write_policies
from support.service import LoggedService, service_over
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
    with_metadata,
    with_status,
)

HELD = GPUS * 3_600_000
NOW = Instant(START + 1_000_000)
CONTEXT = ExtractionContext(shipped(), DEFAULT_LABELS, Instant(0))


@dataclass(frozen=True, slots=True)
class Story:
    """The states of one object, in order; and what it has used in the end, None where it never ran."""

    events: tuple[Event, ...]
    used: int | None


def event(kind: str, body: dict[str, Any]) -> Event:
    return Event(type=kind, object=body)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A Pod or Job that ends well, badly or in a strange way, or is deleted before, while or after it runs."""
    body = draw(st.sampled_from([job(), pod()]))
    start = draw(st.integers(0, 100))
    end = start + draw(st.integers(1, 3600))
    runs = started(body, start)
    finish = draw(st.sampled_from([completed, failed]))
    told = [event("ADDED", body)]
    ending = draw(st.sampled_from(["pending", "strange", "running", "stays", "goes"]))
    if ending == "pending":
        return Story((*told, event("DELETED", body)), None)
    told += [event("MODIFIED", with_status(runs, note=each)) for each in range(draw(st.integers(0, 3)))]
    if ending == "strange":
        strange = with_status(finish(runs, end), startTime=at(end + 9))
        return Story((*told, event("MODIFIED", strange)), HELD)
    if ending == "running":
        gone = with_metadata(runs, deletionTimestamp=at(end))
        return Story((*told, event("MODIFIED", gone), event("DELETED", gone)), GPUS * (end - start) * 1000)
    if body["kind"] == "Job":
        told.append(event("MODIFIED", with_status(runs, conditions=[condition("FailureTarget", end - 1)])))
    ended = finish(runs, end)
    told += [event("MODIFIED", ended)] * 2
    if ending == "goes":
        told.append(event("DELETED", with_metadata(ended, deletionTimestamp=at(end + 99))))
    return Story(tuple(told), GPUS * (end - start) * 1000)


@cache
def world() -> tuple[LoggedService, Cluster]:
    with TemporaryDirectory() as folder:
        return service_over(write_policies(Path(folder))), Cluster(Configuration(host="http://127.0.0.1:1"))


def with_hold(body: dict[str, Any]) -> LoggedService:
    """A service whose ledger has the hold of `body`, as its webhook would have taken it."""
    service, _ = world()
    service.ledger = MemoryLedger()
    hold = Hold(
        id=hold_id(OrganizationName("acme"), body["metadata"]["uid"].encode()),
        lines=(line("devices", HELD, None, unit="gpuTime"),),
        expires=Instant(NOW + HOLD_TIME),
        facts=facts_of(from_manifest(body, CONTEXT)),
    )
    answer = at_once(service.ledger.take(Taking(organization=OrganizationName("acme"), holds=(hold,)), NOW))
    assert isinstance(answer, Held)
    return service


@given(story=stories(), data=st.data(), replicas=st.integers(1, 3))
def test_a_life_is_booked_once_with_what_was_used_in_the_end(
    story: Story, data: st.DataObject, replicas: int
) -> None:
    """Told in any order, any number of times, with looks at what is held, and anew from the start."""
    service = with_hold(story.events[0].object)
    _, cluster = world()
    which = [kind.name for kind in KINDS].index(story.events[0].object["kind"])
    watching = [Workloads(cluster, service, lambda: NOW) for _ in range(replicas)]
    steps = st.tuples(st.integers(0, replicas - 1), st.none() | st.just("anew") | st.sampled_from(story.events))
    for replica, step in data.draw(st.lists(steps, max_size=25)):
        if isinstance(step, Event):
            at_once(watching[replica].followers[which].happened(step))
        elif step is None:
            at_once(watching[replica].attend())
        else:
            watching[replica] = Workloads(cluster, service, lambda: NOW)
    for each in watching:
        at_once(each.followers[which].happened(story.events[-1]))
        at_once(each.attend())
    assert at_once(service.ledger.holds(NOW)) == []
    assert settled(service) == ([] if story.used is None else [story.used])
    assert spent(service) == (story.used or 0)


def settled(service: LoggedService) -> list[int]:
    found = service.ledger.settlements(Instant(0), FOREVER)

    async def all_of_them() -> list[int]:
        return [each.actual["gpuTime"] // 1_000_000 async for each in found]

    return at_once(all_of_them())


def spent(service: LoggedService) -> int:
    return sum(entry.standing.spent for entry in at_once(service.ledger.accounts()))
