"""What a ledger in a file of SQLite has in memory and writes: no more than it needs."""

import tracemalloc
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from interlock.identity import Digest
from interlock.ledger.account import PARTS
from interlock.ledger.answers import Closed, Ended, Held, Mismatched, Remembered
from interlock.ledger.book import take
from interlock.ledger.hold import Hold, Status, Taking
from interlock.ledger.stores.sqlite.file import Durability
from interlock.ledger.stores.sqlite.group import Group
from interlock.ledger.stores.sqlite.ledger import SqliteLedger
from interlock.ledger.stores.sqlite.memory import Memory
from interlock.ledger.stores.sqlite.rows import BOOK_ACCOUNT, TAKE_HOLD
from interlock.model.balances import Standing
from interlock.units import Instant
from support.ledgers import HOUR, NOW, ORGANIZATION, Steps, hold, line, memo, named, steps, taking

LARGE: Final = 10_000
"""Characters of what need not be in memory."""


def large(number: int) -> Taking:
    """A hold and an answer that are large."""
    facts = {"prompt": str(number) * (LARGE // len(str(number)))}
    held = Hold(id=named(number), lines=(line(limit=None),), expires=Instant(NOW + HOUR), facts=facts)
    return taking(held, memo=memo(f"key-{number}", answer="a" * LARGE))


def pass_through(store: Steps, numbers: range) -> None:
    """Take and settle large holds."""
    store.all([store.ledger.take(large(number), NOW) for number in numbers])
    store.all([store.ledger.settle(named(number), {}, NOW) for number in numbers])


@pytest.mark.parametrize("durability", Durability)
def test_what_has_ended_and_what_was_answered_is_not_in_memory(tmp_path: Path, durability: Durability) -> None:
    with steps(partial(SqliteLedger.open, tmp_path / "ledger.sqlite", durability)) as store:
        pass_through(store, range(100))
        tracemalloc.start()
        pass_through(store, range(100, 600))
        grown, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert grown < 500 * 2 * LARGE / 10
        again = store.do(store.ledger.take(large(500), NOW))
        assert again == Remembered("a" * LARGE, (Standing(10 * 100, 0, 10 * 401),))
        assert store.do(store.ledger.take(taking(hold(500)), NOW)) == Mismatched()
        assert store.do(store.ledger.settle(named(500), {"tokens": PARTS}, NOW)) == Closed(Status.SETTLED)
        assert store.do(store.ledger.settle(named(500), {}, NOW)) == Ended(Status.SETTLED, (Standing(6000),))


def test_when_ended_holds_would_expire_is_not_in_memory_for_long() -> None:
    memory = Memory()
    for number in range(5000):
        take(memory.books[ORGANIZATION], taking(hold(number, line(limit=None))), NOW)
    for number in range(4990):
        memory.leave_hold(ORGANIZATION, named(number))
    kept = memory.books[ORGANIZATION]
    assert set(kept.holds) == {named(number) for number in range(4990, 5000)}
    assert {name for _, name in kept.due} >= set(kept.holds)
    assert len(kept.due) < 1100


def test_of_an_organization_that_nobody_remembers_nothing_has_to_be_left() -> None:
    memory = Memory()
    memory.leave_hold(ORGANIZATION, named(1))
    memory.leave_answer(ORGANIZATION, Digest("key"))
    assert memory == Memory(numbers=memory.numbers)


def test_a_hold_writes_only_those_of_its_accounts_that_are_new() -> None:
    memory, lineage = Memory(), tuple(line(name, 10, None) for name in ("org", "team", "agent"))

    def written(now: int, *numbers: int) -> tuple[int, set[object]]:
        group = Group()
        for number in numbers:
            request = taking(hold(number, *lineage, line(f"user-{number % 2}", 10, None)))
            assert isinstance(take(memory.books[ORGANIZATION], request, Instant(now)), Held)
            group.take(request, memory, Instant(now))
        statements = dict(group.statements(memory))
        return len(statements[TAKE_HOLD]), {row[1] for row in statements[BOOK_ACCOUNT]}

    assert written(NOW, *range(0, 64, 2)) == (32, {"agent", "org", "team", "user-0"})
    assert written(NOW + 1, *range(64, 128)) == (64, {"user-1"})
    assert written(NOW + 2, *range(128, 192)) == (64, set())
