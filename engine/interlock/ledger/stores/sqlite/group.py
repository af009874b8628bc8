"""What is written to the file in one transaction, and who waits for it."""

from asyncio import Future
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self, TypeAlias

from interlock.errors import OperatorError
from interlock.identity import AccountName, Digest, HoldId, OrganizationName, RunId
from interlock.ledger.answers import Settlement
from interlock.ledger.book import OPEN, Kept, Run
from interlock.ledger.hold import Memo, Taking
from interlock.ledger.stores.sqlite import rows
from interlock.ledger.stores.sqlite.memory import Forgotten, Memory
from interlock.model.balances import Standing
from interlock.units import Instant

Numbered: TypeAlias = tuple[int, OrganizationName, Kept]
Answered: TypeAlias = tuple[int, Memo, tuple[Standing, ...]]


@dataclass(slots=True)
class Group:
    """What changed since the transaction before, each hold, run and answer once."""

    taken: list[Numbered] = field(default_factory=list)
    buckets: set[tuple[OrganizationName, AccountName, Instant]] = field(default_factory=set)
    changed: dict[HoldId, Numbered] = field(default_factory=dict)
    settled: list[Settlement] = field(default_factory=list)
    runs: dict[tuple[OrganizationName, RunId], Run] = field(default_factory=dict)
    answers: dict[tuple[OrganizationName, Digest], Answered] = field(default_factory=dict)
    recalled_holds: dict[HoldId, OrganizationName] = field(default_factory=dict)
    recalled_answers: set[tuple[OrganizationName, Digest]] = field(default_factory=set)
    forgets: Instant | None = None
    forgotten: Forgotten = field(default_factory=Forgotten)
    waiting: list[Future[None]] = field(default_factory=list)

    @property
    def writes(self) -> bool:
        """Whether anything is to be written."""
        return bool(self.taken or self.changed or self.runs or self.answers or self.forgets is not None)

    def take(self, taking: Taking, memory: Memory, now: Instant) -> None:
        """Write what was taken at `now`; of accounts only what was made for it, which else nobody tells."""
        organization, memo = taking.organization, taking.memo
        book = memory.books[organization]
        for hold in taking.holds:
            number = memory.holds[hold.id] = next(memory.numbers)
            self.taken.append((number, organization, book.holds[hold.id]))
            for line in hold.lines:
                if book.accounts[line.account][line.bucket].made >= now:
                    self.buckets.add((organization, line.account, line.bucket))
        for step in taking.steps:
            self.runs[organization, step.run] = book.runs[step.run]
        if memo is not None:
            number = memory.answers[organization][memo.key] = next(memory.numbers)
            self.answers[organization, memo.key] = number, *book.answers[memo.key]

    def change(self, organization: OrganizationName, kept: Kept, memory: Memory) -> None:
        """Write what became of a hold."""
        # No row has number 0: what is being forgotten can still be settled, for the last time.
        self.changed[kept.hold.id] = memory.holds.get(kept.hold.id, 0), organization, kept
        self.buckets.update((organization, line.account, line.bucket) for line in kept.hold.lines)

    def statements(self, memory: Memory) -> Iterator[tuple[str, list[rows.Row]]]:
        """What to execute, and with which rows; buckets are written as `memory` has them."""
        yield rows.TAKE_HOLD, [rows.hold_row(*each) for each in self.taken]
        yield rows.CHANGE_HOLD, [rows.change_row(number, kept) for number, _, kept in self.changed.values()]
        yield rows.SETTLE, [rows.settlement_row(settled) for settled in self.settled]
        yield rows.BOOK_ACCOUNT, list(self._accounts(memory))
        yield rows.STEP_RUN, [rows.run_row(*names, run) for names, run in self.runs.items()]
        yield rows.KEEP_ANSWER, [rows.answer_row(name, *each) for (name, _), each in self.answers.items()]

    def leave(self, memory: Memory, later: Self) -> None:
        """Let `memory` have only what it needs of what the file has now, and `later` doesn't change."""
        for hold, (_, organization, kept) in self.changed.items():
            if kept.status is not OPEN and hold not in later.changed:
                memory.leave_hold(organization, hold)
        for hold, organization in self.recalled_holds.items():
            if hold not in later.changed:
                memory.leave_hold(organization, hold)
        for organization, key in (self.answers.keys() | self.recalled_answers) - later.answers.keys():
            memory.leave_answer(organization, key)
        memory.forget(self.forgotten)

    def answer(self) -> None:
        """Tell all who wait that it is written."""
        for waiting in self.waiting:
            if not waiting.done():
                waiting.set_result(None)

    def fail(self, failure: Exception) -> None:
        """Tell all who wait that nothing of it was done."""
        for waiting in self.waiting:
            if not waiting.done():
                told = OperatorError(str(failure))
                told.__cause__ = failure
                waiting.set_exception(told)

    def _accounts(self, memory: Memory) -> Iterator[rows.Row]:
        for organization, name, start in self.buckets:
            bucket = memory.bucket(organization, name, start)
            if bucket is not None:
                yield rows.account_row(organization, name, start, bucket)
