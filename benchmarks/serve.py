"""Requests per second of `/v1/check` beside two yardsticks, from one run.

The yardsticks run behind the same listener (uvicorn, uvloop, httptools, our
protocol): a raw ASGI application that says hello, which is what the server
itself costs, and the route as FastAPI's tutorial would have it, which decides
the same with the same engine. Rounds are interleaved and medians compared,
because other work on the machine moves single numbers, but not ratios.

Run: python benchmarks/serve.py
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final, Literal, cast

import msgspec
import structlog
import uvloop
from fastapi import FastAPI
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from starlette.types import ASGIApp, Receive, Scope, Send

from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.intents.check import CheckRequest, from_check
from interlock.ledger.stores.memory import MemoryLedger
from interlock.ledger.waivers.memory import MemoryUses
from interlock.loading.policyset import load
from interlock.units import Instant
from interlock_webhooks.app import check_app
from interlock_webhooks.listener import Address, Listener, address_of, bind
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.reload import LivePolicies
from interlock_webhooks.service import Service

CONCURRENCIES: Final = (1, 32)
ROUNDS: Final = 5
SECONDS: Final = 1.0

_POLICY: Final = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {{name: models-{number}}}
spec:
  layer: organization
  area: models
  description: One of ten policies that all match.
  match: {{actions: [model.chat]}}
  rules:
    - name: provider
      permit: model.provider != "nobody-{number}" && model.name in ["gpt-{number}", "gpt-5"]
    - name: not-old
      forbid: model.name.startsWith("old-{number}-")
      message: this model is not to be used
"""

_BODY: Final = {
    "chat": {
        "model": "gpt-5",
        "max_tokens": 512,
        "messages": [
            {"role": "system", "content": "You answer questions of customers about their orders. " * 8},
            {"role": "user", "content": "Where is my order? I have been waiting for two weeks. " * 5},
        ],
    },
    "caller": {
        "principal": {"id": "jane@example.org", "type": "user", "groups": ["support", "europe"], "claims": {}},
        "attribution": {"team": "support", "environment": "production"},
    },
}


# The three applications.


async def hello(_scope: Scope, receive: Receive, send: Send) -> None:
    """What the server costs without us."""
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"17")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"hello":"world"}'})


def interlock(policies: Path) -> ASGIApp:
    """The service as it is."""
    metrics, log = Metrics(), structlog.wrap_logger(structlog.PrintLogger(sys.stderr))
    live = LivePolicies((policies,), MemoryUses(), metrics, log)
    return check_app(Service(ledger=MemoryLedger(), policies=live, metrics=metrics, log=log))


class Message(BaseModel):
    """A message of a chat."""

    role: str
    content: str


class Chat(BaseModel):
    """A chat completion."""

    model: str
    max_tokens: int | None = None
    messages: list[Message]


class Principal(BaseModel):
    """Who asks."""

    id: str
    type: str
    groups: list[str] = []
    claims: dict[str, Any] = {}


class Caller(BaseModel):
    """What the gateway knows."""

    principal: Principal | None = None
    attribution: dict[str, str] | None = None


class Check(BaseModel):
    """The body of a check."""

    chat: Chat
    caller: Caller | None = None


class Decided(BaseModel):
    """The body of the answer."""

    decision: Literal["allow", "deny"]
    policySet: str  # noqa: N815 - the wire's name
    time: str
    reasons: list[dict[str, Any]]
    warnings: list[dict[str, Any]]
    audits: list[dict[str, Any]]
    waived: list[dict[str, Any]]
    permits: list[dict[str, Any]]
    errors: list[dict[str, Any]]
    patches: list[dict[str, Any]]


def idiomatic(policies: Path) -> ASGIApp:
    """The same decision behind FastAPI and pydantic."""
    engine = Engine(load([policies]))
    app = FastAPI()

    @app.post("/v1/check")
    async def check(body: Check) -> Decided:
        now = Instant(time.time_ns() // 1_000_000)
        intent = from_check(cast("CheckRequest", body.model_dump(exclude_none=True)), engine.context_at(now))
        decision = engine.decide(intent, now=now)
        return Decided(**record(decision))

    return app


APPLICATIONS: Final = {
    "raw ASGI hello": lambda _policies: hello,
    "interlock /v1/check": interlock,
    "FastAPI and pydantic": idiomatic,
}


def run_server(name: str, policies: Path) -> None:
    """Serve the application `name` on a free port, which is printed, until killed."""
    with bind(Address("127.0.0.1", 0)) as bound:
        listener = Listener(APPLICATIONS[name](policies), None)
        print(address_of(bound).port, flush=True)
        uvloop.run(listener.serve(sockets=[bound]))


# The load.


class Client(asyncio.Protocol):
    """One kept-alive connection that asks again as soon as it is answered."""

    def __init__(self, request: bytes, until: float) -> None:
        self._request = request
        self._until = until
        self._head = True
        self._buffer = b""
        self.latencies: list[float] = []
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        # uvloop's transports only look like asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Take one whole answer, and ask again until the time is over."""
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or len(body) < int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]):
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.done.set_exception(RuntimeError(self._buffer.decode()))
            return
        now = time.perf_counter()
        self.latencies.append(now - self._asked)
        self._buffer = b""
        if now < self._until:
            self._ask()
        else:
            self._transport.close()
            self.done.set_result(None)

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(self._request)


async def load_on(port: int, concurrency: int, seconds: float) -> list[float]:
    """The latencies, in seconds, of all requests that `concurrency` clients got answered in `seconds`."""
    body = msgspec.json.encode(_BODY)
    head = "POST /v1/check HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    request = f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
    until = time.perf_counter() + seconds
    loop = asyncio.get_running_loop()
    clients = []
    for _ in range(concurrency):
        _, client = await loop.create_connection(lambda: Client(request, until), "127.0.0.1", port)
        clients.append(client)
    await asyncio.gather(*(client.done for client in clients))
    return [latency for client in clients for latency in client.latencies]


# The comparison.


@contextmanager
def server(name: str, policies: Path) -> Iterator[int]:
    """The port of a server of the application `name`, in a process of its own."""
    command = [sys.executable, __file__, name, str(policies)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this file
        try:
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            yield int(process.stdout.readline())
        finally:
            process.kill()


def measure(policies: Path) -> dict[tuple[str, int], list[list[float]]]:
    """The latencies of every round, by application and concurrency."""
    rounds: dict[tuple[str, int], list[list[float]]] = {}
    with ExitStack() as stack:
        ports = {name: stack.enter_context(server(name, policies)) for name in APPLICATIONS}
        for port in ports.values():
            uvloop.run(load_on(port, max(CONCURRENCIES), SECONDS / 2))
        for _ in range(ROUNDS):
            for concurrency in CONCURRENCIES:
                for name, port in ports.items():
                    latencies = uvloop.run(load_on(port, concurrency, SECONDS))
                    rounds.setdefault((name, concurrency), []).append(latencies)
    return rounds


def table(rounds: dict[tuple[str, int], list[list[float]]]) -> Table:
    """Medians over the rounds, and each application's share of what the server alone can do."""
    shown = Table(title=f"/v1/check, 10 matching policies, {ROUNDS} interleaved rounds, medians")
    for heading in ("application", "clients", "requests/s", "p50 µs", "p99 µs", "of hello", "times FastAPI"):
        shown.add_column(heading, justify="left" if heading == "application" else "right")
    for concurrency in CONCURRENCIES:
        rates = {name: median(len(one) / SECONDS for one in rounds[name, concurrency]) for name in APPLICATIONS}
        base, slow = rates["raw ASGI hello"], rates["FastAPI and pydantic"]
        for name, rate in rates.items():
            at = [_percentile(rounds[name, concurrency], share) for share in (0.5, 0.99)]
            figures = (
                f"{rate:,.0f}",
                f"{at[0]:,.0f}",
                f"{at[1]:,.0f}",
                f"{rate / base:.2f}",
                f"{rate / slow:.1f}",
            )
            shown.add_row(name, str(concurrency), *figures)
    return shown


def _percentile(rounds: list[list[float]], share: float) -> float:
    """The median over the rounds of the latency, in microseconds, that `share` of requests stay below."""
    return median(sorted(one)[int(share * (len(one) - 1))] for one in rounds) * 1e6


def main() -> None:
    """Measure and print, or be one of the servers."""
    if len(sys.argv) > 1:
        run_server(sys.argv[1], Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        policies = Path(folder)
        for number in range(10):
            (policies / f"{number}.yaml").write_text(_POLICY.format(number=number))
        Console(width=112).print(table(measure(policies)))


if __name__ == "__main__":
    main()
