"""Checks decided in this process, with budgets: an engine and a ledger, and no service."""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar, cast

import msgspec
from msgspec.structs import replace

from interlock.checks import settling
from interlock.checks.admitting import admitted
from interlock.checks.holds import HoldAnswer, Settlement
from interlock.checks.read import Read
from interlock.checks.terms import once_of
from interlock.clock import now
from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.engine.admission import Admission
from interlock.engine.group import Ask
from interlock.engine.repetition import Once, Repeated
from interlock.errors import OperatorError, RequestError
from interlock.foreign.known import UNKNOWN
from interlock.foreign.looking import Looking
from interlock.foreign.requests import KubernetesRequest, stated
from interlock.intents.check import CheckRequest
from interlock.ledger.ledger import Ledger
from interlock.ledger.stores.opening import open_ledger
from interlock.sdk.errors import UnavailableError
from interlock.sdk.result import CheckResult

if TYPE_CHECKING:
    from interlock.decisionlog.recorded import RecordedDecision

Answer = TypeVar("Answer")

WITHIN: Final = timedelta(seconds=10)
"""How long a call may take, unless somebody says otherwise."""


class Gate:
    """Decides checks by `engine`, and holds what they draw in the ledger at a URL.

    It is entered before it is asked, and belongs to the event loop that it was
    entered in. Another `engine` may be put in its place at any time: a decision
    sees one of them.
    """

    def __init__(self, engine: Engine, ledger: str = "memory:", *, within: timedelta = WITHIN) -> None:
        self.engine = engine
        self._url = ledger
        self._within = within
        self._opened: Ledger | None = None

    async def __aenter__(self) -> Self:
        """The gate, whose ledger is open.

        Raises:
            OperatorError: the URL is none, or what it leads to can't be used.
        """
        self._opened = await open_ledger(self._url)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep everything, and be used no more."""
        ledger, self._opened = self._ledger, None
        await ledger.close()

    async def check(self, check: CheckRequest, *, within: timedelta | None = None) -> CheckResult:
        """The decision on `check`, and what it draws is held if that allows.

        Raises:
            RequestError: it can't be understood, or its key belongs to another one.
            UnavailableError: there is no decision in time.
        """
        engine, until = self.engine, self._until(within)
        read = _read(engine, check, until)
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
            UnavailableError: there are no decisions in time.
        """
        engine, until = self.engine, self._until(within)
        # All are understood before one is decided: none takes what it rests on for an error.
        reads = _reads(engine, checks, until, is_linked=linked)
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
        ended = settling.settle(self._ledger, _checked(settlement), catalog, now())
        return await self._in_time(ended, within)

    async def release(self, hold: str, *, within: timedelta | None = None) -> HoldAnswer:
        """That nothing was used. Once is as good as twice. Raises as `settle` does."""
        return await self._in_time(settling.release(self._ledger, hold, now()), within)

    async def extend(self, hold: str, hold_for: timedelta, *, within: timedelta | None = None) -> HoldAnswer:
        """That the hold lasts so long from now on, at least. Raises as `settle` does."""
        lasts = f"{hold_for // timedelta(milliseconds=1)}ms"
        return await self._in_time(settling.extend(self._ledger, hold, lasts, now()), within)

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
        asks = [_ask(engine, read) for read in reads]
        is_dry_run = reads[0].is_dry_run
        answer = await admitted(admission, asks, once, now=now(), until=until, is_dry_run=is_dry_run)
        records = answer.records if isinstance(answer, Repeated) else map(record, answer)
        return [CheckResult(cast("RecordedDecision", each)) for each in records]


def _reads(engine: Engine, checks: Sequence[CheckRequest], until: int, *, is_linked: bool) -> list[Read]:
    if not checks:
        raise RequestError("a batch has one check at least", path="$.checks")
    reads = []
    for index, check in enumerate(checks):
        try:
            reads.append(_read(engine, check, until, is_linked=is_linked))
        except RequestError as error:
            raise RequestError(f"`checks[{index}]`: {error}", path=f"$.checks[{index}]") from None
    return reads


def _read(engine: Engine, check: Any, until: int, *, is_linked: bool = False) -> Read:  # noqa: ANN401 - from outside
    if not isinstance(check, dict):
        raise RequestError("a check request is an object", path="$")
    return Read.of(engine, cast("CheckRequest", check), now=now(), until=until, is_linked=is_linked)


def _ask(engine: Engine, read: Read) -> Ask:
    """What is asked, of Kubernetes' policies as well where there are any; they see no cluster here."""
    attributes = stated(read.check) if engine.asks_kubernetes else None
    if attributes is None:
        return read.ask
    return replace(read.ask, kubernetes=KubernetesRequest(attributes, Looking(UNKNOWN)))


def _checked(settlement: Settlement) -> Settlement:
    """`settlement` within the bounds that its fields have."""
    try:
        return msgspec.convert(msgspec.to_builtins(settlement), Settlement)
    except (msgspec.ValidationError, TypeError) as error:
        raise RequestError(f"the settlement can't be understood: {error}") from None
