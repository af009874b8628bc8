"""Checks decided in this process, with budgets: an engine and a ledger, and no service."""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar, cast

from interlock.checks import settling
from interlock.checks.admitting import admitted
from interlock.checks.holds import HoldAnswer, Settlement
from interlock.checks.read import Read
from interlock.checks.terms import once_of
from interlock.clock import now
from interlock.decisionlog.entry import Entry
from interlock.decisionlog.record import record
from interlock.decisionlog.sink import DecisionLog
from interlock.engine import Engine
from interlock.engine.admission import Admission
from interlock.engine.repetition import Once, Repeated
from interlock.errors import OperatorError, RequestError
from interlock.intents.check import CheckRequest
from interlock.ledger.ledger import Ledger
from interlock.ledger.stores.opening import open_ledger
from interlock.model.decision import Decision
from interlock.sdk.errors import UnavailableError
from interlock.sdk.lengths import written
from interlock.sdk.reading import ask_of, checked, read_all, read_one
from interlock.sdk.result import CheckResult

if TYPE_CHECKING:
    from interlock.decisionlog.recorded import RecordedDecision

Answer = TypeVar("Answer")

WITHIN: Final = timedelta(seconds=10)
"""How long a call may take, unless somebody says otherwise."""


class Gate:
    """Decides checks by `engine`, and holds what they draw in the ledger at a URL.

    Each decision is logged in the file `decision_log`, if that is given. The gate is
    entered before it is asked, and belongs to the event loop that it was entered
    in. Another `engine` may be put in its place at any time: a decision sees one of them.
    """

    def __init__(
        self,
        engine: Engine,
        ledger: str = "memory:",
        *,
        decision_log: str | PathLike[str] | None = None,
        within: timedelta = WITHIN,
    ) -> None:
        self.engine = engine
        self._url = ledger
        self._path = None if decision_log is None else Path(decision_log)
        self._within = within
        self._opened: Ledger | None = None
        self._log: DecisionLog | None = None
        self._exits = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """The gate, whose ledger and log are open.

        Raises:
            OperatorError: the URL is none, or what it leads to can't be used, or the log can't be.
        """
        async with AsyncExitStack() as exits:
            ledger = await open_ledger(self._url)
            exits.push_async_callback(ledger.close)
            if self._path is not None:
                self._log = exits.enter_context(DecisionLog(self._path))
            self._opened, self._exits = ledger, exits.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep everything, and be used no more."""
        self._opened = None
        await self._exits.aclose()

    async def check(self, check: CheckRequest, *, within: timedelta | None = None) -> CheckResult:
        """The decision on `check`, and what it draws is held if that allows.

        Raises:
            RequestError: it can't be understood, or its key belongs to another one.
            OperatorError: there is no decision in time, or it can't be logged.
        """
        engine, until = self.engine, self._until(within)
        read = read_one(engine, check, until)
        (result,) = await self._in_time(self._admitted(engine, [read], read.terms.once, until), within)
        return result

    async def check_batch(
        self,
        checks: Sequence[CheckRequest],
        *,
        linked: bool = False,
        idempotency_key: str | None = None,
        within: timedelta | None = None,
    ) -> list[CheckResult]:
        """One decision for each of `checks`; of `linked` ones all allow, or none does.

        Raises:
            RequestError: one can't be understood, or the key belongs to another batch.
            OperatorError: there are no decisions in time, or they can't be logged.
        """
        engine, until = self.engine, self._until(within)
        # All are understood before one is decided: none takes what it rests on for an error.
        reads = read_all(engine, checks, until, is_linked=linked)
        if linked:
            batch = {"checks": list(checks), "linked": True, "idempotencyKey": idempotency_key}
            return await self._in_time(self._admitted(engine, reads, once_of(batch, "batch"), until), within)
        if idempotency_key is not None:
            raise RequestError("`idempotency_key`: checks that are not linked have keys of their own")
        results = []
        for read in reads:
            results += await self._in_time(self._admitted(engine, [read], read.terms.once, until), within)
        return results

    async def settle(self, settlement: Settlement, *, within: timedelta | None = None) -> HoldAnswer:
        """That what was used is booked. Once is as good as twice.

        Raises:
            RequestError: it can't be understood; NotFoundError and ConflictError are of its hold.
        """
        catalog = self.engine.policies.catalog
        ended = settling.settle(self._ledger, checked(settlement), catalog, now())
        return await self._in_time(ended, within)

    async def release(self, hold: str, *, within: timedelta | None = None) -> HoldAnswer:
        """That nothing was used. Once is as good as twice. Raises as `settle` does."""
        return await self._in_time(settling.release(self._ledger, hold, now()), within)

    async def extend(self, hold: str, hold_for: timedelta, *, within: timedelta | None = None) -> HoldAnswer:
        """That the hold lasts so long from now on, at least. Raises as `settle` does."""
        extended = settling.extend(self._ledger, hold, written(hold_for), now())
        return await self._in_time(extended, within)

    @property
    def _ledger(self) -> Ledger:
        if self._opened is None:
            raise OperatorError("the gate is not open: enter it by `async with` before it is asked")
        return self._opened

    def _until(self, within: timedelta | None) -> int:
        length = self._within if within is None else within
        return time.monotonic_ns() + length // timedelta(microseconds=1) * 1_000

    async def _in_time(self, answer: Awaitable[Answer], within: timedelta | None) -> Answer:
        """What `answer` gives. Where that is late, it may have been done all the same."""
        seconds = (self._within if within is None else within).total_seconds()
        try:
            async with asyncio.timeout(seconds):
                return await answer
        except TimeoutError:
            raise UnavailableError(f"the ledger did not answer within {seconds:g} seconds") from None

    async def _admitted(
        self, engine: Engine, reads: Sequence[Read], once: Once | None, until: int
    ) -> list[CheckResult]:
        admission = Admission(engine, self._ledger)
        asks = [ask_of(engine, read) for read in reads]
        is_dry_run = reads[0].is_dry_run
        answer = await admitted(admission, asks, once, now=now(), until=until, is_dry_run=is_dry_run)
        if isinstance(answer, Repeated):
            records = [self._repeated(each, read) for each, read in zip(answer.records, reads, strict=True)]
        else:
            records = [self._recorded(decision, read) for decision, read in zip(answer, reads, strict=True)]
        return [CheckResult(cast("RecordedDecision", each)) for each in records]

    def _recorded(self, decision: Decision, read: Read) -> dict[str, Any]:
        """The record of `decision`, which is logged before anybody hears of it."""
        if self._log is None:
            return record(decision)
        entry = Entry.of(decision, cast("dict[str, Any]", read.check), mutates=True)
        self._log.append(entry)
        return entry.decision

    def _repeated(self, recorded: dict[str, Any], read: Read) -> dict[str, Any]:
        """`recorded` as it was answered before; logged anew, as it may not have been the first time."""
        if self._log is not None:
            self._log.append(Entry.again(recorded, cast("dict[str, Any]", read.check), mutates=True))
        return recorded
