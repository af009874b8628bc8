"""What can be read of a Book. Pure."""

from collections.abc import Iterator, Sequence

from interlock.identity import Digest, OrganizationName, RunId
from interlock.ledger.account import PARTS
from interlock.ledger.answers import AccountEntry, Glance, OpenHold, Settlement
from interlock.ledger.book import OPEN, Book, Kept
from interlock.ledger.hold import Line
from interlock.model.balances import Standing
from interlock.units import Instant


def glance(
    book: Book,
    lines: Sequence[Line],
    runs: Sequence[RunId],
    now: Instant,
    memo: tuple[Digest, Digest] | None,
) -> Glance:
    """How the accounts of `lines` and the `runs` stand, and what was answered to `memo`, a key and a body."""
    return Glance(
        standings=book.standings(lines, now),
        runs=tuple(book.run(run, now) for run in runs),
        answered=None if memo is None else book.answered(*memo, now),
    )


def entries(organization: OrganizationName, book: Book) -> Iterator[AccountEntry]:
    """All that is booked."""
    for name, account in book.accounts.items():
        for start, bucket in account.items():
            yield AccountEntry(
                organization=organization,
                account=name,
                bucket=start,
                standing=Standing(bucket.spent, bucket.parts, bucket.held),
            )


def open_holds(book: Book, now: Instant) -> Iterator[OpenHold]:
    """All that is held at `now`."""
    for kept in book.holds.values():
        if kept.status is OPEN and kept.expires > now:
            hold = kept.hold
            amounts = {line.account: line.amount for line in hold.lines}
            yield OpenHold(id=hold.id, expires=kept.expires, facts=hold.facts, amounts=amounts)


def settlement(kept: Kept) -> Settlement:
    """What `kept`, which is settled, really used; a unit that nobody stated as it was held."""
    if kept.ended is None or kept.actual is None:
        raise ValueError("the hold is not settled")
    held = {line.unit: line.amount * PARTS for line in kept.hold.lines}
    return Settlement(hold=kept.hold.id, at=kept.ended, facts=kept.hold.facts, actual={**held, **kept.actual})
