"""A call of LiteLLM holds what it may use from when it is let through until it has ended, however it ends."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from interlock import HoldAnswer, Settlement
from interlock.errors import RequestError
from interlock.integrations.litellm import booking, inflight
from interlock.integrations.litellm.deciding import RefusedError
from interlock.integrations.litellm.inflight import MARK, InFlight
from interlock.sdk.errors import UnavailableError
from support.budgets import engine_of
from support.litellmflight import NOBODY, USED, Point, as_named, flight, is_quiet, request, stands, until


def test_a_call_that_is_let_through_holds_what_it_may_use_and_settles_what_it_used() -> None:
    async def scenario() -> None:
        async with flight() as (calls, point):
            call = request()
            await calls.enter("acompletion", call, NOBODY)
            assert await stands(point) == (0, 104)
            await calls.settle(call["metadata"], USED, model="priced", provider="openai")
            assert await stands(point) == (53, 0)
            await calls.release(call["metadata"])
            await calls.settle(call["metadata"], USED, model="priced", provider="openai")
            assert await stands(point) == (53, 0)

    asyncio.run(scenario())


def _noted(calls: InFlight, noted: str, notes: dict[str, Any]) -> None:
    {"": lambda _: None, "begin": calls.begin, "fail": calls.fail}[noted](notes)


@pytest.mark.parametrize(("noted", "spent"), [("", 0), ("begin", 104), ("fail", 104)])
def test_a_call_that_failed_gives_back_what_it_held_unless_something_may_have_been_used(
    noted: str, spent: int
) -> None:
    async def scenario() -> None:
        async with flight() as (calls, point):
            call = request(litellm_metadata={"trace": 1})
            await calls.enter("completion", call, NOBODY)
            assert (MARK in call["litellm_metadata"], MARK in call["metadata"]) == (True, False)
            for each in ("begin", "fail"):
                _noted(calls, each, {})
            calls.finish({})
            _noted(calls, noted, call["litellm_metadata"])
            await calls.release(call["litellm_metadata"])
            await calls.release(call["litellm_metadata"])
            assert await stands(point) == (spent, 0)

    asyncio.run(scenario())


@pytest.mark.parametrize(("noted", "spent"), [("begin", 0), ("fail", 104)])
def test_an_answer_that_was_there_costs_nothing_unless_a_try_before_it_may_have(noted: str, spent: int) -> None:
    async def scenario() -> None:
        async with flight() as (calls, point):
            call = request()
            await calls.enter("acompletion", call, NOBODY)
            _noted(calls, noted, call["metadata"])
            await calls.save(call["metadata"])
            await calls.save(call["metadata"])
            assert await stands(point) == (spent, 0)

    asyncio.run(scenario())


@pytest.mark.parametrize(("hold_for", "told_within"), [(3600, 0), (1, 3600)])
def test_a_stream_that_is_over_is_booked_soon_and_before_its_hold_expires(
    hold_for: int, told_within: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inflight, "_TOLD_WITHIN", told_within)

    async def scenario() -> None:
        async with flight(hold_for=timedelta(seconds=hold_for)) as (calls, point):
            call = request()
            await calls.enter("acompletion", call, NOBODY)
            calls.finish(call["metadata"])

            async def is_spent() -> bool:
                return await stands(point) == (104, 0)

            await until(is_spent)

    asyncio.run(scenario())


def test_what_is_said_of_a_stream_that_is_over_counts() -> None:
    async def scenario() -> None:
        async with flight() as (calls, point):
            call = request()
            await calls.enter("acompletion", call, NOBODY)
            calls.finish(call["metadata"])
            await calls.settle(call["metadata"], USED, model="priced", provider="openai")
            assert await stands(point) == (53, 0)

    asyncio.run(scenario())


def test_a_hold_is_booked_before_it_expires_where_nobody_says_what_became_of_the_call() -> None:
    async def scenario() -> None:
        async with flight(hold_for=timedelta(seconds=1)) as (calls, point):
            await calls.enter("acompletion", request(), NOBODY)

            async def is_spent() -> bool:
                return await stands(point) == (104, 0)

            await until(is_spent)

    asyncio.run(scenario())


def test_nobody_states_the_mark_of_another_call() -> None:
    async def scenario() -> None:
        async with flight() as (calls, point):
            first, second = request(), request(max_tokens=10)
            await calls.enter("acompletion", first, NOBODY)
            second["metadata"] = dict(first["metadata"])
            with pytest.raises(RefusedError):
                await calls.enter("aimage_generation", second, NOBODY)
            assert MARK not in second["metadata"]
            await calls.release(second["metadata"])
            assert await stands(point) == (0, 104)

    asyncio.run(scenario())


def test_what_draws_nothing_holds_nothing_and_gets_no_mark() -> None:
    async def scenario() -> None:
        async with Point(engine_of()) as point:
            calls, call = InFlight(point, as_named), request()
            del call["metadata"]
            await calls.enter("acompletion", call, NOBODY)
            assert call["metadata"] == {}
            await calls.spend(call["metadata"])

    asyncio.run(scenario())


def test_a_kind_of_calls_that_is_not_to_be_decided_goes_on() -> None:
    async def scenario() -> None:
        async with flight(unchecked=frozenset({"aspeech"})) as (calls, point):
            await calls.enter("aspeech", {"model": "priced", "input": "x"}, NOBODY)
            assert await stands(point) == (0, 0)

    asyncio.run(scenario())


def test_what_was_used_is_booked_once_the_service_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking, "_PAUSES", (0, 0, 0))

    async def scenario() -> None:
        async with flight() as (calls, point):
            call = request()
            await calls.enter("acompletion", call, NOBODY)
            point.fails = ("settle",)
            await calls.settle(call["metadata"], USED, model="priced", provider="openai")

            async def is_booked() -> bool:
                return await stands(point) == (53, 0)

            await until(is_booked)

    asyncio.run(scenario())


def test_use_that_cannot_be_read_is_booked_as_it_was_held() -> None:
    async def scenario() -> None:
        async with flight() as (calls, point):
            call = request()
            await calls.enter("acompletion", call, NOBODY)
            await calls.settle(call["metadata"], {"prompt_tokens": "?"}, model="priced", provider="openai")
            assert await stands(point) == (104, 0)

    asyncio.run(scenario())


def test_what_cannot_be_ended_is_said_and_expires(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with flight() as (calls, point):
            call = request()
            await calls.enter("acompletion", call, NOBODY)
            point.fails = ("release",)
            await calls.release(call["metadata"])
            assert await stands(point) == (0, 104)

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
        async with flight() as (calls, point):
            call = request()
            await calls.enter("acompletion", call, NOBODY)
            settled: list[Exception] = [UnavailableError("away"), error]

            async def settle(_: Settlement, *, within: timedelta | None = None) -> HoldAnswer:
                assert within is None
                raise settled.pop(0)

            point.settle = settle  # type: ignore[assignment, method-assign]  # fails each time
            await calls.spend(call["metadata"])

            async def is_given_up() -> bool:
                return is_quiet()

            await until(is_given_up)

    asyncio.run(scenario())
    assert said in caplog.text
