"""A call of LiteLLM goes on as policies make it, where all models that may answer are allowed."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest

from interlock import CheckResult
from interlock.integrations.litellm.deciding import RefusedError
from interlock.integrations.litellm.inflight import InFlight
from interlock.integrations.litellm.steering import configured_fallbacks, reachable
from interlock.intents.check import CheckRequest
from support.budgets import engine_of
from support.documents import policy
from support.litellmflight import NOBODY, Point, flight, is_quiet, request, stands, until


@pytest.mark.parametrize(
    ("kind", "sent", "status", "said"),
    [
        ("acompletion", request(max_tokens=1_000), HTTPStatus.TOO_MANY_REQUESTS, "300 tokens left"),
        ("acompletion", request(max_tokens=None), HTTPStatus.FORBIDDEN, "nobody knows"),
        ("acompletion", request(messages=[]), HTTPStatus.BAD_REQUEST, "can't be decided"),
        ("aimage_edit", request(), HTTPStatus.FORBIDDEN, "INTERLOCK_UNCHECKED"),
        ("aresponses", {"model": "priced", "prompt": {}}, HTTPStatus.BAD_REQUEST, "unknown size"),
    ],
)
def test_who_is_refused_is_told_why_with_the_status_for_it(
    kind: str, sent: dict[str, Any], status: HTTPStatus, said: str
) -> None:
    async def scenario() -> None:
        async with flight() as (calls, point):
            with pytest.raises(RefusedError, match=said) as refused:
                await calls.enter(kind, sent, NOBODY)
            assert refused.value.status is status
            assert await stands(point) == (0, 0)

    asyncio.run(scenario())


def test_policies_make_the_request_what_goes_on() -> None:
    async def scenario() -> None:
        spec = "  match: {actions: [model.chat]}\n  clamps:\n    - {path: [max_tokens], ceiling: 20}\n"
        rules = "    - {name: any, require: 'true', message: never}\n"
        async with flight(policy(layer="platform", spec=spec, rules=rules)) as (calls, point):
            call = request()
            await calls.enter("acompletion", call, NOBODY)
            assert (call["max_tokens"], "models" in call) == (20, False)
            assert await stands(point) == (0, 24)

    asyncio.run(scenario())


def test_a_change_that_the_request_has_no_place_for_refuses_it_and_holds_nothing() -> None:
    async def scenario() -> None:
        spec = "  match: {actions: [model.chat]}\n  defaults:\n    - {path: [n], value: 1}\n"
        rules = "    - {name: any, require: 'true', message: never}\n"
        async with flight(policy(layer="platform", spec=spec, rules=rules)) as (calls, point):
            call = {"model": "priced", "input": "", "max_output_tokens": 100}
            with pytest.raises(RefusedError, match="policies change `n`"):
                await calls.enter("aresponses", call, NOBODY)
            assert await stands(point) == (0, 0)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("patch", "said"),
    [
        ({"path": ["model", "name"], "value": "x"}, "leads to no place"),
        ({"path": ["fallbacks"], "value": [{"priced": ["x"]}]}, "list of names"),
    ],
)
def test_a_change_that_leads_nowhere_refuses_it_and_holds_nothing(patch: dict[str, Any], said: str) -> None:
    async def scenario() -> None:
        async with flight() as (calls, point):
            check = point.check

            async def elsewhere(asked: CheckRequest, *, within: timedelta | None = None) -> CheckResult:
                result = await check(asked, within=within)
                patches: Any = [{**patch, "policies": []}]
                return CheckResult({**result.record, "patches": patches})

            point.check = elsewhere  # type: ignore[assignment, method-assign]  # what no service answers
            with pytest.raises(RefusedError, match=said):
                await calls.enter("acompletion", request(), NOBODY)
            assert await stands(point) == (0, 0)

    asyncio.run(scenario())


def test_whoever_answers_for_a_model_that_policies_choose_is_decided_on_too() -> None:
    async def scenario() -> None:
        spec = "  match: {actions: [model.chat]}\n  locks:\n    - {path: [model], value: priced}\n"
        rule = """{name: known, forbid: "intent.models.exists(m, m.name == 'secret')", message: not this one}"""
        lock = policy(layer="platform", spec=spec, rules=f"    - {rule}\n")
        async with flight(lock, served=lambda model, _: ["secret"] if model == "priced" else [model]) as (
            calls,
            point,
        ):
            with pytest.raises(RefusedError, match="not this one"):
                await calls.enter("acompletion", request(model="unpriced"), NOBODY)
            assert await stands(point) == (0, 0)
        async with flight(lock, served=lambda model, _: [model]) as (calls, point):
            call = request(model="unpriced")
            await calls.enter("acompletion", call, NOBODY)
            assert call["model"] == "priced"
            assert await stands(point) == (0, 104)

    asyncio.run(scenario())


def test_a_model_that_policies_choose_is_decided_on_where_nothing_is_held_too() -> None:
    async def scenario() -> None:
        spec = "  match: {actions: [model.chat]}\n  locks:\n    - {path: [model], value: priced}\n"
        rules = "    - {name: any, require: 'true', message: never}\n"
        lock = policy(layer="platform", spec=spec, rules=rules)
        async with Point(engine_of(lock)) as point:
            call = request(model="unpriced")
            await InFlight(point, lambda model, _: [model]).enter("acompletion", call, NOBODY)
            assert (call["model"], call["metadata"]) == ("priced", {})

    asyncio.run(scenario())


def test_models_that_change_with_each_look_are_refused() -> None:
    async def scenario() -> None:
        numbers = iter(range(100))
        spec = "  match: {actions: [model.chat]}\n  locks:\n    - {path: [model], value: priced}\n"
        rules = "    - {name: any, require: 'true', message: never}\n"
        lock = policy(layer="platform", spec=spec, rules=rules)
        async with flight(lock, served=lambda *_: [f"m{next(numbers)}"]) as (calls, point):
            with pytest.raises(RefusedError, match="another model each time"):
                await calls.enter("acompletion", request(), NOBODY)
            assert await stands(point) == (0, 0)

    asyncio.run(scenario())


def test_fallbacks_that_the_client_names_may_answer_too() -> None:
    async def scenario() -> None:
        looked: list[str] = []

        def served(model: str, _: Mapping[str, Any]) -> list[str]:
            looked.append(model)
            return [model]

        async with flight(served=served) as (calls, _):
            call = request(fallbacks=["unpriced", {"model": "priced"}])
            await calls.enter("acompletion", call, NOBODY)
        # Before the decision, and after what it changed.
        assert looked == ["priced", "unpriced", "priced"] * 2

    asyncio.run(scenario())


def test_fallbacks_that_litellm_has_for_a_key_may_answer_too() -> None:
    async def scenario() -> None:
        def served(model: str, call: Mapping[str, Any]) -> list[str]:
            return reachable(model, configured_fallbacks(call))

        rule = """{name: known, forbid: "intent.models.exists(m, m.name == 'secret')", message: not this one}"""
        async with flight(policy(layer="platform", rules=f"    - {rule}\n"), served=served) as (calls, point):
            settings = {"fallbacks": [{"priced": ["secret"]}]}
            noted = {"proxy_server_request": {"body": {"model": "priced"}}}
            call = request(router_settings_override=settings, **noted)
            with pytest.raises(RefusedError, match="not this one"):
                await calls.enter("acompletion", call, NOBODY)
            assert await stands(point) == (0, 0)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("sent", "said"), [({"extra_body": {"max_tokens": 10**6}}, "`extra_body`"), ({"seeded": 1}, "`seeded`")]
)
def test_what_would_change_a_call_after_it_is_decided_refuses_it(sent: dict[str, Any], said: str) -> None:
    async def scenario() -> None:
        async with flight(own={"seeded"}) as (calls, point):
            with pytest.raises(RefusedError, match=said) as refused:
                await calls.enter("acompletion", request(**sent), NOBODY)
            assert refused.value.status is HTTPStatus.BAD_REQUEST
            assert await stands(point) == (0, 0)

    asyncio.run(scenario())


def test_a_call_without_an_answer_does_not_go_on_and_gives_back_what_it_may_hold() -> None:
    async def scenario() -> None:
        async with flight() as (calls, point):
            point.fails = ("check",)
            with pytest.raises(RefusedError, match="try again") as refused:
                await calls.enter("acompletion", request(), NOBODY)
            assert refused.value.status is HTTPStatus.SERVICE_UNAVAILABLE

            async def is_given_back() -> bool:
                return await stands(point) == (0, 0)

            await until(is_given_back)
            point.fails = ("check", "check")
            with pytest.raises(RefusedError):
                await calls.enter("acompletion", request(), NOBODY)

    asyncio.run(scenario())


def test_a_client_that_leaves_while_its_call_is_decided_holds_nothing() -> None:
    async def scenario() -> None:
        async with flight() as (calls, point):
            entered, go_on = asyncio.Event(), asyncio.Event()
            check = point.check

            async def slow(asked: CheckRequest, *, within: timedelta | None = None) -> CheckResult:
                entered.set()
                await go_on.wait()
                return await check(asked, within=within)

            point.check = slow  # type: ignore[assignment, method-assign]  # the same, later
            task = asyncio.ensure_future(calls.enter("acompletion", request(), NOBODY))
            await entered.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            go_on.set()

            async def is_given_back() -> bool:
                return await stands(point) == (0, 0) and is_quiet()

            await until(is_given_back)

    asyncio.run(scenario())
