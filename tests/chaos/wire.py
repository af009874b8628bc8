"""One connection to the check API, which tells an answer from no answer."""

import asyncio
from contextlib import suppress
from typing import Any, Final, Self, TypeAlias
from urllib.parse import urlsplit

import msgspec

Answer: TypeAlias = tuple[int, dict[str, Any]]

_PATIENCE: Final = 10
_TRIES: Final = 100
_PAUSE: Final = 0.1


class Lost(Exception):  # noqa: N818 - what happened to the answer
    """Nobody knows whether what was asked for was done."""


class Wire:
    """Asks one thing after the other of the service at `url`."""

    asked = 0

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, url: str) -> Self:
        """A new connection."""
        parts = urlsplit(url)
        return cls(*await asyncio.open_connection(parts.hostname, parts.port, limit=2**24))

    def close(self) -> None:
        """Ask no more."""
        self._writer.close()

    async def ask(self, path: str, body: dict[str, Any] | None = None) -> Answer:
        """The answer to `body`, or what is at `path`; Lost where there is none, or the ledger can't be used."""
        method, sent = ("GET", b"") if body is None else ("POST", msgspec.json.encode(body))
        head = f"{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        Wire.asked += 1
        try:
            async with asyncio.timeout(_PATIENCE):
                self._writer.write(f"{head}content-length: {len(sent)}\r\n\r\n".encode() + sent)
                status, found = await self._answer()
        except (OSError, EOFError, TimeoutError) as error:
            raise Lost(repr(error)) from None
        answer = msgspec.json.decode(found)
        if status >= 500 or any(reason["code"] == "failed" for reason in answer.get("reasons", ())):
            raise Lost(found.decode())
        return status, answer

    async def _answer(self) -> tuple[int, bytes]:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        return int(head.split(" ", 2)[1]), await self._reader.readexactly(length)


class Insistent:
    """Asks the service at `url` again and again until there is an answer."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._wire: Wire | None = None

    async def ask(self, path: str, body: dict[str, Any] | None = None) -> Answer:
        """The answer to `body`, or what is at `path`."""
        for _ in range(_TRIES):
            with suppress(Lost, OSError):
                if self._wire is None:
                    self._wire = await Wire.to(self._url)
                return await self._wire.ask(path, body)
            self.close()
            await asyncio.sleep(_PAUSE)
        raise SystemExit(f"the service does not recover: nobody answers at {path}")

    def close(self) -> None:
        """Ask no more."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None
