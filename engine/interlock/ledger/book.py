"""The rules of holding, settling, releasing, extending and expiring: what every store does. Pure.

A Book is all that one organization's ledger knows. Each function is one step:
it does all of what it says or nothing, whatever happened before.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Final

from msgspec import Struct

from interlock.identity import AccountName, Digest, HoldId, RunId
from interlock.ledger.account import PARTS, Account, Bucket, standing
from interlock.ledger.answers import (
    Closed,
    Ended,
    Extended,
    Held,
    Mismatched,
    Moved,
    Remembered,
    Short,
    Taken,
    Unknown,
)
from interlock.ledger.hold import LATE, REMEMBERED, Actual, Hold, Line, Memo, RunState, Status, Taking
from interlock.model.balances import Standing
from interlock.units import Instant

_NO_STATE: Final = RunState()
OPEN: Final = Status.OPEN
SETTLED: Final = Status.SETTLED
RELEASED: Final = Status.RELEASED
EXPIRED: Final = Status.EXPIRED


class Kept(Struct, gc=False):
    """A hold and what became of it: when it was taken and ended, and what it was settled with."""

    hold: Hold
    taken: Instant
    expires: Instant
    status: Status = OPEN
    ended: Instant | None = None
    actual: dict[str, int] | None = None

    def end(self, status: Status, now: Instant, actual: Actual | None = None) -> None:
        """Be `status` from now on."""
        self.status, self.ended = status, now
        self.actual = None if actual is None else dict(actual)

    @property
    def forgets(self) -> Instant | None:
        """When nobody needs to know it any more; None while it is open."""
        if self.ended is None:
            return None
        return Instant(self.ended + (LATE if self.status is EXPIRED else REMEMBERED))


class Run(Struct, gc=False):
    """A run's state, which is forgotten at `forgets`."""

    state: RunState
    forgets: Instant


@dataclass(slots=True)
class Book:
    """Accounts, holds, runs and answers of one organization.

    `due` has when holds expire, the next one first; entries of holds that are
    no longer open then are passed over.
    """

    accounts: dict[AccountName, Account] = field(default_factory=dict)
    holds: dict[HoldId, Kept] = field(default_factory=dict)
    runs: dict[RunId, Run] = field(default_factory=dict)
    answers: dict[Digest, tuple[Memo, tuple[Standing, ...]]] = field(default_factory=dict)
    due: list[tuple[Instant, HoldId]] = field(default_factory=list)

    def standing(self, line: Line, now: Instant) -> Standing:
        """How the account of `line` stands for it."""
        account = self.accounts.get(line.account)
        return Standing() if account is None else standing(account, line.since, now)

    def standings(self, lines: Iterable[Line], now: Instant) -> tuple[Standing, ...]:
        """How the account of each of `lines` stands for it."""
        return tuple([self.standing(line, now) for line in lines])

    def booked(self, kept: Kept) -> Iterator[tuple[Line, Bucket]]:
        """The lines of `kept` whose buckets are those that it was taken in, not what began anew since."""
        for line in kept.hold.lines:
            bucket = self.accounts.get(line.account, {}).get(line.bucket)
            if bucket is not None and bucket.made <= kept.taken:
                yield line, bucket

    def run(self, run: RunId, now: Instant) -> RunState:
        """The state of `run`."""
        found = self.runs.get(run)
        return _NO_STATE if found is None or found.forgets <= now else found.state

    def answered(self, key: Digest, body: Digest, now: Instant) -> Remembered | Mismatched | None:
        """What was answered under `key`, if anything was."""
        found = self.answers.get(key)
        if found is None or found[0].forgets <= now:
            return None
        memo, standings = found
        return Remembered(memo.answer, standings) if memo.body == body else Mismatched()

    def open(self, kept: Kept) -> None:
        """Know `kept`, which is open."""
        self.holds[kept.hold.id] = kept
        heappush(self.due, (kept.expires, kept.hold.id))


def take(book: Book, taking: Taking, now: Instant) -> Taken:
    """Take all holds, write all steps and keep the answer; or do nothing, and say why.

    Laws: what is used is at most each line's limit afterwards; who takes the
    same again under one key takes nothing; nothing depends on the order of
    lines.
    """
    memo = taking.memo
    if memo is not None and (before := book.answered(memo.key, memo.body, now)) is not None:
        return before
    expire(book, now)
    if any(hold.id in book.holds for hold in taking.holds):
        return Mismatched()
    if moved := tuple(step.run for step in taking.steps if book.run(step.run, now).version != step.version):
        return Moved(moved)
    found = _fitting(book, taking.holds, now)
    if isinstance(found, Short):
        return found
    for hold in taking.holds:
        _hold(book, hold, now)
    for step in taking.steps:
        book.runs[step.run] = Run(RunState(version=step.version + 1, text=step.text), step.forgets)
    if memo is not None:
        book.answers[memo.key] = memo, found.standings
    return found


def settle(book: Book, hold: HoldId, actual: Actual, now: Instant) -> Ended | Closed | Unknown:
    """Book what `hold` really used, once: also more than it held, and also after it expired.

    A unit that `actual` does not have is booked as it was held.
    """
    expire(book, now)
    kept = book.holds.get(hold)
    if kept is None:
        return Unknown()
    before = kept.status
    if before is RELEASED or (before is SETTLED and kept.actual != actual):
        return Closed(before)
    if before is not SETTLED:
        if before is OPEN:
            _give_back(book, kept)
        for line, bucket in book.booked(kept):
            bucket.spend(actual.get(line.unit, line.amount * PARTS))
        kept.end(SETTLED, now, actual)
    return Ended(before, book.standings(kept.hold.lines, now))


def release(book: Book, hold: HoldId, now: Instant) -> Ended | Closed | Unknown:
    """Give back what `hold` took: nothing of it was used."""
    expire(book, now)
    kept = book.holds.get(hold)
    if kept is None:
        return Unknown()
    before = kept.status
    if before is SETTLED:
        return Closed(before)
    if before is OPEN:
        _give_back(book, kept)
        kept.end(RELEASED, now)
    return Ended(before, book.standings(kept.hold.lines, now))


def extend(book: Book, hold: HoldId, expires: Instant, now: Instant) -> Extended | Closed | Unknown:
    """Let `hold` be open until `expires`, if that is later than it would be."""
    expire(book, now)
    kept = book.holds.get(hold)
    if kept is None:
        return Unknown()
    if kept.status is not OPEN:
        return Closed(kept.status)
    if expires > kept.expires:
        kept.expires = expires
        book.open(kept)
    return Extended(kept.expires)


def expire(book: Book, now: Instant) -> list[Kept]:
    """The holds that expired by `now`, and take nothing any more."""
    expired = []
    while book.due and book.due[0][0] <= now:
        expires, hold = heappop(book.due)
        kept = book.holds.get(hold)
        if kept is not None and kept.status is OPEN and kept.expires == expires:
            _give_back(book, kept)
            kept.end(EXPIRED, now)
            expired.append(kept)
    return expired


def restore(book: Book, kept: Kept) -> None:
    """Know `kept`, which is open, where its buckets are as they were before it was taken, or later."""
    book.open(kept)
    for line, bucket in book.booked(kept):
        bucket.hold(line.amount)
        bucket.forgets = max(bucket.forgets, line.forgets)


def forget(book: Book, now: Instant) -> None:
    """Drop what can't matter to anybody from `now` on."""
    book.answers = {key: each for key, each in book.answers.items() if each[0].forgets > now}
    book.runs = {run: each for run, each in book.runs.items() if each.forgets > now}
    book.holds = {hold: kept for hold, kept in book.holds.items() if kept.forgets is None or kept.forgets > now}
    for name, account in list(book.accounts.items()):
        _prune(account, now)
        if not account:
            del book.accounts[name]


def _fitting(book: Book, holds: tuple[Hold, ...], now: Instant) -> Held | Short:
    """How accounts stand with `holds`, if all lines fit, each with those before it on its account."""
    before: list[Standing] = []
    after: list[Standing] = []
    fits = True
    taken: dict[AccountName, int] = {}
    for hold in holds:
        for line in hold.lines:
            found = book.standing(line, now)
            amount = taken[line.account] = taken.get(line.account, 0) + line.amount
            if line.limit is not None and found.used + amount > line.limit:
                fits = False
            before.append(found)
            after.append(Standing(found.spent, found.parts, found.held + amount))
    return Held(tuple(after)) if fits else Short(tuple(before))


def _hold(book: Book, hold: Hold, now: Instant) -> None:
    """Take `hold`, not before any of its buckets was made: somebody's clock may have been ahead of `now`."""
    taken = now
    for line in hold.lines:
        bucket = _bucket(book, line, now)
        bucket.hold(line.amount)
        taken = max(taken, bucket.made)
    book.open(Kept(hold, taken, hold.expires))


def _give_back(book: Book, kept: Kept) -> None:
    for line, bucket in book.booked(kept):
        bucket.give_back(line.amount)


def _bucket(book: Book, line: Line, now: Instant) -> Bucket:
    """The bucket that `line` is booked in, which lasts as long as the line that needs it longest."""
    account = book.accounts.get(line.account)
    if account is None:
        account = book.accounts[line.account] = {}
    bucket = account.get(line.bucket)
    if bucket is None or bucket.forgets <= now:
        _prune(account, now)
        bucket = account[line.bucket] = Bucket(now, line.forgets)
    elif line.forgets > bucket.forgets:
        bucket.forgets = line.forgets
    return bucket


def _prune(account: Account, now: Instant) -> None:
    for start in [start for start, bucket in account.items() if bucket.forgets <= now]:
        del account[start]
