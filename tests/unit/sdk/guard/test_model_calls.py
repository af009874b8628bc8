"""Calls of models, checked before and settled after, in one piece and in streams."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest

from interlock import CheckResult, ConflictError, DeniedError, Gate, Guard
from interlock.intents.check import CheckRequest
from support.budgets import engine_of, limited
from support.points import Awaited, entered

_CLAMP = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: short-answers}
spec:
  layer: platform
  description: Answers are short.
  match: {actions: [model.chat]}
  clamps: [{path: [max_tokens], ceiling: 100}]
"""
_CHAT: Any = {"model": "gpt-4o", "messages": [{"role": "user", "content": ""}], "max_tokens": 5000}
_LAST: Any = {"model": "gpt-4o", "usage": {"prompt_tokens": 3, "completion_tokens": 20, "total_tokens": 23}}
_PARTS: list[Any] = [{"model": "gpt-4o", "choices": [{"delta": {"content": "hi"}}], "usage": None}, _LAST]


@pytest.fixture
def gate() -> Iterator[Awaited]:
    with entered(engine_of(_CLAMP, limited("tokens", 300))) as gate:
        yield gate


def _standing(gate: Awaited) -> tuple[int, int]:
    check: Any = {"chat": _CHAT, "dryRun": True}
    (account,) = gate.check(check).record["budgets"]
    return account["spent"], account["held"]


def test_the_body_to_send_has_what_policies_changed(gate: Awaited) -> None:
    with Guard(gate).model(_CHAT) as call:
        assert call.body == _CHAT | {"max_tokens": 100}
        assert _standing(gate) == (0, 104)


def test_a_whole_answer_says_what_was_used(gate: Awaited) -> None:
    with Guard(gate).model(_CHAT) as call:
        call.read(_LAST)
    assert _standing(gate) == (23, 0)


def test_a_stream_is_given_on_as_it_comes_and_its_usage_is_booked(gate: Awaited) -> None:
    with Guard(gate).model(_CHAT, provider="openai") as call:
        assert list(call.watch(_PARTS)) == _PARTS
    assert _standing(gate) == (23, 0)


def test_where_nothing_came_nothing_was_used(gate: Awaited) -> None:
    with Guard(gate).model(_CHAT):
        pass
    with pytest.raises(OSError, match="refused"), Guard(gate).model(_CHAT):
        raise OSError("refused")
    assert _standing(gate) == (0, 0)


@pytest.mark.parametrize(
    "last", [{}, {"usage": {"prompt_tokens": "many"}}, {"model": "gpt-4o", "usage": {}}], ids=str
)
def test_where_something_came_and_nobody_knows_how_much_it_is_what_was_held(gate: Awaited, last: Any) -> None:
    def broken() -> Iterator[Any]:
        yield from (_PARTS[0], last)
        raise OSError("broken")

    with pytest.raises(OSError, match="broken"), Guard(gate).model(_CHAT) as call:
        list(call.watch(broken()))
    assert _standing(gate) == (104, 0)


def test_a_call_that_is_denied_is_not_entered(gate: Awaited) -> None:
    with Guard(gate).model(_CHAT) as call:
        call.read({"model": "gpt-4o", "usage": {"prompt_tokens": 300, "completion_tokens": 1}})
    with pytest.raises(DeniedError, match="tokens"), Guard(gate).model(_CHAT):
        pytest.fail("it was entered")


def test_an_engine_alone_holds_nothing() -> None:
    with Guard(engine_of(_CLAMP)).model(_CHAT) as call:
        call.read(_LAST)
        assert call.body["max_tokens"] == 100


def test_asynchronous_streams_are_read_alike() -> None:
    async def parts() -> AsyncIterator[Any]:
        for part in _PARTS:
            yield part

    async def asked() -> tuple[list[Any], Any]:
        async with Gate(engine_of(_CLAMP, limited("tokens", 300))) as gate:
            async with Guard(gate).model(_CHAT) as call:
                came = [part async for part in call.watch_async(parts())]
            check: Any = {"chat": _CHAT, "dryRun": True}
            return came, (await gate.check(check)).record["budgets"]

    came, (account,) = asyncio.run(asked())
    assert came == _PARTS
    assert (account["spent"], account["held"]) == (23, 0)


class _Elsewhere(Gate):
    """A gate that answers a check that goes on with a change that its body has no place for."""

    async def check(self, check: CheckRequest, *, within: timedelta | None = None) -> CheckResult:
        result = await super().check(check, within=within)
        patches: Any = [] if "dryRun" in check else [{"path": ["model", "x"], "value": 1, "policies": []}]
        return CheckResult({**result.record, "patches": patches})


def test_a_change_that_leads_nowhere_lets_nothing_go_on_and_holds_nothing() -> None:
    with asyncio.Runner() as runner:
        gate = runner.run(_Elsewhere(engine_of(limited("tokens", 10_000))).__aenter__())
        awaited = Awaited(gate, runner)

        async def asked() -> None:
            async with Guard(gate).model(_CHAT):
                pytest.fail("it was entered")

        with pytest.raises(ConflictError, match="leads to no place"):
            runner.run(asked())
        with pytest.raises(ConflictError, match="leads to no place"), Guard(awaited).model(_CHAT):
            pytest.fail("it was entered")
        assert _standing(awaited) == (0, 0)


def test_what_has_to_be_awaited_cannot_be_entered_otherwise() -> None:
    with pytest.raises(TypeError, match="use `async with`"), Guard(Gate(engine_of())).model(_CHAT):
        pytest.fail("it was entered")
