"""What a ledger in SQLite knows without looking into its file. Pure.

All that decides is here: accounts, open holds and runs. Of holds that have
ended and of answers it knows only that the file has them.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from heapq import heapify
from typing import Final

from msgspec import Struct

from interlock.identity import AccountName, Digest, HoldId, OrganizationName
from interlock.ledger.account import Bucket
from interlock.ledger.book import OPEN, Book
from interlock.units import Instant

_SPARE: Final = 1000
"""Entries of `due` for holds that have ended, before they are looked for."""


class Forgotten(Struct, frozen=True):
    """Holds and answers that the file has no more; `are_all` that nobody needs."""

    holds: tuple[HoldId, ...] = ()
    answers: tuple[tuple[OrganizationName, Digest], ...] = ()
    are_all: bool = True


@dataclass(slots=True)
class Memory:
    """A Book for each organization; the file alone has the holds in `ended` and the answers in `answered`."""

    books: defaultdict[OrganizationName, Book] = field(default_factory=lambda: defaultdict(Book))
    ended: set[HoldId] = field(default_factory=set)
    answered: defaultdict[OrganizationName, set[Digest]] = field(default_factory=lambda: defaultdict(set))

    def leave_hold(self, organization: OrganizationName, hold: HoldId) -> None:
        """Leave `hold`, which has ended, to the file."""
        self.ended.add(hold)
        book = self.books.get(organization)
        if book is not None:
            book.holds.pop(hold, None)
            _thin(book)

    def leave_answer(self, organization: OrganizationName, key: Digest) -> None:
        """Leave what was answered under `key` to the file."""
        self.answered[organization].add(key)
        book = self.books.get(organization)
        if book is not None:
            book.answers.pop(key, None)

    def forget(self, forgotten: Forgotten) -> None:
        """Know nothing of what the file has no more."""
        self.ended.difference_update(forgotten.holds)
        for organization, key in forgotten.answers:
            self.answered[organization].discard(key)
            if not self.answered[organization]:
                del self.answered[organization]

    def bucket(self, organization: OrganizationName, account: AccountName, start: Instant) -> Bucket | None:
        """What is booked in one bucket, if anything is that counts."""
        book = self.books.get(organization)
        return None if book is None else book.accounts.get(account, {}).get(start)


def _thin(book: Book) -> None:
    """Drop entries of holds that have ended, once they are most of all."""
    if len(book.due) > 2 * len(book.holds) + _SPARE:
        book.due = [(kept.expires, hold) for hold, kept in book.holds.items() if kept.status is OPEN]
        heapify(book.due)
