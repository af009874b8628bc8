"""A way to a server that can be cut at any place of what is said, in either direction, and mended."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from threading import Condition, Thread
from typing import Final, Self, TypeAlias

Address: TypeAlias = tuple[str, int] | Path
"""A port of a host, or a socket in the file system."""

Measure: TypeAlias = Callable[[bytes], int]
"""How long the first message is of what is said, or 0 if not all of it was."""

_Link: TypeAlias = tuple[socket.socket, socket.socket]
"""To who asks, and to the server."""

_CHUNK: Final = 65536
_HANGS_UP_WITHIN: Final = 30


class Way(Enum):
    """Which of the two directions."""

    ASKED = auto()
    ANSWERED = auto()


def byte(said: bytes) -> int:
    """How long a message is where each byte is one."""
    return min(len(said), 1)


@dataclass(slots=True)
class Cable:
    """Leads from a port of this machine to a server, through which all goes until it is cut."""

    server: Address
    measure: Measure = byte
    _listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _links: set[_Link] = field(default_factory=set)
    _left: dict[Way, int] = field(default_factory=dict)
    _part: int = 0
    _is_cut: bool = False
    _changed: Condition = field(default_factory=Condition)

    @property
    def port(self) -> int:
        """Where it begins."""
        port: int = self._listener.getsockname()[1]
        return port

    def __enter__(self) -> Self:
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes who waits at it, which closing alone does not
        self._listener.close()
        self._sever()

    @contextmanager
    def cut(self, way: Way, after: int, part: int = 0) -> Iterator[None]:
        """It leads no further than so many messages that go one `way`, and `part` of the next, as a slice is.

        Whoever tries again then gets nowhere. When it is mended, the server has
        done what it was asked until then, and has hung up.
        """
        with self._changed:
            self._left, self._part = {way: after}, part
        try:
            yield
        finally:
            with self._changed:
                if self._is_cut:
                    self._sever()
                    assert self._changed.wait_for(lambda: not self._links, _HANGS_UP_WITHIN), "it goes on"
                self._left, self._is_cut = {}, False

    def _sever(self) -> None:
        with self._changed:
            for link in self._links:
                _hang_up(link)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                with self._changed:
                    link = None if self._is_cut else self._linked(near)
                if link is None:
                    near.close()
                else:
                    Thread(target=self._lead, args=(link,), daemon=True).start()

    def _linked(self, near: socket.socket) -> _Link | None:
        try:
            link = near, _connected(self.server)
        except OSError:
            return None
        self._links.add(link)
        return link

    def _lead(self, link: _Link) -> None:
        """Lead both ways; then wait until the server hangs up, as it has done then what it was asked."""
        near, far = link
        asking = Thread(target=self._pump, args=(Way.ASKED, link), daemon=True)
        asking.start()
        self._pump(Way.ANSWERED, link)
        with suppress(OSError):
            while far.recv(_CHUNK):
                pass
        asking.join()
        near.close()
        far.close()
        with self._changed:
            self._links.remove(link)
            self._changed.notify_all()

    def _pump(self, way: Way, link: _Link) -> None:
        source, target = link if way is Way.ASKED else link[::-1]
        held: bytes | None = b""
        with suppress(OSError):
            while held is not None and (chunk := source.recv(_CHUNK)):
                goes_on, held = self._parted(way, held + chunk)
                target.sendall(goes_on)
        _hang_up(link)

    def _parted(self, way: Way, said: bytes) -> tuple[bytes, bytes | None]:
        """What of it goes on now, and what may do so later; None if nothing does."""
        with self._changed:
            if self._is_cut:
                return b"", None
            if way not in self._left:
                return said, b""
            at = 0
            while length := self.measure(said[at:]):
                if self._left[way] == 0:
                    self._is_cut = True
                    return said[:at] + said[at : at + length][: self._part], None
                self._left[way] -= 1
                at += length
            return said[:at], said[at:]


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


def _hang_up(link: _Link) -> None:
    """Who asks is left alone, and the server is asked no more; what it still answers, nobody hears."""
    near, far = link
    for end, how in ((near, socket.SHUT_RDWR), (far, socket.SHUT_WR)):
        with suppress(OSError):
            end.shutdown(how)
