"""A call of LiteLLM holds what it may use from when it is let through until it has ended, however it ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest

from interlock import CheckResult, Gate, HoldAnswer, Settlement
from interlock.errors import RequestError
from interlock.integrations.litellm import booking, inflight
from interlock.integrations.litellm.deciding import RefusedError, Served
from interlock.integrations.litellm.inflight import MARK, InFlight
from interlock.integrations.litellm.steering import configured_fallbacks, reachable
from interlock.intents.caller import Caller
from interlock.intents.check import CheckRequest
from interlock.sdk.errors import UnavailableError
from support.budgets import engine_of, limited
from support.documents import policy

_NOBODY: Caller = {}
_USED = {"prompt_tokens": 3, "completion_tokens": 50, "total_tokens": 53}


class Point(Gate):
    """A gate that fails as it is told to, and otherwise answers."""

    fails: tuple[str, ...] = ()
    error: Exception = UnavailableError("the service is away")

    async def check(self, check: CheckRequest, *, within: timedelta | None = None) -> CheckResult:
        result = await super().check(check, within=within)
        self._fail("check")
        return result

    async def settle(self, settlement: Settlement, *, within: timedelta | None = None) -> HoldAnswer:
        self._fail("settle")
        return await super().settle(settlement, within=within)

    async def release(self, hold: str, *, within: timedelta | None = None) -> HoldAnswer:
        self._fail("release")
        return await super().release(hold, within=within)

    def _fail(self, call: str) -> None:
        if call in self.fails:
            self.fails = tuple(each for each in self.fails if each != call)
            raise self.error


def _as_named(model: str, _: Mapping[str, Any]) -> Iterable[str]:
    return [f"openai/{model}"]


@asynccontextmanager
async def _flight(
    *documents: str, served: Served = _as_named, **terms: Any
) -> AsyncIterator[tuple[InFlight, Point]]:
    async with Point(engine_of(limited("tokens", 300), *documents)) as point:
        yield InFlight(point, served, **terms), point


def _request(**more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": ""}]
    return {"model": "priced", "messages": messages, "max_tokens": 100, "metadata": {}, **more}


async def _stands(point: Point) -> tuple[int, int]:
    """What is spent and held now."""
    check: Any = {"chat": {k: v for k, v in _request().items() if k != "metadata"}, "dryRun": True}
    (account,) = (await Gate.check(point, check)).record["budgets"]
    return account["spent"], account["held"]


def _is_quiet() -> bool:
    """Whether nothing goes on but this."""
    return len(asyncio.all_tasks()) == 1


async def _until(stands: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await stands():  # noqa: ASYNC110  # a ledger tells nobody
            await asyncio.sleep(0.01)


def test_a_call_that_is_let_through_holds_what_it_may_use_and_settles_what_it_used() -> None:
    async def scenario() -> None:
        async with _flight() as (calls, point):
            request = _request()
            await calls.enter("acompletion", request, _NOBODY)
            assert await _stands(point) == (0, 104)
            await calls.settle(request["metadata"], _USED, model="priced", provider="openai")
            assert await _stands(point) == (53, 0)
            await calls.release(request["metadata"])
            await calls.settle(request["metadata"], _USED, model="priced", provider="openai")
            assert await _stands(point) == (53, 0)

    asyncio.run(scenario())


def _noted(calls: InFlight, noted: str, notes: dict[str, Any]) -> None:
    {"": lambda _: None, "begin": calls.begin, "fail": calls.fail}[noted](notes)


@pytest.mark.parametrize(("noted", "spent"), [("", 0), ("begin", 104), ("fail", 104)])
def test_a_call_that_failed_gives_back_what_it_held_unless_something_may_have_been_used(
    noted: str, spent: int
) -> None:
    async def scenario() -> None:
        async with _flight() as (calls, point):
            request = _request(litellm_metadata={"trace": 1})
            await calls.enter("completion", request, _NOBODY)
            assert (MARK in request["litellm_metadata"], MARK in request["metadata"]) == (True, False)
            for each in ("begin", "fail"):
                _noted(calls, each, {})
            calls.finish({})
            _noted(calls, noted, request["litellm_metadata"])
            await calls.release(request["litellm_metadata"])
            await calls.release(request["litellm_metadata"])
            assert await _stands(point) == (spent, 0)

    asyncio.run(scenario())


@pytest.mark.parametrize(("noted", "spent"), [("begin", 0), ("fail", 104)])
def test_an_answer_that_was_there_costs_nothing_unless_a_try_before_it_may_have(noted: str, spent: int) -> None:
    async def scenario() -> None:
        async with _flight() as (calls, point):
            request = _request()
            await calls.enter("acompletion", request, _NOBODY)
            _noted(calls, noted, request["metadata"])
            await calls.save(request["metadata"])
            await calls.save(request["metadata"])
            assert await _stands(point) == (spent, 0)

    asyncio.run(scenario())


@pytest.mark.parametrize(("hold_for", "told_within"), [(3600, 0), (1, 3600)])
def test_a_stream_that_is_over_is_booked_soon_and_before_its_hold_expires(
    hold_for: int, told_within: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inflight, "_TOLD_WITHIN", told_within)

    async def scenario() -> None:
        async with _flight(hold_for=timedelta(seconds=hold_for)) as (calls, point):
            request = _request()
            await calls.enter("acompletion", request, _NOBODY)
            calls.finish(request["metadata"])

            async def is_spent() -> bool:
                return await _stands(point) == (104, 0)

            await _until(is_spent)

    asyncio.run(scenario())


def test_what_is_said_of_a_stream_that_is_over_counts() -> None:
    async def scenario() -> None:
        async with _flight() as (calls, point):
            request = _request()
            await calls.enter("acompletion", request, _NOBODY)
            calls.finish(request["metadata"])
            await calls.settle(request["metadata"], _USED, model="priced", provider="openai")
            assert await _stands(point) == (53, 0)

    asyncio.run(scenario())


def test_a_hold_is_booked_before_it_expires_where_nobody_says_what_became_of_the_call() -> None:
    async def scenario() -> None:
        async with _flight(hold_for=timedelta(seconds=1)) as (calls, point):
            await calls.enter("acompletion", _request(), _NOBODY)

            async def is_spent() -> bool:
                return await _stands(point) == (104, 0)

            await _until(is_spent)

    asyncio.run(scenario())


def test_nobody_states_the_mark_of_another_call() -> None:
    async def scenario() -> None:
        async with _flight() as (calls, point):
            first, second = _request(), _request(max_tokens=10)
            await calls.enter("acompletion", first, _NOBODY)
            second["metadata"] = dict(first["metadata"])
            with pytest.raises(RefusedError):
                await calls.enter("aimage_generation", second, _NOBODY)
            assert MARK not in second["metadata"]
            await calls.release(second["metadata"])
            assert await _stands(point) == (0, 104)

    asyncio.run(scenario())


def test_what_draws_nothing_holds_nothing_and_gets_no_mark() -> None:
    async def scenario() -> None:
        async with Point(engine_of()) as point:
            calls, request = InFlight(point, _as_named), _request()
            del request["metadata"]
            await calls.enter("acompletion", request, _NOBODY)
            assert request["metadata"] == {}
            await calls.spend(request["metadata"])

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("kind", "request_", "status", "said"),
    [
        ("acompletion", _request(max_tokens=1_000), HTTPStatus.TOO_MANY_REQUESTS, "300 tokens left"),
        ("acompletion", _request(max_tokens=None), HTTPStatus.FORBIDDEN, "nobody knows"),
        ("acompletion", _request(messages=[]), HTTPStatus.BAD_REQUEST, "can't be decided"),
        ("aimage_edit", _request(), HTTPStatus.FORBIDDEN, "INTERLOCK_UNCHECKED"),
        ("aresponses", {"model": "priced", "prompt": {}}, HTTPStatus.BAD_REQUEST, "unknown size"),
    ],
)
def test_who_is_refused_is_told_why_with_the_status_for_it(
    kind: str, request_: dict[str, Any], status: HTTPStatus, said: str
) -> None:
    async def scenario() -> None:
        async with _flight() as (calls, point):
            with pytest.raises(RefusedError, match=said) as refused:
                await calls.enter(kind, request_, _NOBODY)
            assert refused.value.status is status
            assert await _stands(point) == (0, 0)

    asyncio.run(scenario())


def test_a_kind_of_calls_that_is_not_to_be_decided_goes_on() -> None:
    async def scenario() -> None:
        async with _flight(unchecked=frozenset({"aspeech"})) as (calls, point):
            await calls.enter("aspeech", {"model": "priced", "input": "x"}, _NOBODY)
            assert await _stands(point) == (0, 0)

    asyncio.run(scenario())


def test_policies_make_the_request_what_goes_on() -> None:
    async def scenario() -> None:
        spec = "  match: {actions: [model.chat]}\n  clamps:\n    - {path: [max_tokens], ceiling: 20}\n"
        rules = "    - {name: any, require: 'true', message: never}\n"
        async with _flight(policy(layer="platform", spec=spec, rules=rules)) as (calls, point):
            request = _request()
            await calls.enter("acompletion", request, _NOBODY)
            assert (request["max_tokens"], "models" in request) == (20, False)
            assert await _stands(point) == (0, 24)

    asyncio.run(scenario())


def test_a_change_that_the_request_has_no_place_for_refuses_it_and_holds_nothing() -> None:
    async def scenario() -> None:
        spec = "  match: {actions: [model.chat]}\n  defaults:\n    - {path: [n], value: 1}\n"
        rules = "    - {name: any, require: 'true', message: never}\n"
        async with _flight(policy(layer="platform", spec=spec, rules=rules)) as (calls, point):
            request = {"model": "priced", "input": "", "max_output_tokens": 100}
            with pytest.raises(RefusedError, match="policies change `n`"):
                await calls.enter("aresponses", request, _NOBODY)
            assert await _stands(point) == (0, 0)

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
        async with _flight() as (calls, point):
            check = point.check

            async def elsewhere(asked: CheckRequest, *, within: timedelta | None = None) -> CheckResult:
                result = await check(asked, within=within)
                patches: Any = [{**patch, "policies": []}]
                return CheckResult({**result.record, "patches": patches})

            point.check = elsewhere  # type: ignore[assignment, method-assign]  # what no service answers
            with pytest.raises(RefusedError, match=said):
                await calls.enter("acompletion", _request(), _NOBODY)
            assert await _stands(point) == (0, 0)

    asyncio.run(scenario())


def test_whoever_answers_for_a_model_that_policies_choose_is_decided_on_too() -> None:
    async def scenario() -> None:
        spec = "  match: {actions: [model.chat]}\n  locks:\n    - {path: [model], value: priced}\n"
        rule = """{name: known, forbid: "intent.models.exists(m, m.name == 'secret')", message: not this one}"""
        lock = policy(layer="platform", spec=spec, rules=f"    - {rule}\n")
        async with _flight(lock, served=lambda model, _: ["secret"] if model == "priced" else [model]) as (
            calls,
            point,
        ):
            with pytest.raises(RefusedError, match="not this one"):
                await calls.enter("acompletion", _request(model="unpriced"), _NOBODY)
            assert await _stands(point) == (0, 0)
        async with _flight(lock, served=lambda model, _: [model]) as (calls, point):
            request = _request(model="unpriced")
            await calls.enter("acompletion", request, _NOBODY)
            assert request["model"] == "priced"
            assert await _stands(point) == (0, 104)

    asyncio.run(scenario())


def test_a_model_that_policies_choose_is_decided_on_where_nothing_is_held_too() -> None:
    async def scenario() -> None:
        spec = "  match: {actions: [model.chat]}\n  locks:\n    - {path: [model], value: priced}\n"
        rules = "    - {name: any, require: 'true', message: never}\n"
        lock = policy(layer="platform", spec=spec, rules=rules)
        async with Point(engine_of(lock)) as point:
            request = _request(model="unpriced")
            await InFlight(point, lambda model, _: [model]).enter("acompletion", request, _NOBODY)
            assert (request["model"], request["metadata"]) == ("priced", {})

    asyncio.run(scenario())


def test_models_that_change_with_each_look_are_refused() -> None:
    async def scenario() -> None:
        numbers = iter(range(100))
        spec = "  match: {actions: [model.chat]}\n  locks:\n    - {path: [model], value: priced}\n"
        rules = "    - {name: any, require: 'true', message: never}\n"
        lock = policy(layer="platform", spec=spec, rules=rules)
        async with _flight(lock, served=lambda *_: [f"m{next(numbers)}"]) as (calls, point):
            with pytest.raises(RefusedError, match="another model each time"):
                await calls.enter("acompletion", _request(), _NOBODY)
            assert await _stands(point) == (0, 0)

    asyncio.run(scenario())


def test_fallbacks_that_the_client_names_may_answer_too() -> None:
    async def scenario() -> None:
        looked: list[str] = []

        def served(model: str, _: Mapping[str, Any]) -> list[str]:
            looked.append(model)
            return [model]

        async with _flight(served=served) as (calls, _):
            request = _request(fallbacks=["unpriced", {"model": "priced"}])
            await calls.enter("acompletion", request, _NOBODY)
        # Before the decision, and after what it changed.
        assert looked == ["priced", "unpriced", "priced"] * 2

    asyncio.run(scenario())


def test_fallbacks_that_litellm_has_for_a_key_may_answer_too() -> None:
    async def scenario() -> None:
        def served(model: str, request: Mapping[str, Any]) -> list[str]:
            return reachable(model, configured_fallbacks(request))

        rule = """{name: known, forbid: "intent.models.exists(m, m.name == 'secret')", message: not this one}"""
        async with _flight(policy(layer="platform", rules=f"    - {rule}\n"), served=served) as (calls, point):
            settings = {"fallbacks": [{"priced": ["secret"]}]}
            noted = {"proxy_server_request": {"body": {"model": "priced"}}}
            request = _request(router_settings_override=settings, **noted)
            with pytest.raises(RefusedError, match="not this one"):
                await calls.enter("acompletion", request, _NOBODY)
            assert await _stands(point) == (0, 0)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("sent", "said"), [({"extra_body": {"max_tokens": 10**6}}, "`extra_body`"), ({"seeded": 1}, "`seeded`")]
)
def test_what_would_change_a_call_after_it_is_decided_refuses_it(sent: dict[str, Any], said: str) -> None:
    async def scenario() -> None:
        async with _flight(own={"seeded"}) as (calls, point):
            with pytest.raises(RefusedError, match=said) as refused:
                await calls.enter("acompletion", _request(**sent), _NOBODY)
            assert refused.value.status is HTTPStatus.BAD_REQUEST
            assert await _stands(point) == (0, 0)

    asyncio.run(scenario())


def test_a_call_without_an_answer_does_not_go_on_and_gives_back_what_it_may_hold() -> None:
    async def scenario() -> None:
        async with _flight() as (calls, point):
            point.fails = ("check",)
            with pytest.raises(RefusedError, match="try again") as refused:
                await calls.enter("acompletion", _request(), _NOBODY)
            assert refused.value.status is HTTPStatus.SERVICE_UNAVAILABLE

            async def is_given_back() -> bool:
                return await _stands(point) == (0, 0)

            await _until(is_given_back)
            point.fails = ("check", "check")
            with pytest.raises(RefusedError):
                await calls.enter("acompletion", _request(), _NOBODY)

    asyncio.run(scenario())


def test_a_client_that_leaves_while_its_call_is_decided_holds_nothing() -> None:
    async def scenario() -> None:
        async with _flight() as (calls, point):
            entered, go_on = asyncio.Event(), asyncio.Event()
            check = point.check

            async def slow(asked: CheckRequest, *, within: timedelta | None = None) -> CheckResult:
                entered.set()
                await go_on.wait()
                return await check(asked, within=within)

            point.check = slow  # type: ignore[assignment, method-assign]  # the same, later
            task = asyncio.ensure_future(calls.enter("acompletion", _request(), _NOBODY))
            await entered.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            go_on.set()

            async def is_given_back() -> bool:
                return await _stands(point) == (0, 0) and _is_quiet()

            await _until(is_given_back)

    asyncio.run(scenario())


def test_what_was_used_is_booked_once_the_service_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking, "_PAUSES", (0, 0, 0))

    async def scenario() -> None:
        async with _flight() as (calls, point):
            request = _request()
            await calls.enter("acompletion", request, _NOBODY)
            point.fails = ("settle",)
            await calls.settle(request["metadata"], _USED, model="priced", provider="openai")

            async def is_booked() -> bool:
                return await _stands(point) == (53, 0)

            await _until(is_booked)

    asyncio.run(scenario())


def test_use_that_cannot_be_read_is_booked_as_it_was_held() -> None:
    async def scenario() -> None:
        async with _flight() as (calls, point):
            request = _request()
            await calls.enter("acompletion", request, _NOBODY)
            await calls.settle(request["metadata"], {"prompt_tokens": "?"}, model="priced", provider="openai")
            assert await _stands(point) == (104, 0)

    asyncio.run(scenario())


def test_what_cannot_be_ended_is_said_and_expires(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with _flight() as (calls, point):
            request = _request()
            await calls.enter("acompletion", request, _NOBODY)
            point.fails = ("release",)
            await calls.release(request["metadata"])
            assert await _stands(point) == (0, 104)

    asyncio.run(scenario())
    assert "a hold was not released: the service is away" in caplog.text


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UnavailableError("away"), "the service was away for too long"),
        (RequestError("no such hold"), "what a call used is not booked: no such hold"),
    ],
)
def test_what_is_never_booked_is_said(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(booking, "_PAUSES", (0,))

    async def scenario() -> None:
        async with _flight() as (calls, point):
            request = _request()
            await calls.enter("acompletion", request, _NOBODY)
            settled: list[Exception] = [UnavailableError("away"), error]

            async def settle(_: Settlement, *, within: timedelta | None = None) -> HoldAnswer:
                assert within is None
                raise settled.pop(0)

            point.settle = settle  # type: ignore[assignment, method-assign]  # fails each time
            await calls.spend(request["metadata"])

            async def is_given_up() -> bool:
                return _is_quiet()

            await _until(is_given_up)

    asyncio.run(scenario())
    assert said in caplog.text
