"""LINEARIZABLE: whatever clients do at once, it is as if each call were done at one instant while it was made.

The search for such instants is held to trying all orders, and refuses a
ledger that looks, waits, and then acts.
"""

import asyncio
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from interlock.ledger.answers import Short, Taken
from interlock.ledger.book import Book
from interlock.ledger.hold import Taking
from interlock.ledger.ledger import Ledger
from interlock.ledger.stores.memory import MemoryLedger
from interlock.units import Instant
from support.accounting.histories import PLANS, Plan, history
from support.ledgers import Opened
from support.linearizability import Call, is_linearizable
from support.stores import STORES, opening


def explained(opened: Opened, plan: Plan) -> bool:
    return is_linearizable(history(opened, plan), Book(), repr)


@pytest.mark.parametrize("store", STORES)
def test_linearizable(store: str, tmp_path: Path) -> None:
    with opening(store, tmp_path) as opened:

        @given(PLANS)
        def one_after_the_other(plan: Plan) -> None:
            assert explained(opened, plan)

        one_after_the_other()


class Hasty(MemoryLedger):
    """A ledger that looks whether holds fit, lets others go on, and then takes them."""

    async def take(self, taking: Taking, now: Instant) -> Taken:
        lines = [line for hold in taking.holds for line in hold.lines]
        found = await self.peek(taking.organization, lines, (), now)
        await asyncio.sleep(0)
        for line, standing in zip(lines, found.standings, strict=True):
            if line.limit is not None and standing.used + line.amount > line.limit:
                return Short(found.standings)
        free = [
            replace(hold, lines=tuple(replace(line, limit=None) for line in hold.lines))
            for hold in taking.holds
        ]
        return await super().take(replace(taking, holds=tuple(free)), now)


def test_who_looks_and_then_acts_is_found() -> None:
    async def opened() -> Ledger:
        return hasty

    hasty = Hasty()

    @settings(max_examples=300, derandomize=True, database=None, phases=[Phase.generate])
    @given(PLANS)
    def one_after_the_other(plan: Plan) -> None:
        assert explained(opened, plan)

    with pytest.raises(AssertionError):
        one_after_the_other()


# The search itself, on a register

_VALUES = st.integers(0, 2)


def write(value: int) -> Callable[[int], tuple[int, object]]:
    return lambda _before: (value, None)


def read(before: int) -> tuple[int, object]:
    return before, before


def of_register(calls: list[Call[int]]) -> bool:
    return is_linearizable(calls, 0, lambda value: value)


def test_what_is_read_while_it_is_written_may_be_either() -> None:
    for seen in (0, 1):
        assert of_register([Call(0, 3, write(1), None), Call(1, 2, read, seen)])


def test_what_was_read_once_is_not_unread() -> None:
    calls = [Call(0, 9, write(1), None), Call(1, 2, read, 1), Call(3, 4, read, 0)]
    assert not of_register(calls)
    assert of_register([calls[0], calls[1]])
    assert of_register([calls[0], calls[2]])


def test_what_was_written_before_is_read() -> None:
    assert not of_register([Call(0, 1, write(1), None), Call(2, 3, read, 0)])
    assert of_register([Call(0, 1, write(1), None), Call(2, 3, read, 1)])


@st.composite
def registers(draw: st.DrawFn) -> list[Call[int]]:
    """A few calls of a register, at any times, that saw anything."""
    count = draw(st.integers(1, 5))
    times = draw(st.permutations(range(2 * count)))
    calls = []
    for first, second in zip(times[::2], times[1::2], strict=True):
        do, answer = draw(
            st.builds(lambda value: (write(value), None), _VALUES)
            | st.builds(lambda value: (read, value), _VALUES)
        )
        calls.append(Call(min(first, second), max(first, second), do, answer))
    return calls


def in_some_order(calls: list[Call[int]]) -> bool:
    """Whether one of all orders explains `calls`: no call is before one that ended before it started."""
    for order in permutations(calls):
        keeps_time = all(
            later.end > earlier.start for place, earlier in enumerate(order) for later in order[place:]
        )
        found, is_explained = 0, keeps_time
        for call in order:
            found, answer = call.do(found)
            is_explained &= answer == call.answer
        if is_explained:
            return True
    return False


@given(registers())
def test_the_search_finds_what_trying_all_orders_finds(calls: list[Call[int]]) -> None:
    assert of_register(calls) is in_some_order(calls)
