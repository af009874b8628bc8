"""Unary calls beside grpcio and grpclib, from one run: CPU for each call, and how many a second.

All answer the same: 200 bytes to a message of 2,013, the size of Envoy's, and do
nothing for it. CPU is what the kernel counts for all threads of the server, so
that the load, which h2load makes on the same cores, bends it least. grpclib is
measured where it is installed.

Run: python -m benchmarks.calls, with h2load (Debian: nghttp2-client)
"""

import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, Final

import grpc
import uvloop
from rich.console import Console
from rich.table import Table

from interlock_webhooks.clients.authenticator import EVERYBODY
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.grpc.calls import Calls
from interlock_webhooks.grpc.framing import framed
from interlock_webhooks.grpc.listener import GrpcListener
from interlock_webhooks.grpc.method import Method
from interlock_webhooks.listener import Address, bind
from interlock_webhooks.logs import json_log
from interlock_webhooks.metrics import Metrics

ROUNDS: Final = 5
CALLS: Final = {1: 1_500, 32: 6_000, 128: 6_000}
CONNECTIONS: Final = 4

_PATH: Final = "/benchmark.Service/Check"
_SENT: Final = bytes(2_013)
_ANSWER: Final = bytes(200)
_FIRST_PORT: Final = 19_300


# The three servers.


async def _interlock(port: int) -> None:
    async def check(_request: Request) -> Answer:
        return Answer(_ANSWER)

    calls = Calls({_PATH: Method(check, "benchmark")}, Metrics(), json_log(), EVERYBODY)
    await GrpcListener(calls, None).serve([bind(Address("127.0.0.1", port))])


async def _grpcio(port: int) -> None:
    async def check(_request: bytes, _context: Any) -> bytes:  # noqa: ANN401 - grpcio's
        return _ANSWER

    server = grpc.aio.server()
    handlers = {"Check": grpc.unary_unary_rpc_method_handler(check)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("benchmark.Service", handlers),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


async def _grpclib(port: int) -> None:
    from grpclib.const import Cardinality, Handler  # noqa: PLC0415 - only where it is installed
    from grpclib.server import Server  # noqa: PLC0415

    class Bytes:
        __content_subtype__ = "proto"

        def encode(self, message: bytes, _kind: object) -> bytes:
            return message

        def decode(self, message: bytes, _kind: object) -> bytes:
            return message

    class Service:
        async def check(self, stream: Any) -> None:  # noqa: ANN401 - grpclib's
            await stream.recv_message()
            await stream.send_message(_ANSWER)

        def __mapping__(self) -> dict[str, Any]:
            return {_PATH: Handler(self.check, Cardinality.UNARY_UNARY, bytes, bytes)}

    server = Server([Service()], codec=Bytes())
    await server.start("127.0.0.1", port)
    await server.wait_closed()


_SERVERS: Final = {"grpcio": _grpcio, "grpclib": _grpclib, "interlock": _interlock}


# The load.


@dataclass(frozen=True, slots=True)
class Round:
    """What one round shows. CPU is in nanoseconds a call, waits are in microseconds."""

    cpu: float
    a_second: float
    p50: int
    p99: int


@contextmanager
def _running(name: str, port: int) -> Iterator[int]:
    """The process of a server that answers on `port`."""
    with subprocess.Popen([sys.executable, "-m", "benchmarks.calls", name, str(port)]) as process:  # noqa: S603
        try:
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                channel.unary_unary(_PATH)(_SENT, wait_for_ready=True, timeout=30)
            yield process.pid
        finally:
            process.kill()


def _cpu(pid: int) -> int:
    """Nanoseconds that all threads of a process have run."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads)


def _round(pid: int, port: int, streams: int, folder: Path) -> Round:
    connections = min(CONNECTIONS, streams)
    log = folder / "log"
    log.unlink(missing_ok=True)
    before, started = _cpu(pid), time.perf_counter()
    subprocess.run(  # noqa: S603
        [  # noqa: S607
            "h2load",
            f"--clients={connections}",
            f"--max-concurrent-streams={streams // connections}",
            f"--requests={CALLS[streams]}",
            f"--data={folder / 'message'}",
            f"--log-file={log}",
            "--header=content-type: application/grpc",
            "--header=te: trailers",
            f"http://127.0.0.1:{port}{_PATH}",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    seconds = time.perf_counter() - started
    spent = _cpu(pid) - before
    rows = [line.split() for line in log.read_text().splitlines()]
    assert all(status == "200" for _, status, _ in rows)  # noqa: S101 - or it would measure refusals
    waits = sorted(int(wait) for _, _, wait in rows)
    count = len(waits)
    return Round(spent / count, count / seconds, waits[count // 2], waits[count * 99 // 100])


def main() -> None:
    """Measure all servers, round by round, and print medians."""
    if shutil.which("h2load") is None:
        print("benchmarks.calls: h2load is not installed (Debian: nghttp2-client)")
        return
    names = [name for name in _SERVERS if name == "interlock" or find_spec(name.replace("grpcio", "grpc"))]
    rounds: dict[tuple[str, int], list[Round]] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "message").write_bytes(framed(_SENT))
        for _ in range(ROUNDS):
            for number, name in enumerate(names):
                port = _FIRST_PORT + number
                with _running(name, port) as pid:
                    for streams in CALLS:
                        rounds.setdefault((name, streams), []).append(_round(pid, port, streams, folder))
    _print(names, rounds)


def _print(names: list[str], rounds: dict[tuple[str, int], list[Round]]) -> None:
    table = Table("server", "calls at once", "CPU µs a call", "a second", "p50 µs", "p99 µs", "× grpcio by CPU")
    for streams in CALLS:
        base = median(each.cpu for each in rounds["grpcio", streams])
        for name in names:
            of = rounds[name, streams]
            cpu = median(each.cpu for each in of)
            table.add_row(
                name,
                str(streams),
                f"{cpu / 1000:.0f}",
                f"{median(each.a_second for each in of):,.0f}",
                f"{median(each.p50 for each in of):,.0f}",
                f"{median(each.p99 for each in of):,.0f}",
                f"{base / cpu:.1f}×",
            )
    Console(width=112).print(table)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_SERVERS[sys.argv[1]](int(sys.argv[2])))
    else:
        main()
