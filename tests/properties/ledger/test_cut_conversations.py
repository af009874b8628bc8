"""ATOMIC_LINEAGE where the store is a server: wherever what is said is cut, a step is done or it is not.

The way is cut after each message to the server and after each one back, and
before its last byte. Then another service sees all of the step or nothing, and
who asks again is told which.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from itertools import count
from typing import Final, TypeAlias

import pytest

from interlock.errors import OperatorError
from interlock.identity import OrganizationName
from interlock.ledger.ledger import Ledger
from support.accounting.laws import Broken, Law, hold_to
from support.accounting.lineages import (
    LINEAGE,
    STEPS,
    End,
    Step,
    Told,
    ended,
    everything,
    give,
    remembering,
    taking,
)
from support.conversations import SERVERS, Conversation, conversing
from support.cutting import Way
from support.ledgers import EXPIRY, NOW, ORGANIZATION, Steps, steps

Ending: TypeAlias = Callable[[Steps, AbstractContextManager[None], Steps], End]
"""How it ends with a ledger whose way is cut meanwhile, as another one sees it."""

_PARTS: Final = 0, -1
"""Of the message that the cut is in, as slices have them."""

_CROWD: Final = 2, 3, 4

_STEPS: Final[dict[str, Step]] = STEPS | {
    "peek-when-due": lambda ledger, of: ledger.peek(of, LINEAGE, (), EXPIRY),
}
"""All that these stores write at: what is due expires when it is looked at, too."""


@pytest.fixture(params=SERVERS)
def conversation(request: pytest.FixtureRequest) -> Iterator[Conversation]:
    with conversing(request.param) as own:
        yield own


def ends(conversation: Conversation, ending: Ending, parts: Sequence[int] = _PARTS) -> Counter[End]:
    """How it ended, wherever the way was cut; each time the ledger is a new one with nothing in it."""
    found: Counter[End] = Counter()
    with steps(conversation.beside) as witness:
        for way in Way:
            for place in count():
                after, part = divmod(place, len(parts))
                conversation.empty()
                with steps(conversation.opened) as store:
                    end = ending(store, conversation.cable.cut(way, after, parts[part]), witness)
                found[end] += 1
                if end is End.ANSWERED:
                    break
    return found


@pytest.mark.parametrize("name", _STEPS)
def test_a_step_that_is_cut_anywhere_is_done_or_it_is_not(conversation: Conversation, name: str) -> None:
    told = Told(_STEPS[name], ORGANIZATION)
    found = ends(conversation, partial(ended, step=_STEPS[name], told=told))
    assert set(found) == set(End)


def test_a_service_that_is_cut_off_from_its_start_has_taken_all_or_nothing(conversation: Conversation) -> None:
    async def start_and_take(_ledger: Ledger, of: OrganizationName) -> object:
        ledger = await conversation.opened()
        try:
            return await STEPS["take-linked"](ledger, of)
        finally:
            await ledger.close()

    told = Told(STEPS["take-linked"], ORGANIZATION, given=())
    found = ends(conversation, partial(ended, step=start_and_take, told=told), parts=[0])
    assert set(found) == set(End)


def test_of_steps_that_go_together_each_is_done_or_it_is_not(conversation: Conversation) -> None:
    given = [taking(ORGANIZATION, 0, 1)]
    with steps(remembering) as model:
        give(model, given)
        states, told = [model.do(everything(model.ledger, ORGANIZATION))], list[object]()
        for number in _CROWD:
            told.append(model.do(model.ledger.take(taking(ORGANIZATION, number), NOW)))
            states.append(model.do(everything(model.ledger, ORGANIZATION)))
        told_again = model.do(crowd(model.ledger))

    def ending(store: Steps, cut: AbstractContextManager[None], witness: Steps) -> End:
        give(store, given)
        with cut:
            answers = store.do(crowd(store.ledger))
        found = witness.do(everything(witness.ledger, ORGANIZATION))
        hold_to(Law.ATOMIC_LINEAGE, (found, states), is_kept=found in states)
        done = states.index(found)
        for place, (answer, wanted) in enumerate(zip(answers, told, strict=True)):
            is_right = isinstance(answer, OperatorError) or (answer == wanted and place < done)
            hold_to(Law.ATOMIC_LINEAGE, (answer, place, done), is_kept=is_right)
        again, wanted_again = store.do(crowd(store.ledger)), [*told_again[:done], *told[done:]]
        hold_to(Law.EXACTLY_ONCE, (again, wanted_again), is_kept=again == wanted_again)
        found = witness.do(everything(witness.ledger, ORGANIZATION))
        hold_to(Law.ATOMIC_LINEAGE, (found, states), is_kept=found == states[-1])
        if answers == told:
            return End.ANSWERED
        return End.UNHEARD if done else End.UNDONE

    assert set(ends(conversation, ending)) == set(End)


async def crowd(ledger: Ledger) -> Sequence[object]:
    """What is answered to some who take at once, or raised."""
    calls = [ledger.take(taking(ORGANIZATION, number), NOW) for number in _CROWD]
    return await asyncio.gather(*calls, return_exceptions=True)


def test_a_step_that_is_two_is_seen_to_be(conversation: Conversation) -> None:
    async def take_twice(ledger: Ledger, of: OrganizationName) -> object:
        await ledger.take(taking(of, 2), NOW)
        return await ledger.take(taking(of, 3), NOW)

    told = Told(take_twice, ORGANIZATION)
    with pytest.raises(Broken) as broken:
        ends(conversation, partial(ended, step=take_twice, told=told))
    assert broken.value.law is Law.ATOMIC_LINEAGE
