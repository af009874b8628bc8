"""What a ledger in SQLite knows without looking into its file. Pure.

All that decides is here: accounts, open holds and runs. Of holds that have
ended and of answers it knows only where in the file they are. Their rows go
by number, since an index of ids or keys, which are random, would be most of
what is written.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heapify
from itertools import count
from typing import Final

from msgspec import Struct

from interlock.identity import AccountName, Digest, HoldId, OrganizationName
from interlock.ledger.account import Bucket
from interlock.ledger.book import OPEN, Book
from interlock.units import Instant

_SPARE: Final = 1000
"""Entries of `due` for holds that have ended, before they are looked for."""


class Forgotten(Struct, frozen=True):
    """Holds and numbered answers that the file has no more; `are_all` that nobody needs."""

    holds: tuple[HoldId, ...] = ()
    answers: tuple[tuple[OrganizationName, Digest, int], ...] = ()
    are_all: bool = True


@dataclass(slots=True)
class Memory:
    """A Book for each organization; the numbers of the rows of all holds and answers, and those to come.

    A hold that has a number and is not in its Book has ended, and the file alone has it.
    """

    books: defaultdict[OrganizationName, Book] = field(default_factory=lambda: defaultdict(Book))
    holds: dict[HoldId, int] = field(default_factory=dict)
    answers: defaultdict[OrganizationName, dict[Digest, int]] = field(default_factory=lambda: defaultdict(dict))
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def leave_hold(self, organization: OrganizationName, hold: HoldId) -> None:
        """Leave `hold`, which has ended, to the file."""
        book = self.books.get(organization)
        if book is not None:
            book.holds.pop(hold, None)
            _thin(book)

    def leave_answer(self, organization: OrganizationName, key: Digest) -> None:
        """Leave what was answered under `key` to the file."""
        book = self.books.get(organization)
        if book is not None:
            book.answers.pop(key, None)

    def forget(self, forgotten: Forgotten) -> None:
        """Know nothing of what the file has no more."""
        for hold in forgotten.holds:
            self.holds.pop(hold, None)
        for organization, key, number in forgotten.answers:
            numbers = self.answers[organization]
            # The key may belong to another answer by now.
            if numbers.get(key) == number:
                del numbers[key]
            if not numbers:
                del self.answers[organization]

    def bucket(self, organization: OrganizationName, account: AccountName, start: Instant) -> Bucket | None:
        """What is booked in one bucket, if anything is that counts."""
        book = self.books.get(organization)
        return None if book is None else book.accounts.get(account, {}).get(start)


def _thin(book: Book) -> None:
    """Drop entries of holds that have ended, once they are most of all."""
    if len(book.due) > 2 * len(book.holds) + _SPARE:
        book.due = [(kept.expires, hold) for hold, kept in book.holds.items() if kept.status is OPEN]
        heapify(book.due)
