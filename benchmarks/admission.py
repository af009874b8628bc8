"""A round trip of an AdmissionReview over TLS, beside an empty one to the same server in the same run.

What is empty is what TLS, HTTP and the client cost. Rounds are interleaved and medians
compared. Callers are an API server's: connections are kept, each asks again once it is answered.

Run: python -m benchmarks.admission
"""

import json
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from timeit import Timer
from typing import Final

import msgspec
import uvloop
from benchmarks import connections, podsecurity
from benchmarks.webhook import ECHO, VALIDATE, Decisions, Server, server
from rich.console import Console
from rich.table import Table

SIZES: Final = (4_000, 100_000)
CALLERS: Final = (1, 200)
ROUNDS: Final = 5
SECONDS: Final = 1.5

_NONE: Final = "{apiVersion: interlock.dev/v1alpha1, kind: PolicySet, metadata: {name: none}}"
_MANY: Final = 63
"""Copies of sixteen policies that are about a thousand."""

_ECHO: Final = "an empty answer"
_OURS: Final = "16 of ours"
_THEIRS: Final = "16 of Kubernetes"


# The load.


async def load_on(to: Server, path: str, body: bytes, callers: int, seconds: float) -> list[float]:
    """The latencies, in seconds, of all requests that `callers` got answered in `seconds`."""
    head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
    request = f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
    load = await connections.load_on(
        to.port, request, callers, seconds, ssl=to.trust, server_hostname="localhost"
    )
    return load.latencies


# The comparison.


@dataclass(frozen=True, slots=True)
class Row:
    """What one server did with bodies of one size for so many callers, round by round."""

    name: str
    size: int
    callers: int
    rounds: list[list[float]]
    decisions: list[Decisions]
    """Those that were made in each round; empty where none is made."""


def measure(servers: dict[str, Server]) -> list[Row]:
    """Every server with every size for every number of callers."""
    for each in servers.values():
        refused = podsecurity.pod(0)
        refused["spec"]["hostNetwork"] = True
        if not each.allows(podsecurity.pod(0)) or each.allows(refused):
            raise RuntimeError("the policies don't decide as they should")
    rows = []
    for size in SIZES:
        body = podsecurity.review(podsecurity.pod(size))
        for callers in CALLERS:
            group = [Row(name, len(body), callers, [], []) for name in (_ECHO, *servers)]
            for _ in range(ROUNDS):
                for row in group:
                    _one_round(row, servers, body)
            rows += group
    return rows


def _one_round(row: Row, servers: dict[str, Server], body: bytes) -> None:
    if row.name == _ECHO:
        row.rounds.append(uvloop.run(load_on(servers[_OURS], ECHO, body, row.callers, SECONDS)))
        return
    before = servers[row.name].decisions()
    row.rounds.append(uvloop.run(load_on(servers[row.name], VALIDATE, body, row.callers, SECONDS)))
    after = servers[row.name].decisions()
    row.decisions.append(after.since(before))


def table(rows: list[Row]) -> Table:
    """Medians over the rounds, and what of a round trip is decision."""
    shown = Table(title=f"AdmissionReviews over TLS, kept connections, {ROUNDS} interleaved rounds, medians")
    headings = (
        "policies",
        "bytes",
        "callers",
        "a second",
        "p50 ms",
        "p99 ms",
        "decision ms",
        "99 % within",
        "of p50",
        "to msgspec",
        "to json",
    )
    for heading in headings:
        shown.add_column(heading, justify="left" if heading == "policies" else "right")
    for row in rows:
        shown.add_row(
            row.name,
            f"{row.size:,}",
            str(row.callers),
            f"{median(len(one) / SECONDS for one in row.rounds):,.0f}",
            f"{_percentile(row.rounds, 0.5):.2f}",
            f"{_percentile(row.rounds, 0.99):.2f}",
            *_of_decisions(row),
        )
    return shown


def _of_decisions(row: Row) -> tuple[str, ...]:
    if not row.decisions:
        return ()
    taken = median(each.seconds / each.count for each in row.decisions)
    within = median(each.bound(0.99) for each in row.decisions)
    own = (f"{taken * 1e3:.3f}", f"{within * 1e3:g}")
    if row.callers > 1:
        return own
    body = podsecurity.review(podsecurity.pod(min(SIZES, key=lambda size: abs(size - row.size))))
    return (
        *own,
        f"{taken * 1e3 / _percentile(row.rounds, 0.5):.2f}",
        *(f"{taken / _fastest(decode, body):.1f}×" for decode in (msgspec.json.decode, json.loads)),
    )


def _fastest(decode: Callable[[bytes], object], body: bytes) -> float:
    """The seconds that decoding `body` takes."""
    timer = Timer(lambda: decode(body))
    return min(timer.repeat(20, 20)) / 20


def _percentile(rounds: list[list[float]], share: float) -> float:
    """The median over the rounds of the latency, in milliseconds, that `share` of requests stay below."""
    return median(sorted(one)[int(share * (len(one) - 1))] for one in rounds) * 1e3


def memory(folder: Path) -> Table:
    """What a server holds with a thousand policies, beside one that has none."""
    shown = Table(title="Resident memory after a hundred reviews")
    for heading in ("policies", "MB", "of none"):
        shown.add_column(heading, justify="right")
    base = 0
    for count, write in (
        (0, _write_none),
        (len(podsecurity.CHECKS), podsecurity.write_ours),
        (len(podsecurity.CHECKS) * _MANY, lambda policies: podsecurity.write_ours(policies, _MANY)),
    ):
        with server(folder / str(count), write) as one:
            uvloop.run(load_on(one, VALIDATE, podsecurity.review(podsecurity.pod(4_000)), 1, 1.0))
            held = one.resident()
        base = base or held
        shown.add_row(f"{count:,}", f"{held / 1024:,.0f}", f"{held / base:.2f}")
    return shown


def _write_none(policies: Path) -> None:
    (policies / "none.yaml").write_text(_NONE)


def main() -> None:
    """Measure and print."""
    console = Console(width=130)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        servers = {
            _OURS: stack.enter_context(server(folder / "ours", podsecurity.write_ours)),
            _THEIRS: stack.enter_context(server(folder / "theirs", podsecurity.write_theirs)),
        }
        console.print(table(measure(servers)))
    with tempfile.TemporaryDirectory() as name:
        console.print(memory(Path(name)))


if __name__ == "__main__":
    main()
