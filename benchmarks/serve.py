"""`/v1/check` over HTTP beside two yardsticks, from one run: a second's requests, latencies, and CPU for each.

The yardsticks run behind the same listener: saying hello, and the same
decision as an idiomatic route of FastAPI. Rounds are interleaved and medians
compared, because other work on the machine moves single numbers, but not
ratios. CPU is what the kernel counts for all threads of the servers, and bends
least. With "holds" each check holds on accounts of four scopes, which SQLite
journals (`durability=process`), and a decision log takes each decision.

Two workers are two processes that share a port (`SO_REUSEPORT`), and accounts
through Valkey: one process owns a ledger in SQLite. The load has the same cores.

Run: PYTHONPATH=tests python -m benchmarks.serve [SECONDS]
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

import pytest
import uvloop
from benchmarks.connections import Load, get, load_on, post
from benchmarks.rules import BUDGETS, CHAT, documents
from rich.console import Console
from rich.table import Table

from support import valkeys

CALLERS: Final = (1, 32, 128)
ROUNDS: Final = 5
_SCOPES: Final = BUDGETS[:4]
_CHECK: Final = post("/v1/check", CHAT)
_SQLITE: Final = "sqlite"
_VALKEY: Final = "valkey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """An application over so many policies; where it has a `ledger`, checks hold and are logged."""

    title: str
    application: str
    policies: int = 10
    ledger: str = ""
    workers: int = 1
    request: bytes = _CHECK


_HELLO: Final = Contender(title="hello, POST", application="hello")
_TWO_HELLOS: Final = Contender(title="hello, POST", application="hello", workers=2)
_FASTAPI: Final = Contender(title="FastAPI and pydantic, 10 policies", application="fastapi")
CONTENDERS: Final = (
    Contender(title="hello, GET", application="hello", request=get("/")),
    _HELLO,
    _FASTAPI,
    Contender(title="check, 10 policies", application="interlock"),
    Contender(title="check, 1,000 policies", application="interlock", policies=1000),
    Contender(title="check, 10, holds in SQLite", application="interlock", ledger=_SQLITE),
    Contender(title="check, 1,000, holds in SQLite", application="interlock", policies=1000, ledger=_SQLITE),
    Contender(title="check, 10, holds in Valkey", application="interlock", ledger=_VALKEY),
    _TWO_HELLOS,
    Contender(title="check, 10 policies", application="interlock", workers=2),
    Contender(title="check, 10, holds in Valkey", application="interlock", ledger=_VALKEY, workers=2),
)


@dataclass(frozen=True, slots=True)
class Server:
    """The processes of a contender, at one port."""

    port: int
    processes: tuple[int, ...]

    def cpu(self) -> float:
        """The seconds that all their threads were on a CPU."""
        tasks = [
            task for process in self.processes for task in Path(f"/proc/{process}/task").glob("*/schedstat")
        ]
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


@dataclass(slots=True)
class Row:
    """What came of one contender for so many callers, round by round, with the CPU of its servers."""

    contender: Contender
    callers: int
    rounds: list[tuple[Load, float]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return median(len(load.latencies) / load.seconds for load, _ in self.rounds)

    @property
    def cpu(self) -> float:
        """Microseconds of the servers' CPU for a request."""
        return median(cpu / len(load.latencies) for load, cpu in self.rounds) * 1e6

    @property
    def asking(self) -> float:
        """The share of a core that the load took."""
        return median(load.cpu / load.seconds for load, _ in self.rounds)

    def latency(self, share: float) -> float:
        """The latency, in microseconds, that `share` of the requests stay below."""
        return median(_at(sorted(load.latencies), share) for load, _ in self.rounds) * 1e6


def _at(latencies: list[float], share: float) -> float:
    return latencies[int(share * (len(latencies) - 1))]


@contextmanager
def served(contender: Contender, folder: Path, valkey: str | None) -> Iterator[Server]:
    """The servers of `contender`."""
    folder.mkdir()
    (folder / "policies.yaml").write_text(
        documents(contender.policies, budgets=_SCOPES if contender.ledger else ())
    )
    ledgers = {
        "": "memory:",
        _SQLITE: f"sqlite://{folder}/ledger.sqlite?durability=process",
        _VALKEY: valkey or "",
    }
    log = [str(folder / "decisions.jsonl")] if contender.ledger else []
    port = 0
    with ExitStack() as stack:
        processes = []
        for _ in range(contender.workers):
            command = [sys.executable, "-m", "benchmarks.applications", contender.application, str(port)]
            command += [str(folder / "policies.yaml"), ledgers[contender.ledger], *log]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))  # noqa: S603 - this module
            stack.callback(process.kill)
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            port = int(process.stdout.readline())
            processes.append(process.pid)
        yield Server(port, tuple(processes))


def measure(contenders: list[Contender], valkey: str | None, seconds: float) -> list[Row]:
    """Every contender for every number of callers."""
    rows = [Row(contender, callers) for callers in CALLERS for contender in contenders]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = {
            contender: stack.enter_context(served(contender, folder / str(number), valkey))
            for number, contender in enumerate(contenders)
        }
        for contender, server in servers.items():
            uvloop.run(load_on(server.port, contender.request, max(CALLERS), seconds / 2))
        for _ in range(ROUNDS):
            for row in rows:
                server = servers[row.contender]
                before = server.cpu()
                load = uvloop.run(load_on(server.port, row.contender.request, row.callers, seconds))
                row.rounds.append((load, server.cpu() - before))
    return rows


def table(rows: list[Row]) -> Table:
    """Medians over the rounds, and each contender's share of what the server alone can do."""
    shown = Table(title=f"/v1/check, {ROUNDS} interleaved rounds, medians", caption="load: share of a core")
    shown.add_column("served", no_wrap=True)
    for heading in (
        "workers",
        "callers",
        "requests/s",
        "p50 µs",
        "p99 µs",
        "CPU µs",
        "of hello",
        "of its CPU",
        "× FastAPI",
        "load",
    ):
        shown.add_column(heading, justify="right")
    found = {(row.contender, row.callers): row for row in rows}
    for row in rows:
        hello = found[_TWO_HELLOS if row.contender.workers > 1 else _HELLO, row.callers]
        slow = found[_FASTAPI, row.callers]
        shown.add_row(
            row.contender.title,
            str(row.contender.workers),
            str(row.callers),
            f"{row.rate:,.0f}",
            f"{row.latency(0.5):,.0f}",
            f"{row.latency(0.99):,.0f}",
            f"{row.cpu:,.1f}",
            f"{row.rate / hello.rate:.2f}",
            f"{hello.cpu / row.cpu:.2f}",
            f"{row.rate / slow.rate:.1f}",
            f"{row.asking:.2f}",
        )
    return shown


def main() -> None:
    """Measure and print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    console = Console(width=140)
    contenders, valkey = list(CONTENDERS), None
    try:
        valkey = valkeys.valkey().url
    except pytest.skip.Exception as absent:
        console.print(str(absent))
        contenders = [each for each in CONTENDERS if each.ledger != _VALKEY]
    console.print(table(measure(contenders, valkey, seconds)))


if __name__ == "__main__":
    main()
