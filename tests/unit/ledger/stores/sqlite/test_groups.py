"""What is asked of a ledger in a file of SQLite while it writes what was asked before."""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from interlock.ledger.answers import Ended, Held, Remembered
from interlock.ledger.hold import Status
from interlock.ledger.stores.sqlite.ledger import SqliteLedger
from interlock.model.balances import Standing
from interlock.units import Instant
from support.ledgers import NOW, Steps, hold, memo, named, steps, taking, whole

SOON = Instant(NOW + 1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Steps]:
    with steps(partial(SqliteLedger.open, tmp_path / "ledger.sqlite")) as opened:
        # The thread that waits for the disk is started, which takes as long as a write.
        opened.do(opened.ledger.take(taking(memo=memo("other")), NOW))
        yield opened


async def overlapping(
    first: Coroutine[Any, Any, object], second: Coroutine[Any, Any, object], third: Coroutine[Any, Any, object]
) -> Sequence[object]:
    """The answers to three calls: the second is asked while the first is written, the third right after."""

    async def one_after_the_other() -> list[object]:
        return [await first, await third]

    asking = asyncio.ensure_future(one_after_the_other())
    for _ in range(2):
        await asyncio.sleep(0)
    between = await second
    answered, after = await asking
    return answered, between, after


def test_a_hold_that_ends_again_while_its_end_is_written_is_known_to_have(store: Steps) -> None:
    store.do(store.ledger.take(taking(hold(1, expires=SOON)), NOW))
    settle = partial(store.ledger.settle, named(1), whole(tokens=7), SOON)
    answers = store.do(overlapping(store.ledger.sweep(SOON), settle(), settle()))
    assert answers == (1, Ended(Status.EXPIRED, (Standing(7),)), Ended(Status.SETTLED, (Standing(7),)))


def test_a_key_that_is_used_again_while_its_answer_is_written_has_the_later_one(store: Steps) -> None:
    earlier = taking(hold(1), memo=memo(forgets=SOON))
    later = taking(hold(2), memo=memo(body="else", answer="later"))
    again = taking(hold(3), memo=memo(body="else"))
    answers = store.do(
        overlapping(
            store.ledger.take(earlier, NOW), store.ledger.take(later, SOON), store.ledger.take(again, SOON)
        )
    )
    assert answers == (
        Held((Standing(held=10),)),
        Held((Standing(held=20),)),
        Remembered("later", (Standing(held=20),)),
    )
