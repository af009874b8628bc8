"""What is compared over HTTP, each behind our listener (uvicorn, uvloop, httptools) in a process of its own.

`hello` reads a body and says hello, which is what the server itself costs;
`fastapi` is the route as FastAPI's tutorial would have it, which decides the
same with the same engine; `interlock` is the service.

Run: python -m benchmarks.applications NAME PORT POLICIES LEDGER [DECISION_LOG]
"""

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, cast

import structlog
import uvloop
from benchmarks.connections import ADDRESS
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

from interlock.decisionlog.record import record
from interlock.decisionlog.sink import DecisionLog
from interlock.engine import Engine
from interlock.intents.check import CheckRequest, from_check
from interlock.ledger.stores.opening import open_ledger
from interlock.ledger.stores.valkey.ledger import ValkeyLedger
from interlock.ledger.waivers.memory import MemoryUses
from interlock.loading.policyset import load
from interlock.units import Instant
from interlock_webhooks import garbage
from interlock_webhooks.app import check_app
from interlock_webhooks.approvals.approvals import Approvals
from interlock_webhooks.approvals.signing import new_key
from interlock_webhooks.listener import Listener
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.reload import LivePolicies
from interlock_webhooks.service import Service

_LOCAL: Final = "unix://"
"""Of a Valkey without a port, which URLs of the service don't reach."""


async def hello(_scope: Scope, receive: Receive, send: Send) -> None:
    """What the server costs without us."""
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"17")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"hello":"world"}'})


@asynccontextmanager
async def _hello(_policies: Path, _ledger: str, _decisions: Path | None) -> AsyncIterator[ASGIApp]:
    yield hello


@asynccontextmanager
async def opened(policies: Path, ledger: str, decisions: Path | None) -> AsyncIterator[Service]:
    """The service as it is."""
    metrics, log = Metrics(), structlog.wrap_logger(structlog.ReturnLogger())
    live = LivePolicies((policies,), MemoryUses(), metrics, log)
    opening = ValkeyLedger.open(ledger) if ledger.startswith(_LOCAL) else open_ledger(ledger)
    accounts = await opening
    kept = None if decisions is None else DecisionLog(decisions)
    approvals = Approvals.of(policies.with_name("requests.sqlite"), new_key(), "http://localhost")
    yield Service(ledger=accounts, approvals=approvals, policies=live, metrics=metrics, log=log, decisions=kept)
    await accounts.close()


@asynccontextmanager
async def _interlock(policies: Path, ledger: str, decisions: Path | None) -> AsyncIterator[ASGIApp]:
    async with opened(policies, ledger, decisions) as service:
        yield check_app(service)


class Message(BaseModel):
    """A message of a chat."""

    role: str
    content: str


class Chat(BaseModel):
    """A chat completion."""

    model: str
    max_completion_tokens: int | None = None
    messages: list[Message]
    tools: list[dict[str, Any]] | None = None


class Principal(BaseModel):
    """Who asks."""

    id: str
    type: str
    groups: list[str] = []
    claims: dict[str, Any] = {}


class Caller(BaseModel):
    """What the gateway knows."""

    principal: Principal | None = None
    agent: dict[str, str] | None = None
    attribution: dict[str, str] | None = None
    data: dict[str, list[str]] | None = None


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


@asynccontextmanager
async def _fastapi(policies: Path, _ledger: str, _decisions: Path | None) -> AsyncIterator[ASGIApp]:
    """The same decision behind FastAPI and pydantic."""
    engine = Engine(load([policies]))
    app = FastAPI()

    @app.post("/v1/check")
    async def check(body: Check) -> Decided:
        now = Instant(time.time_ns() // 1_000_000)
        intent = from_check(cast("CheckRequest", body.model_dump(exclude_none=True)), engine.context_at(now))
        return Decided(**record(engine.decide(intent, now=now)))

    yield app


Application: TypeAlias = Callable[[Path, str, Path | None], AbstractAsyncContextManager[ASGIApp]]

APPLICATIONS: Final[dict[str, Application]] = {
    "hello": _hello,
    "fastapi": _fastapi,
    "interlock": _interlock,
}


def shared(port: int) -> socket.socket:
    """A socket that listens at `port`, which processes can share; at any free one if it is 0."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    bound.bind((ADDRESS, port))
    bound.listen(1024)
    return bound


async def _serve(name: str, port: int, policies: Path, ledger: str, decisions: Path | None) -> None:
    """Serve the application `name`, and print its port, until killed."""
    async with APPLICATIONS[name](policies, ledger, decisions) as app:
        garbage.spare()  # as the service does; also for the others
        with shared(port) as bound:
            asyncio.get_running_loop().call_soon(lambda: print(bound.getsockname()[1], flush=True))
            await Listener(app, None).serve(sockets=[bound])


def main() -> None:
    """Serve what the command line says."""
    name, port, policies, ledger, *decisions = sys.argv[1:]
    uvloop.run(_serve(name, int(port), Path(policies), ledger, Path(decisions[0]) if decisions else None))


if __name__ == "__main__":
    main()
