"""Everything that a program can ask, behind one synchronous protocol, so that one test holds for all of it."""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from interlock import AsyncClient, CheckResult, Engine, Gate, HoldAnswer, Settlement
from interlock.intents.check import CheckRequest
from interlock.sdk.points import AsyncPoint

_Answer = TypeVar("_Answer")


class Awaited:
    """An asynchronous point, each call of which is waited for, all in one event loop."""

    def __init__(self, point: AsyncPoint, runner: asyncio.Runner) -> None:
        self._point = point
        self._runner = runner
        self.held: list[str] = []
        """The holds of its checks."""

    def check(self, check: CheckRequest, *, within: timedelta | None = None) -> CheckResult:
        result = self._run(self._point.check(check, within=within))
        self.held += [] if result.hold is None else [result.hold]
        return result

    def check_batch(
        self,
        checks: Sequence[CheckRequest],
        *,
        linked: bool = False,
        idempotency_key: str | None = None,
        within: timedelta | None = None,
    ) -> list[CheckResult]:
        asked = self._point.check_batch(checks, linked=linked, idempotency_key=idempotency_key, within=within)
        return self._run(asked)

    def settle(self, settlement: Settlement, *, within: timedelta | None = None) -> HoldAnswer:
        return self._run(self._point.settle(settlement, within=within))

    def release(self, hold: str, *, within: timedelta | None = None) -> HoldAnswer:
        return self._run(self._point.release(hold, within=within))

    def extend(self, hold: str, hold_for: timedelta, *, within: timedelta | None = None) -> HoldAnswer:
        return self._run(self._point.extend(hold, hold_for, within=within))

    def _run(self, asked: Coroutine[Any, Any, _Answer]) -> _Answer:
        return self._runner.run(asked)


@contextmanager
def entered(engine: Engine, ledger: str = "memory:", **options: Any) -> Iterator[Awaited]:
    """A gate in this process."""
    with asyncio.Runner() as runner:
        gate = runner.run(Gate(engine, ledger, **options).__aenter__())
        try:
            yield Awaited(gate, runner)
        finally:
            runner.run(gate.__aexit__(None, None, None))


@contextmanager
def awaited(url: str, **options: Any) -> Iterator[Awaited]:
    """The asynchronous client of the service at `url`."""
    with asyncio.Runner() as runner:
        client = AsyncClient(url, **options)
        try:
            yield Awaited(client, runner)
        finally:
            runner.run(client.aclose())
