"""Unary calls beside grpcio and grpclib, from one run: CPU for each call, and how many a second.

Of "nothing" there are 2,013 bytes there and 200 back, and no more is done. "Check" is
Envoy's `Authorization/Check` of a chat of 1 KB, decided by the same handler behind our
server and behind grpcio's; with "holds" it holds on accounts of four scopes, which
SQLite journals, and is logged. CPU is what the kernel counts for all threads of the
servers, so that the load, which h2load makes on the same cores, bends it least. Two
workers are two processes that share a port (`SO_REUSEPORT`), and the four connections
of the load. grpclib is measured where it is installed.

Run: PYTHONPATH=tests python -m benchmarks.calls, with h2load (Debian: nghttp2-client)
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, Final

import grpc
import msgspec
import uvloop
from benchmarks.applications import opened, shared
from benchmarks.rules import BUDGETS, CHAT, documents
from rich.console import Console
from rich.table import Table

from interlock_webhooks import garbage
from interlock_webhooks.clients.authenticator import EVERYBODY
from interlock_webhooks.clients.client import LOCAL
from interlock_webhooks.deadline import MAX_DECISION
from interlock_webhooks.envoy.authz.handlers import AuthorizationHandlers
from interlock_webhooks.envoy.messages.auth_pb2 import CheckResponse
from interlock_webhooks.exchange import Answer, Handler, Request
from interlock_webhooks.grpc.calls import Calls
from interlock_webhooks.grpc.framing import framed
from interlock_webhooks.grpc.listener import GrpcListener
from interlock_webhooks.grpc.method import Method
from interlock_webhooks.logs import json_log
from interlock_webhooks.metrics import Metrics
from support.envoy import Sent, message_of

ROUNDS: Final = 5
CALLS: Final = {1: 1_500, 32: 6_000, 128: 6_000}
CONNECTIONS: Final = 4

_PATH: Final = "/benchmark.Service/Check"
_NOTHING: Final = bytes(2_013)
_ANSWER: Final = bytes(200)
_FIRST_PORT: Final = 19_300


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A server of so many workers, and how many policies decide calls: none where nothing is done."""

    server: str
    policies: int = 0
    holds: bool = False
    workers: int = 1

    @property
    def title(self) -> str:
        """What the table says that it does."""
        holds = ", holds" if self.holds else ""
        return f"Check, {self.policies:,} policies{holds}" if self.policies else "nothing"


CONTENDERS: Final = (
    Contender(server="grpcio"),
    Contender(server="grpclib"),
    Contender(server="interlock"),
    Contender(server="grpcio", policies=10),
    Contender(server="interlock", policies=10),
    Contender(server="interlock", policies=1_000),
    Contender(server="interlock", policies=10, holds=True),
    Contender(server="grpcio", policies=10, workers=2),
    Contender(server="interlock", policies=10, workers=2),
)


# What is called.


def _message(contender: Contender) -> bytes:
    """What each call carries."""
    if not contender.policies:
        return _NOTHING
    caller = {
        "principal.id": "ana@example.org",
        "principal.type": "user",
        "principal.groups": "staff,ml-engineers",
        "agent.name": "support-agent",
        "attribution.team": "support",
        "attribution.environment": "production",
        "data.classifications": "public",
    }
    extensions = {f"interlock.caller.{fact}": value for fact, value in caller.items()}
    return message_of(Sent(body=msgspec.json.encode(CHAT["chat"])), {"interlock.kind": "chat", **extensions})


@asynccontextmanager
async def _handler(contender: Contender, folder: Path) -> AsyncIterator[Handler]:
    """What answers each call."""
    if not contender.policies:

        async def nothing(_request: Request) -> Answer:
            return Answer(_ANSWER)

        yield nothing
        return
    policies = folder / "policies.yaml"
    policies.write_text(documents(contender.policies, budgets=BUDGETS[:4] if contender.holds else ()))
    ledger = f"sqlite://{folder}/ledger.sqlite?durability=process" if contender.holds else "memory:"
    log = folder / "decisions.jsonl" if contender.holds else None
    async with opened(policies, ledger, log) as service:
        yield AuthorizationHandlers(service).check


# The three servers.


async def _interlock(port: int, handler: Handler) -> None:
    calls = Calls({_PATH: Method(handler, "benchmark")}, Metrics(), json_log(), EVERYBODY)
    bound = shared(port)
    _ready()
    await GrpcListener(calls, None).serve([bound])


async def _grpcio(port: int, handler: Handler) -> None:
    async def check(message: bytes, _context: Any) -> bytes:  # noqa: ANN401 - grpcio's
        return (await handler(_request(message))).payload

    server = grpc.aio.server()
    handlers = {"Check": grpc.unary_unary_rpc_method_handler(check)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("benchmark.Service", handlers),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    _ready()
    await server.wait_for_termination()


async def _grpclib(port: int, handler: Handler) -> None:
    from grpclib.const import Cardinality, Handler as Called  # noqa: PLC0415, I001 - only where it is installed
    from grpclib.server import Server  # noqa: PLC0415

    class Bytes:
        __content_subtype__ = "proto"

        def encode(self, message: bytes, _kind: object) -> bytes:
            return message

        def decode(self, message: bytes, _kind: object) -> bytes:
            return message

    class Service:
        async def check(self, stream: Any) -> None:  # noqa: ANN401 - grpclib's
            await stream.send_message((await handler(_request(await stream.recv_message()))).payload)

        def __mapping__(self) -> dict[str, Any]:
            return {_PATH: Called(self.check, Cardinality.UNARY_UNARY, bytes, bytes)}

    server = Server([Service()], codec=Bytes())
    await server.start("127.0.0.1", port)
    _ready()
    await server.wait_closed()


def _ready() -> None:
    """Tell who started this process that it listens."""
    print(flush=True)


def _request(message: bytes) -> Request:
    return Request(
        body=message,
        until=time.monotonic_ns() + MAX_DECISION,
        client=LOCAL,
        method="POST",
        path=_PATH,
        query=b"",
        headers=(),
    )


_SERVERS: Final = {"grpcio": _grpcio, "grpclib": _grpclib, "interlock": _interlock}


async def _serve(number: int, folder: Path) -> None:
    contender = CONTENDERS[number]
    async with _handler(contender, folder) as handler:
        garbage.spare()
        await _SERVERS[contender.server](_FIRST_PORT + number, handler)


# The load.


@dataclass(frozen=True, slots=True)
class Round:
    """What one round shows. CPU is in nanoseconds a call, waits are in microseconds."""

    cpu: float
    a_second: float
    p50: int
    p99: int


@contextmanager
def _running(number: int, message: bytes) -> Iterator[list[int]]:
    """The processes of a contender that answers `message`, and allows it if it decides."""
    contender = CONTENDERS[number]
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        processes = []
        for worker in range(contender.workers):
            place = Path(folder, str(worker))
            place.mkdir()
            command = [sys.executable, "-m", "benchmarks.calls", str(number), str(place)]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))  # noqa: S603 - this module
            stack.callback(process.kill)
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            process.stdout.readline()
            processes.append(process.pid)
        with grpc.insecure_channel(f"127.0.0.1:{_FIRST_PORT + number}") as channel:
            answer = channel.unary_unary(_PATH)(message, wait_for_ready=True, timeout=60)
        assert not contender.policies or CheckResponse.FromString(answer).status.code == 0  # noqa: S101
        yield processes


def _cpu(processes: list[int]) -> int:
    """Nanoseconds that all threads of processes have run."""
    threads = (thread for pid in processes for thread in Path(f"/proc/{pid}/task").iterdir())
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads)


def _round(processes: list[int], number: int, streams: int, folder: Path) -> Round:
    connections = min(CONNECTIONS, streams)
    log = folder / "log"
    log.unlink(missing_ok=True)
    before, started = _cpu(processes), time.perf_counter()
    subprocess.run(  # noqa: S603
        [  # noqa: S607
            "h2load",
            f"--clients={connections}",
            f"--max-concurrent-streams={streams // connections}",
            f"--requests={CALLS[streams]}",
            f"--data={folder / str(number)}",
            f"--log-file={log}",
            "--header=content-type: application/grpc",
            "--header=te: trailers",
            f"http://127.0.0.1:{_FIRST_PORT + number}{_PATH}",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    seconds = time.perf_counter() - started
    spent = _cpu(processes) - before
    rows = [line.split() for line in log.read_text().splitlines()]
    assert all(status == "200" for _, status, _ in rows)  # noqa: S101 - or it would measure refusals
    waits = sorted(int(wait) for _, _, wait in rows)
    count = len(waits)
    return Round(spent / count, count / seconds, waits[count // 2], waits[count * 99 // 100])


def main() -> None:
    """Measure all contenders, round by round, and print medians."""
    if shutil.which("h2load") is None:
        print("benchmarks.calls: h2load is not installed (Debian: nghttp2-client)")
        return
    numbers = [n for n, each in enumerate(CONTENDERS) if each.server != "grpclib" or find_spec("grpclib")]
    rounds: dict[tuple[int, int], list[Round]] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for _ in range(ROUNDS):
            for number in numbers:
                message = _message(CONTENDERS[number])
                (folder / str(number)).write_bytes(framed(message))
                with _running(number, message) as processes:
                    for streams in CALLS:
                        rounds.setdefault((number, streams), []).append(
                            _round(processes, number, streams, folder)
                        )
    _print(numbers, rounds)


def _print(numbers: list[int], rounds: dict[tuple[int, int], list[Round]]) -> None:
    table = Table(
        "server",
        "workers",
        "does",
        "at once",
        "CPU µs a call",
        "a second",
        "p50 µs",
        "p99 µs",
        "× grpcio by CPU",
    )
    for streams in CALLS:
        for number in numbers:
            contender, of = CONTENDERS[number], rounds[number, streams]
            cpu = median(each.cpu for each in of)
            beside = replace(contender, server="grpcio")
            base = 0.0
            if beside in CONTENDERS:
                base = median(each.cpu for each in rounds[CONTENDERS.index(beside), streams])
            table.add_row(
                contender.server,
                str(contender.workers),
                contender.title,
                str(streams),
                f"{cpu / 1000:.0f}",
                f"{median(each.a_second for each in of):,.0f}",
                f"{median(each.p50 for each in of):,.0f}",
                f"{median(each.p99 for each in of):,.0f}",
                f"{base / cpu:.1f}×" if base else "",
            )
    Console(width=120).print(table)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        uvloop.run(_serve(int(sys.argv[1]), Path(sys.argv[2])))
    else:
        main()
