"""Calls to a store, those on one book sent together. Knows no store.

A store that makes each answer durable does so once for a group, and while it
does, the next group gathers: the more callers, the larger the groups.
"""

from asyncio import Future, Task, create_task, get_running_loop, wait
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeAlias, TypeVar

_Book = TypeVar("_Book")
_Call = TypeVar("_Call")
_Answer = TypeVar("_Answer")

_Waiting: TypeAlias = list[tuple[_Call, Future[_Answer]]]

LARGEST: Final = 64
"""Calls in a group at most, since all of them wait for the last."""


class Groups(Generic[_Book, _Call, _Answer]):
    """Sends calls of one book in the order that they were made, one group at a time."""

    def __init__(self, send: Callable[[_Book, Sequence[_Call]], Awaitable[Sequence[_Answer]]]) -> None:
        self._send = send
        self._waiting: dict[_Book, _Waiting[_Call, _Answer]] = {}
        self._sending: set[Task[None]] = set()

    async def answer(self, book: _Book, call: _Call) -> _Answer:
        """The answer to `call`, which goes out with all others of this turn of the event loop."""
        future: Future[_Answer] = get_running_loop().create_future()
        if book in self._waiting:
            self._waiting[book].append((call, future))
        else:
            self._waiting[book] = [(call, future)]
            task = create_task(self._send_all(book))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return await future

    async def close(self) -> None:
        """Everything that was called has its answer."""
        if self._sending:
            await wait(self._sending)

    async def _send_all(self, book: _Book) -> None:
        while group := self._waiting[book][:LARGEST]:
            del self._waiting[book][:LARGEST]
            await self._send_group(book, group)
        del self._waiting[book]

    async def _send_group(self, book: _Book, group: _Waiting[_Call, _Answer]) -> None:
        try:
            answers = await self._send(book, [call for call, _ in group])
        except Exception as error:  # noqa: BLE001 - it is raised where the calls were made
            for _, future in group:
                if not future.done():
                    future.set_exception(error)
        else:
            for (_, future), answer in zip(group, answers, strict=True):
                if not future.done():  # its caller may have been cancelled
                    future.set_result(answer)
