"""A way to a server that can be cut at any byte, in either direction, and mended."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from threading import Lock, Thread
from typing import Final, Self, TypeAlias

Address: TypeAlias = tuple[str, int] | Path
"""A port of a host, or a socket in the file system."""

_CHUNK: Final = 65536


class Way(Enum):
    """Which of the two directions."""

    ASKED = auto()
    ANSWERED = auto()


@dataclass(slots=True)
class Cable:
    """Leads from a port of this machine to a server, through which all bytes go until it is cut."""

    server: Address
    _listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _ends: list[socket.socket] = field(default_factory=list)
    _left: dict[Way, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def port(self) -> int:
        """Where it begins."""
        port: int = self._listener.getsockname()[1]
        return port

    def __enter__(self) -> Self:
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        _close(self._listener)
        self._sever()

    @contextmanager
    def cut(self, way: Way, after: int) -> Iterator[None]:
        """It leads no further than so many bytes that go one `way`; whoever tries again then gets nowhere."""
        with self._lock:
            self._left[way] = after
        try:
            yield
        finally:
            with self._lock:
                self._left.clear()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                try:
                    far = _connected(self.server)
                except OSError:
                    near.close()
                    continue
                with self._lock:
                    self._ends += [near, far]
                    is_cut = 0 in self._left.values()
                if is_cut:
                    self._sever()
                for way, source, target in ((Way.ASKED, near, far), (Way.ANSWERED, far, near)):
                    Thread(target=self._pump, args=(way, source, target), daemon=True).start()

    def _pump(self, way: Way, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(_CHUNK):
                goes_on = self._allowed(way, len(chunk))
                target.sendall(chunk[:goes_on])
                if goes_on < len(chunk):
                    break
        self._end(source, target)

    def _allowed(self, way: Way, wanted: int) -> int:
        """How many of the bytes may go on."""
        with self._lock:
            if way not in self._left:
                return wanted
            allowed = min(wanted, self._left[way])
            self._left[way] -= allowed
            return allowed

    def _sever(self) -> None:
        with self._lock:
            ends, self._ends = self._ends, []
        for end in ends:
            _close(end)

    def _end(self, *ends: socket.socket) -> None:
        with self._lock:
            self._ends = [each for each in self._ends if each not in ends]
        for end in ends:
            _close(end)


def _connected(server: Address) -> socket.socket:
    if isinstance(server, tuple):
        return socket.create_connection(server)
    found = socket.socket(socket.AF_UNIX)
    try:
        found.connect(str(server))
    except OSError:
        found.close()
        raise
    return found


def _close(end: socket.socket) -> None:
    """Close `end`, and wake who waits at it, which closing alone does not."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
