"""One call of a model: checked before it goes on, and settled at what the model says that it used."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

from interlock.checks.holds import Settlement
from interlock.errors import InterlockError
from interlock.intents.check import CheckRequest
from interlock.sdk.guard.allowing import allowed, allowed_async
from interlock.sdk.guard.asking import Asked, is_asynchronous
from interlock.sdk.guard.ending import as_held, end, end_async
from interlock.sdk.guard.usage import UsageReader
from interlock.sdk.result import CheckResult

Part = TypeVar("Part")


class ModelCall:
    """A call that goes on within `with` or `async with`, which raise DeniedError where it may not.

    `body` is what to send: with what policies changed. What comes back is read by
    `read`, `watch` or `watch_async`. At the end the hold is settled at what was used,
    as it was held where something came and nothing said how much, and released where
    nothing came at all.
    """

    def __init__(self, asked: Asked, check: CheckRequest, body: dict[str, Any], provider: str | None) -> None:
        self.body = body
        self._asked = asked
        self._check = check
        self._provider = provider
        self._hold: str | None = None
        self._usage = UsageReader()

    def __enter__(self) -> Self:
        """The call, which is allowed."""
        if is_asynchronous(self._asked):
            raise TypeError("what decides is asynchronous: use `async with`")
        result = allowed(self._asked, self._check)
        try:
            self._goes_on(result)
        except InterlockError:
            end(self._asked, result.hold, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The hold is ended."""
        if not is_asynchronous(self._asked):
            end(self._asked, self._hold, self._settlement())

    async def __aenter__(self) -> Self:
        """The call, which is allowed."""
        result = await allowed_async(self._asked, self._check)
        try:
            self._goes_on(result)
        except InterlockError:
            await end_async(self._asked, result.hold, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The hold is ended."""
        await end_async(self._asked, self._hold, self._settlement())

    def read(self, answer: object) -> None:
        """Heed a whole answer, or a part of a stream."""
        self._usage.read(answer)

    def watch(self, stream: Iterable[Part]) -> Iterator[Part]:
        """The parts of `stream`, each read before it is given on."""
        for part in stream:
            self._usage.read(part)
            yield part

    async def watch_async(self, stream: AsyncIterable[Part]) -> AsyncIterator[Part]:
        """The parts of `stream`, each read before it is given on."""
        async for part in stream:
            self._usage.read(part)
            yield part

    def _goes_on(self, result: CheckResult) -> None:
        self.body = result.changed(self.body)
        self._hold = result.hold

    def _settlement(self) -> Settlement | None:
        if self._hold is None or not self._usage.is_begun:
            return None
        response = self._usage.response
        if response is None:
            return as_held(self._hold)
        settled = Settlement(hold=self._hold, response=response)
        if self._provider is not None:
            settled.provider = self._provider
        return settled
