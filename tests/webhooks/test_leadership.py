"""One of several services leads, over a real Lease, and another one once it does not any more."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from interlock.units import Milliseconds
from interlock_webhooks.leadership.candidate import Terms
from interlock_webhooks.leadership.election import Leadership
from interlock_webhooks.metrics import Metrics
from support.controlled import NAMESPACE, TERMS, Place, connection, place, stopped
from support.service import logged
from support.workloads import until

LEASE = f"/apis/coordination.k8s.io/v1/namespaces/{NAMESPACE}/leases/interlock-leader"
LONG = Terms(lasts=Milliseconds(600_000), leads=Milliseconds(300_000), every=Milliseconds(20))


def played(play: Callable[[Place], Awaitable[None]]) -> None:
    async def playing() -> None:
        async with place(defined=False) as found:
            await play(found)

    asyncio.run(playing())


@asynccontextmanager
async def competing(found: Place, identity: str, terms: Terms = TERMS) -> AsyncIterator[Leadership]:
    """One that competes until left."""
    log, lines = logged()
    async with aclosing(connection(found.api)) as cluster:
        leadership = Leadership(cluster, Metrics(), log, identity=identity, namespace=NAMESPACE, terms=terms)
        running = asyncio.create_task(leadership.compete())
        try:
            yield leadership
        finally:
            await stopped(running)
            assert all(line["identity"] == identity for line in lines)


def test_one_leads_and_its_lease_says_so() -> None:
    async def play(found: Place) -> None:
        async with competing(found, "a") as first, competing(found, "b") as second:
            await until(lambda: first.is_leader or second.is_leader)
            assert first.is_leader != second.is_leader
            lease = await found.admin.get(LEASE)
            assert lease["spec"]["holderIdentity"] == ("a" if first.is_leader else "b")
            assert lease["spec"]["leaseDurationSeconds"] == 1
            assert lease["metadata"]["labels"] == {"app.kubernetes.io/name": "interlock"}
            renewed = lease["spec"]["renewTime"]

            async def is_renewed() -> bool:
                spec = (await found.admin.get(LEASE))["spec"]
                return bool(spec["renewTime"] > renewed and spec["acquireTime"] == lease["spec"]["acquireTime"])

            await until(is_renewed)

    played(play)


def test_whoever_stops_in_order_leaves_the_lease_to_others_at_once() -> None:
    async def play(found: Place) -> None:
        async with competing(found, "b", LONG) as second:
            await until(lambda: second.is_leader)
        assert (await found.admin.get(LEASE))["spec"]["holderIdentity"] == ""
        async with competing(found, "a", LONG) as first:
            await until(lambda: first.is_leader)
            assert (await found.admin.get(LEASE))["spec"]["leaseTransitions"] == 1

    played(play)


def test_a_lease_that_is_held_is_waited_for_and_taken_when_it_is_over() -> None:
    async def play(found: Place) -> None:
        body: dict[str, Any] = {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": "interlock-leader", "annotations": {"note": "ours"}},
            "spec": {"holderIdentity": "gone", "leaseDurationSeconds": 1, "leaseTransitions": 4},
        }
        await found.admin.create(LEASE.rpartition("/")[0], body)
        async with competing(found, "a") as leadership:
            await until(lambda: found.api.asked["get", "leases"] > 3)
            assert not leadership.is_leader
            await until(lambda: leadership.is_leader)
            lease = await found.admin.get(LEASE)
            assert lease["spec"]["leaseTransitions"] == 5
            assert lease["metadata"]["annotations"] == {"note": "ours"}

    played(play)


def test_a_leader_that_reaches_nobody_leads_no_more_and_its_work_is_stopped() -> None:
    async def play(found: Place) -> None:
        started: list[str] = []
        ended: list[str] = []

        async def work() -> None:
            started.append("work")
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("work")

        async with competing(found, "a") as leadership:
            leading = asyncio.create_task(leadership.while_leading(work))
            await until(lambda: started == ["work"])
            found.api.faults[LEASE] = 500
            await until(lambda: ended == ["work"])
            assert not leadership.is_leader
            del found.api.faults[LEASE]
            await until(lambda: started == ["work", "work"])
            assert leadership.is_leader
            await stopped(leading)

    played(play)


def test_work_that_ends_or_fails_is_told_to_whoever_waits_for_it() -> None:
    async def play(found: Place) -> None:
        async def done() -> None:
            pass

        async def fails() -> None:
            raise LookupError

        async with competing(found, "a") as leadership:
            await leadership.while_leading(done)
            with pytest.raises(LookupError):
                await leadership.while_leading(fails)

    played(play)


def test_whoever_stops_without_an_api_server_stops_all_the_same() -> None:
    async def play(found: Place) -> None:
        async with competing(found, "a", LONG) as leadership:
            await until(lambda: leadership.is_leader)
            await found.api.stop()
        assert not leadership.is_leader

    played(play)
