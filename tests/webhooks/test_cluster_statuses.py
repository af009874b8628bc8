"""What became of a document is written into its status: by each replica, and by the leader for all."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from interlock_webhooks import reload
from interlock_webhooks.cluster import following
from interlock_webhooks.controller import reporting, status
from support.controlled import NAMESPACE, Place, Replica, place, ready
from support.policies import MODELS, TOOLS
from support.workloads import until

BROKEN = MODELS.replace("model.name.startsWith", "model.nmae.startsWith")
SHAPELESS = TOOLS.replace("permit:", "permt:")
LEASES = f"/apis/coordination.k8s.io/v1/namespaces/{NAMESPACE}/leases"


@pytest.fixture(autouse=True)
def _tries_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_WAITS", (0.05,))
    monkeypatch.setattr(reporting, "_AGAIN", 0.1)


def played(play: Callable[[Place], Awaitable[None]]) -> None:
    async def playing() -> None:
        async with place() as found:
            await play(found)

    asyncio.run(playing())


async def settled(found: Place, status: str, name: str, reason: str = "") -> dict[str, Any]:
    """The condition `Ready` of a policy once it has this status, for this reason."""

    async def has_come() -> bool:
        condition = await found.condition("IntentPolicy", name)
        return condition.get("status") == status and condition["reason"] in {reason, condition["reason"]}

    await until(has_come)
    return await found.condition("IntentPolicy", name)


async def digest(replica: Replica) -> str:
    return str((await replica.readiness())["policySet"])


def test_a_document_in_force_is_ready_with_the_set_that_it_is_in() -> None:
    async def play(found: Place) -> None:
        await found.apply(MODELS)
        async with found.replica("pod-a") as replica:
            condition = await settled(found, "True", "models", "InForce")
            assert condition["message"] == f"in force in policy set {await digest(replica)}"
            status = await found.status("IntentPolicy", "models")
            assert status["observedGeneration"] == condition["observedGeneration"] == 1
            assert status["typeChecking"] == {"expressionWarnings": []}
            observed = status["replicas"]["pod-a"].pop("observedAt")
            assert observed.endswith("Z")
            assert status["replicas"] == {"pod-a": {"digest": await digest(replica), "ready": True}}
            checked = await found.condition("IntentPolicy", "models", "TypeChecked")
            assert (checked["status"], checked["reason"]) == ("True", "Compiled")

    played(play)


def test_a_broken_document_says_what_is_wrong_and_others_say_where() -> None:
    async def play(found: Place) -> None:
        await found.apply(MODELS)
        async with found.replica() as replica:
            since = (await settled(found, "True", "models"))["lastTransitionTime"]
            before = await digest(replica)
            await found.apply(BROKEN)
            await found.apply(TOOLS)
            wrong = "undefined field `nmae` of Model: did you mean `name`?"
            condition = await settled(found, "False", "models", "Invalid")
            assert condition["message"].startswith(f"spec.rules[0].permit:1:6: {wrong}")
            assert condition["observedGeneration"] == 2
            assert condition["lastTransitionTime"] >= since
            checked = await found.condition("IntentPolicy", "models", "TypeChecked")
            assert (checked["status"], checked["reason"]) == ("False", "ExpressionsInvalid")
            status = await found.status("IntentPolicy", "models")
            first, second = status["typeChecking"]["expressionWarnings"]
            assert first["fieldRef"] == "spec.rules[0].permit"
            assert first["warning"].startswith(f"1:6: {wrong}")
            assert second["fieldRef"] == "spec.rules[1].forbid"
            assert status["replicas"]["a"]["ready"] is False
            assert status["replicas"]["a"]["digest"] == before
            held = await settled(found, "False", "tools", "HeldBack")
            assert held["message"].startswith(
                "kept out by what is wrong elsewhere: cluster/intentpolicies/models spec.rules[0].permit:1:6: "
            )
            await found.apply(MODELS)
            for name in ("models", "tools"):
                await settled(found, "True", name)
            assert "message" not in (await found.status("IntentPolicy", "models"))["replicas"]["a"]

    played(play)


def test_what_stays_in_force_stays_ready_while_others_are_broken() -> None:
    async def play(found: Place) -> None:
        await found.apply(MODELS)
        async with found.replica() as replica:
            await settled(found, "True", "models")
            await found.apply(SHAPELESS)
            condition = await settled(found, "False", "tools", "Invalid")
            assert condition["message"].startswith("spec.rules[0].name:1:1: rule `read` has no effect")
            checked = await found.condition("IntentPolicy", "tools", "TypeChecked")
            assert checked["status"] == "Unknown"
            ready_ = await found.condition("IntentPolicy", "models")
            assert ready_["status"] == "True"
            assert ready_["message"] == f"in force in policy set {await digest(replica)}"

    played(play)


def test_nothing_is_written_or_loaded_where_nothing_is_new() -> None:
    async def play(found: Place) -> None:
        await found.apply(MODELS)
        async with found.replica("a") as one, found.replica("b") as other:
            await ready(one, other)
            await until(lambda: all_say(found, "a", "b"))
            await settled(found, "True", "models")
            writes = found.api.asked["patch", "intentpolicies"]
            await found.apply(TOOLS)
            await until(lambda: found.is_("True", "IntentPolicy", "tools"))
            await settled(found, "True", "models")
            await asyncio.sleep(0.5)
            # Both say it of both; the leader says it twice, since the other one needs a moment.
            assert found.api.asked["patch", "intentpolicies"] - writes <= 8
            assert [len(each.said("policies loaded")) for each in (one, other)] == [2, 2]
            written = found.api.asked["patch", "intentpolicies"]
            found.api.drop()
            await asyncio.sleep(0.5)
            assert found.api.asked["patch", "intentpolicies"] == written

    played(play)


async def all_say(found: Place, *names: str) -> bool:
    replicas = (await found.status("IntentPolicy", "models")).get("replicas", {})
    return {*replicas} == {*names} and all(each["ready"] for each in replicas.values())


def test_when_the_leader_dies_another_one_says_that_it_is_gone() -> None:
    async def play(found: Place) -> None:
        await found.apply(MODELS)
        async with found.replica("a") as first:
            await settled(found, "True", "models")
            assert first.leadership.is_leader
            async with found.replica("b") as second:
                await until(lambda: all_say(found, "a", "b"))
                assert not second.leadership.is_leader
                await first.die()
                await until(lambda: second.leadership.is_leader)
                await until(lambda: all_say(found, "b"))
                await found.apply(MODELS.replace("good", "better"))
                await until(lambda: found.is_("True", "IntentPolicy", "models", 2))
                names = {each["metadata"]["name"] for each in (await found.admin.get(LEASES))["items"]}
                assert names == {"interlock-leader", "interlock-replica-b"}

    played(play)


def test_a_document_is_not_ready_before_all_replicas_decide_by_it() -> None:
    async def play(found: Place) -> None:
        await found.apply(MODELS)
        async with found.replica("a"):
            await settled(found, "True", "models")
            lease = {
                "apiVersion": "coordination.k8s.io/v1",
                "kind": "Lease",
                "metadata": {"name": "interlock-replica-late"},
                "spec": {"holderIdentity": "late"},
            }
            await found.admin.create(LEASES, lease)
            condition = await settled(found, "Unknown", "models", "Pending")
            assert condition["message"] == "replicas don't decide by it: late: not yet"
            await settled(found, "True", "models")

    played(play)


def test_a_status_that_may_not_be_written_is_tried_again() -> None:
    async def play(found: Place) -> None:
        await found.apply(MODELS)
        path = found.path("IntentPolicy", "models") + "/status"
        found.api.faults[path] = 403
        async with found.replica() as replica:
            await until(lambda: len(replica.said("a status can't be written")) > 1)
            assert replica.said("a status can't be written")[0]["document"] == "cluster/intentpolicies/models"
            assert 'interlock_status_writes_total{outcome="failed"}' in replica.metrics
            assert await replica.decides("good-1") == "allow"
            del found.api.faults[path]
            await settled(found, "True", "models")

    played(play)


def test_a_defect_in_what_is_written_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[object] = []
    made = status.patch

    def failing_at_first(*given: Any) -> Any:
        tries.append(given)
        if len(tries) == 1:
            raise KeyError("a bug")
        return made(*given)

    monkeypatch.setattr(reporting, "patch", failing_at_first)

    async def play(found: Place) -> None:
        await found.apply(MODELS)
        async with found.replica() as replica:
            await settled(found, "True", "models")
            assert replica.said("statuses can't be written")

    played(play)


def test_a_loader_that_fails_is_what_holds_documents_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(found: Place) -> None:
        await found.apply(MODELS)
        async with found.replica():
            await settled(found, "True", "models")

            def failing(*_given: Any) -> Any:
                raise KeyError("a bug")

            monkeypatch.setattr(reload, "load", failing)
            await found.apply(TOOLS)
            condition = await settled(found, "False", "tools", "HeldBack")
            assert condition["message"] == "kept out by what is wrong elsewhere: the loader failed"
            assert (await found.condition("IntentPolicy", "models"))["status"] == "True"

    played(play)


def test_conditions_of_others_stay() -> None:
    async def play(found: Place) -> None:
        await found.apply(MODELS)
        reviewed = {
            "type": "Reviewed",
            "status": "True",
            "reason": "ByHand",
            "message": "",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        }
        path = found.path("IntentPolicy", "models") + "/status"
        await found.admin.patch(path, {"status": {"conditions": [reviewed]}})
        async with found.replica():
            await settled(found, "True", "models")
            assert await found.condition("IntentPolicy", "models", "Reviewed") == reviewed

    played(play)
