"""Calls to a Valkey or Redis server over one connection, without waiting for one another.

All calls that are made in one turn of the event loop go in one write, which
halves what a call costs the client. It knows nothing of ledgers. A call whose
answer is lost is never made again here: only who made it knows whether it may.
"""

import asyncio
from collections import deque
from typing import Any, Final
from urllib.parse import urlsplit

from libvalkey import pack_command
from valkey.asyncio.cluster import ClusterParser
from valkey.asyncio.connection import AbstractConnection, ConnectionPool
from valkey.exceptions import (
    AskError,
    AuthenticationError,
    BusyLoadingError,
    ClusterDownError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
    ValkeyError,
)

from interlock.errors import OperatorError

PATIENCE: Final = 2.5
"""Seconds within which a connection has to stand; an answer may take at most twice as long."""

_UNLOADED: Final = "Function not found"

_ELSEWHERE: Final = (AskError, TryAgainError)
"""What a server of a cluster answers, MovedError too, where the keys are or may be at another one."""

_REMEDIES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (BusyLoadingError, "wait until it has loaded its data"),
    (ClusterDownError, "see by `CLUSTER INFO` which of its slots nobody serves"),
    (AuthenticationError, "name a user and a password that it knows"),
    (NoPermissionError, "let the user load and call functions, on all keys that begin with `interlock:`"),
    (OutOfMemoryError, "give it more memory"),
    (ReadOnlyError, "name the primary, not a replica"),
    (ResponseError, "see its log"),
    (Exception, "start it or name another"),
)


class UnloadedError(Exception):
    """The server does not have the function, and did nothing."""


class Pipeline:
    """Calls to the server at `url`, which is connected to when it is needed, and again after it was lost."""

    def __init__(self, url: str) -> None:
        self._server = shown(url)
        self._pool = _pool(url, self._server)
        self.host = urlsplit(url).hostname or "localhost"
        self._unsent: list[tuple[bytes, asyncio.Future[Any]]] = []
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._wanted = asyncio.Event()
        self.said: set[str] = set()
        """What whoever calls notes to have told the server; nothing again in each new connection."""
        self._loop = asyncio.get_running_loop()
        self._serving = asyncio.create_task(self._serve())

    async def call(self, *words: str | bytes | int) -> Any:  # noqa: ANN401 - what a server answers
        """What the server answers.

        Raises:
            UnloadedError: it does not have the function.
            AskError: the keys move to another server, which has them already.
            MovedError: the keys are at another server.
            TryAgainError: the keys move, and some are here and some there.
            OperatorError: it can't be used, or nobody knows what it did.
        """
        if self._serving.done():
            raise OperatorError(f"the ledger in `{self._server}` is closed: open it again")
        answer = self._loop.create_future()
        self._unsent.append((pack_command(words), answer))
        self._wanted.set()
        return await answer

    async def call_moving(self, *words: str | bytes | int) -> Any:  # noqa: ANN401
        """What the server answers of keys that are on their way to it."""
        # It holds for the very next call, so nobody else's may come between.
        self._unsent.append((pack_command(("ASKING",)), self._loop.create_future()))
        return await self.call(*words)

    def trouble(self, reason: str, remedy: str) -> OperatorError:
        """That the server can't be used, why, and what to do."""
        return OperatorError(f"the ledger in `{self._server}` can't be used: {reason}: {remedy}")

    async def close(self) -> None:
        """Answer nobody any more."""
        self._serving.cancel()
        await asyncio.wait([self._serving])
        self._fail(ConnectionError("it was closed"))

    async def _serve(self) -> None:
        while True:
            await self._wanted.wait()
            connection: AbstractConnection = self._pool.make_connection()  # type: ignore[no-untyped-call]
            try:
                async with asyncio.TaskGroup() as parts:
                    async with asyncio.timeout(PATIENCE):
                        await connection.connect()  # type: ignore[no-untyped-call]
                    for part in (self._write, self._read, self._watch):
                        parts.create_task(part(connection))
            except* Exception as lost:  # noqa: BLE001 - who waits has to hear of it, whatever it was
                self._fail(lost.exceptions[0])
            finally:
                self.said = set()
                await connection.disconnect()

    async def _write(self, connection: AbstractConnection) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            batch, self._unsent = self._unsent, []
            self._waiting.extend(answer for _, answer in batch)
            await connection.send_packed_command([command for command, _ in batch], check_health=False)

    async def _read(self, connection: AbstractConnection) -> None:
        while True:
            try:
                found, error = await connection.read_response(), None
            except ResponseError as refusal:
                found, error = None, refusal
            answer = self._waiting.popleft()
            if answer.done():  # nobody waits any more
                continue
            if error is None:
                answer.set_result(found)
            else:
                answer.set_exception(self._refusal(error))

    async def _watch(self, _connection: AbstractConnection) -> None:
        while True:
            oldest = self._waiting[0] if self._waiting else None
            await asyncio.sleep(PATIENCE)
            if oldest is not None and self._waiting and self._waiting[0] is oldest:
                raise TimeoutError

    def _fail(self, error: Exception) -> None:
        """Tell all who wait that nobody knows whether their call was made."""
        waiting = [*self._waiting, *(answer for _, answer in self._unsent)]
        self._waiting.clear()
        self._unsent.clear()
        self._wanted.clear()
        for answer in waiting:
            if not answer.done():
                answer.set_exception(self._trouble(error))

    def _refusal(self, error: ResponseError) -> Exception:
        if str(error) == _UNLOADED:
            return UnloadedError()
        return error if isinstance(error, _ELSEWHERE) else self._trouble(error)

    def _trouble(self, error: Exception) -> OperatorError:
        if isinstance(error.__cause__, ValkeyError):  # what the server answered while it was connected to
            error = error.__cause__
        remedy = next(remedy for kind, remedy in _REMEDIES if isinstance(error, kind))
        return self.trouble(str(error).rstrip(".") or f"it did not answer within {PATIENCE} seconds", remedy)


def shown(url: str) -> str:
    """`url` without its password and options."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "valkey:"
    user, at, place = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{user.partition(':')[0]}{at}{place}{parts.path}"


def _pool(url: str, server: str) -> ConnectionPool:
    try:
        return ConnectionPool.from_url(
            url, parser_class=ClusterParser, socket_timeout=None, socket_connect_timeout=PATIENCE
        )
    except (ValueError, ValkeyError):
        raise OperatorError(
            f"`{server}` is no server: name one such as `valkey://localhost:6379/0` or `unix:///run/valkey.sock`"
        ) from None
