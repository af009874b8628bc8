"""Policies that are objects of a cluster: in force once all are known, and one set at any time."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from interlock.loading.policyset import PolicySet, load
from interlock_webhooks import reload
from interlock_webhooks.cluster import following
from interlock_webhooks.controller import controller
from support.asgi import send
from support.controlled import Place, Replica, place, ready
from support.policies import MODELS, TOOLS
from support.reviews import chat, encoded
from support.workloads import until

BROKEN = MODELS.replace("model.name.startsWith", "model.nmae.startsWith")
STRICTER = MODELS.replace('startsWith("good")', 'startsWith("better")')

SETTINGS = "{apiVersion: interlock.dev/v1alpha1, kind: PolicySet, metadata: {name: acme}}"
FOREIGN = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: names}
spec: {policyName: names, validationActions: [Deny]}
"""
NAMES = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: names}
spec:
  matchConstraints:
    resourceRules:
      - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}
  validations:
    - expression: object.metadata.name != 'never'
"""


@pytest.fixture(autouse=True)
def _tries_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_WAITS", (0.05,))


def played(play: Callable[[Place], Awaitable[None]], *, defined: bool = True) -> None:
    """`play` in a cluster of its own."""

    async def playing() -> None:
        async with place(defined=defined) as found:
            await play(found)

    asyncio.run(playing())


def says(replica: Replica, model: str, decision: str) -> Callable[[], Awaitable[bool]]:
    async def is_said() -> bool:
        return await replica.decides(model) == decision

    return is_said


def shows(replica: Replica, **facts: object) -> Callable[[], Awaitable[bool]]:
    async def is_shown() -> bool:
        return (await replica.readiness()).items() >= facts.items()

    return is_shown


def test_policies_of_the_cluster_decide_and_so_does_what_becomes_of_them() -> None:
    async def play(found: Place) -> None:
        await found.apply(MODELS)
        async with found.replica() as replica:
            await ready(replica)
            assert await replica.decides("good-1") == "allow"
            before = (await replica.readiness())["policySet"]
            await found.apply(STRICTER)
            await until(says(replica, "good-1", "deny"))
            assert (await replica.readiness())["policySet"] != before
            await found.delete("IntentPolicy", "models")
            await until(says(replica, "better-1", "deny"))
            await found.apply(MODELS)
            await until(says(replica, "good-1", "allow"))
            assert (await replica.readiness())["policySet"] == before

    played(play)


def test_nothing_is_decided_before_all_kinds_are_known() -> None:
    async def play(found: Place) -> None:
        async with found.replica() as replica:
            await until(lambda: lacks(replica, 6))
            readiness = await replica.readiness()
            assert readiness["status"] == "starting"
            assert readiness["policySet"] is None
            assert readiness["missing"][0].startswith(
                "intentpolicies.interlock.dev: the API server answers 404"
            )
            assert await replica.decides("good-1") == "internal"
            await found.define()
            await ready(replica)
            assert (await replica.readiness())["missing"] == []
            assert await replica.decides("good-1") == "deny"

    played(play, defined=False)


async def lacks(replica: Replica, count: int) -> bool:
    missing = (await replica.readiness())["missing"]
    return len(missing) == count and all("answers 404" in each for each in missing)


def test_documents_that_do_not_load_put_nothing_in_force_at_the_start() -> None:
    async def play(found: Place) -> None:
        await found.apply(BROKEN)
        async with found.replica() as replica:
            await until(shows(replica, missing=["policies: 2 problems, which the log lists"]))
            await found.apply(MODELS)
            await ready(replica)
            assert await replica.decides("good-1") == "allow"

    played(play)


def test_a_loader_that_fails_at_the_start_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controller, "_AGAIN", 0.05)
    tries: list[object] = []

    def failing_at_first(paths: Any, further: Any) -> PolicySet:
        tries.append(further)
        if len(tries) == 1:
            raise KeyError("a bug")
        return load(paths, further)

    monkeypatch.setattr(reload, "load", failing_at_first)

    async def play(found: Place) -> None:
        await found.apply(MODELS)
        async with found.replica() as replica:
            await ready(replica)
            assert replica.said("policies failed to load")
            assert await replica.decides("good-1") == "allow"

    played(play)


def test_a_broken_document_keeps_the_last_good_set_until_it_is_mended_or_deleted() -> None:
    async def play(found: Place) -> None:
        await found.apply(MODELS)
        async with found.replica() as replica:
            await ready(replica)
            before = (await replica.readiness())["policySet"]
            await found.apply(TOOLS.replace("tool.name", "tool.nmae"))
            await until(shows(replica, status="ready", policySet=before, stale=True, problems=1))
            await found.apply(STRICTER)
            await until(lambda: len(replica.said("policies kept: the changed documents don't load")) == 2)
            assert await replica.decides("good-1") == "allow"
            await found.delete("IntentPolicy", "tools")
            await until(says(replica, "good-1", "deny"))
            assert (await replica.readiness())["stale"] is False

    played(play)


def test_files_and_the_cluster_make_one_set(tmp_path: Path) -> None:
    async def play(found: Place) -> None:
        (tmp_path / "models.yaml").write_text(MODELS)
        await found.apply(TOOLS)
        async with found.replica("a", tmp_path) as replica:
            await ready(replica)
            assert {each.name for each in replica.policies} == {"models", "tools"}
            await found.apply(STRICTER)
            await until(shows(replica, stale=True))
            (kept,) = replica.said("policies kept: the changed documents don't load")
            assert kept["problems"][0].startswith("cluster/intentpolicies/models:5:13: duplicate IntentPolicy")
            (tmp_path / "models.yaml").unlink()
            (tmp_path / "none.yaml").write_text("")
            await replica.service.policies.reload()
            assert await replica.decides("good-1") == "deny"

    played(play)


@pytest.mark.parametrize("forgets", [False, True])
def test_an_api_server_that_was_down_is_followed_from_where_it_is_then(*, forgets: bool) -> None:
    async def play(found: Place) -> None:
        await found.apply(MODELS)
        async with found.replica() as replica:
            await ready(replica)
            await found.api.stop()
            await until(lambda: 'watch_up{resource="intentpolicies.interlock.dev"} 0' in replica.metrics)
            assert await replica.decides("good-1") == "allow"
            if forgets:
                found.api.store.forget()
            await found.api.start()
            await found.apply(STRICTER)
            await until(says(replica, "good-1", "deny"))
            assert 'watch_up{resource="intentpolicies.interlock.dev"} 1' in replica.metrics

    played(play)


def test_a_list_that_is_forbidden_keeps_what_is_known() -> None:
    async def play(found: Place) -> None:
        path = found.kind("IntentPolicy").resource.path()
        await found.apply(MODELS)
        async with found.replica() as replica:
            await ready(replica)
            found.api.store.forget()
            found.api.faults[path] = 403
            found.api.drop()
            await until(
                lambda: any("403" in line["error"] for line in replica.said("objects can't be watched"))
            )
            assert await replica.decides("good-1") == "allow"
            assert (await replica.readiness())["status"] == "ready"
            del found.api.faults[path]
            await found.apply(STRICTER)
            await until(says(replica, "good-1", "deny"))

    played(play)


def test_a_definition_that_is_removed_takes_no_policies_with_it() -> None:
    async def play(found: Place) -> None:
        await found.apply(MODELS)
        async with found.replica() as replica:
            await ready(replica)
            await found.undefine("IntentPolicy")
            await until(
                lambda: any("404" in line["error"] for line in replica.said("objects can't be watched"))
            )
            assert any(
                "is being removed: what there was of it stays in force" in line["error"]
                for line in replica.said("objects can't be watched")
            )
            await found.apply(SETTINGS)
            await until(lambda: len(replica.said("policies loaded")) == 2)
            assert await replica.decides("good-1") == "allow"

    played(play)


def test_kubernetes_own_policies_are_part_of_the_set_once_both_halves_are_there() -> None:
    async def play(found: Place) -> None:
        async with found.replica() as replica:
            await ready(replica)
            before = (await replica.readiness())["policySet"]
            await found.apply(FOREIGN)
            await found.apply(MODELS)
            await until(says(replica, "good-1", "allow"))
            assert replica.foreign == []
            await found.apply(NAMES)
            await until(lambda: replica.foreign == ["names"])
            assert (await replica.readiness())["policySet"] != before
            await found.delete("ValidatingAdmissionPolicy", "names")
            await until(lambda: replica.foreign == [])

    played(play)


def test_a_policy_of_kubernetes_that_only_we_can_not_read_keeps_nothing_else_out() -> None:
    async def play(found: Place) -> None:
        await found.apply(NAMES.replace("object.metadata.name", "newest.metadata.name"))
        await found.apply(FOREIGN)
        await found.apply(MODELS)
        async with found.replica() as replica:
            await ready(replica)
            assert await replica.decides("good-1") == "allow"
            assert replica.foreign == []
            (left_out,) = replica.said("a policy of Kubernetes is left out: it does not load")
            assert left_out["document"] == "cluster/validatingadmissionpolicies/names"
            assert "interlock_kubernetes_policies_left_out 1.0" in replica.metrics
            await found.apply(STRICTER)
            await until(says(replica, "good-1", "deny"))
            assert len(replica.said("a policy of Kubernetes is left out: it does not load")) == 1
            await found.apply(NAMES)
            await until(lambda: replica.foreign == ["names"])
            assert "interlock_kubernetes_policies_left_out 0.0" in replica.metrics

    played(play)


def test_one_batch_is_decided_by_one_set_while_documents_change() -> None:
    body = encoded({"checks": [chat("good-1")] * 50})

    async def play(found: Place) -> None:
        await found.apply(MODELS)
        async with found.replica() as replica:
            await ready(replica)
            seen: set[str] = set()

            async def ask_on() -> None:
                while True:
                    decisions = (await send(replica.check, "/v1/check/batch", body)).json()["decisions"]
                    assert len({(one["policySet"], one["decision"]) for one in decisions}) == 1
                    seen.add(decisions[0]["decision"])
                    await asyncio.sleep(0)

            asking = asyncio.create_task(ask_on())
            for text, decision in ((STRICTER, "deny"), (MODELS, "allow"), (STRICTER, "deny")):
                seen.clear()
                await found.apply(text)
                await until(lambda decision=decision: decision in seen)  # type: ignore[misc]
            assert not asking.done()
            asking.cancel()

    played(play)
