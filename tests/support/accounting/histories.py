"""Calls of several clients at once on one organization of a ledger, and what each of them saw, and when."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from copy import deepcopy
from itertools import count
from typing import Final, TypeAlias

from hypothesis import strategies as st
from msgspec import Struct

from interlock.errors import OperatorError
from interlock.identity import OrganizationName
from interlock.ledger import book
from interlock.ledger.book import Book
from interlock.ledger.hold import Hold, Taking
from interlock.ledger.ledger import Ledger
from interlock.ledger.views import glance
from interlock.units import Instant
from support.accounting.requests import named
from support.ledgers import HOUR, NOW, Opened, line, whole
from support.linearizability import Call

_LINES: Final = line("org", 0, 24), line("team", 0, 16)
_HOLDS: Final = 4
_organizations: Final = count()


class Asked(Struct, frozen=True):
    """One call, of a ledger and of a Book; before it its client lets others go on so often."""

    pauses: int
    of_ledger: Callable[[Ledger, OrganizationName], Awaitable[object]]
    of_book: Callable[[Book, OrganizationName], object]


Plan: TypeAlias = Sequence[Sequence[Asked]]
"""What each client asks, one after the other."""


@st.composite
def _asked(draw: st.DrawFn) -> Asked:
    number, amount = draw(st.integers(0, _HOLDS - 1)), draw(st.integers(1, 9))
    use = whole(tokens=draw(st.integers(0, 12)))

    def taking(of: OrganizationName) -> Taking:
        lines = tuple(line(each.account, amount, each.limit) for each in _LINES)
        expires = Instant(NOW + HOUR)
        return Taking(
            organization=of, holds=(Hold(id=named(of, number), lines=lines, expires=expires, facts={}),)
        )

    pauses = draw(st.integers(0, 2))
    return draw(
        st.sampled_from(
            (
                Asked(
                    pauses,
                    lambda ledger, of: ledger.take(taking(of), NOW),
                    lambda kept, of: book.take(kept, taking(of), NOW),
                ),
                Asked(
                    pauses,
                    lambda ledger, of: ledger.settle(named(of, number), use, NOW),
                    lambda kept, of: book.settle(kept, named(of, number), use, NOW),
                ),
                Asked(
                    pauses,
                    lambda ledger, of: ledger.release(named(of, number), NOW),
                    lambda kept, of: book.release(kept, named(of, number), NOW),
                ),
                Asked(
                    pauses,
                    lambda ledger, of: ledger.peek(of, _LINES, (), NOW),
                    lambda kept, _of: glance(kept, _LINES, (), NOW, None),
                ),
            )
        )
    )


PLANS: Final[st.SearchStrategy[Plan]] = st.lists(
    st.lists(_asked(), min_size=1, max_size=3), min_size=2, max_size=4
)


def history(opened: Opened, plan: Plan) -> list[Call[Book]]:
    """All calls of `plan`, as its clients saw them; each has a ledger of its own where the store lets it."""
    return asyncio.run(_history(opened, plan))


async def _history(opened: Opened, plan: Plan) -> list[Call[Book]]:
    ledgers = [await opened()]
    for _ in plan[1:]:
        try:
            ledgers.append(await opened())
        except OperatorError:  # one process owns it, so its clients share it
            ledgers.append(ledgers[0])
    organization, clock = OrganizationName(f"history {next(_organizations)}"), count()
    calls: list[Call[Book]] = []

    async def go(ledger: Ledger, asked: Sequence[Asked]) -> None:
        for each in asked:
            for _ in range(each.pauses):
                await asyncio.sleep(0)
            start = next(clock)
            answer = await each.of_ledger(ledger, organization)
            calls.append(Call(start, next(clock), _of_book(each, organization), answer))

    try:
        await asyncio.gather(*map(go, ledgers, plan))
    finally:
        for ledger in {id(ledger): ledger for ledger in ledgers}.values():
            await ledger.close()
    return calls


def _of_book(asked: Asked, organization: OrganizationName) -> Callable[[Book], tuple[Book, object]]:
    def do(before: Book) -> tuple[Book, object]:
        after = deepcopy(before)
        return after, asked.of_book(after, organization)

    return do
