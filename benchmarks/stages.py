"""Where a check spends its time: microseconds of CPU, stage by stage, of what comes after the HTTP server.

Each stage is measured with all that comes before it, through the same route,
and the table has the differences: alone, in a tight loop, every stage is a
third faster than among the others, which no request ever sees. Accounts are in
memory, so holding is the rules and what asks for them; what a journal adds is
in `benchmarks/ledger.py`.

Run: PYTHONPATH=tests python -m benchmarks.stages
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, cast

import structlog
import uvloop
from benchmarks.connections import ADDRESS
from benchmarks.rules import BUDGETS, CALL, CALL_RULES, CHAT, CHAT_RULES, Rule, documents
from rich.console import Console
from rich.table import Table

from interlock.checks.read import Read
from interlock.clock import now
from interlock.decisionlog.record import record
from interlock.decisionlog.sink import DecisionLog
from interlock.engine.admission import Admission
from interlock.intents.check import CheckRequest
from interlock.ledger.stores.memory import MemoryLedger
from interlock.ledger.waivers.memory import MemoryUses
from interlock_webhooks import wire
from interlock_webhooks.approvals.approvals import Approvals
from interlock_webhooks.approvals.signing import new_key
from interlock_webhooks.clients.authenticator import EVERYBODY
from interlock_webhooks.exchange import Answer, Handler, Request
from interlock_webhooks.hot import HotRoute
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.point import DecisionPoint
from interlock_webhooks.reload import LivePolicies
from interlock_webhooks.runtime import codec
from interlock_webhooks.service import Service

ROUNDS: Final = 15
TIMES: Final = 400
_DONE: Final = Answer(b"{}")

Stages = dict[str, Handler]


def stages(service: Service, logging: Service) -> Stages:
    """Handlers that stop after each stage, and that of `logging`, which does all."""
    engine = service.policies.in_force.engine
    admission = Admission(engine, service.ledger)
    point, last = DecisionPoint(service, "check"), DecisionPoint(logging, "check")

    def read(request: Request) -> Read:
        return Read.of(engine, codec.decode_check(request.body), now=now(), until=request.until)

    async def route(_request: Request) -> Answer:
        return _DONE

    async def decode(request: Request) -> Answer:
        codec.decode_check(request.body)
        return _DONE

    async def understand(request: Request) -> Answer:
        read(request)
        return _DONE

    async def decide(request: Request) -> Answer:
        engine.decide(read(request).intent, now=now(), until=request.until)
        return _DONE

    async def admit(request: Request) -> Answer:
        await admission.admit([read(request).ask], now=now(), until=request.until)
        return _DONE

    async def write(request: Request) -> Answer:
        answer = await admission.admit([read(request).ask], now=now(), until=request.until)
        assert isinstance(answer, tuple)  # noqa: S101 - nothing was asked before
        return Answer(wire.encode(record(answer[0])))

    def through(each: DecisionPoint) -> Handler:
        async def whole(request: Request) -> Answer:
            check = codec.decode_check(request.body)
            return Answer(codec.encode_check(await each.decided(check, request.client, request.until)))

        return whole

    return {
        "route and body": route,
        "decode": decode,
        "understand": understand,
        "decide": decide,
        "admit and hold": admit,
        "record and encode": write,
        "count, and the rest": through(point),
        "decision log": through(last),
    }


async def measured(check: CheckRequest, rules: list[Rule], count: int, *, is_held: bool) -> dict[str, float]:
    """The microseconds of each stage alone."""
    with tempfile.TemporaryDirectory() as folder:
        policies = Path(folder) / "policies.yaml"
        policies.write_text(documents(count, rules, BUDGETS[:4] if is_held else ()))
        metrics, log = Metrics(), structlog.wrap_logger(structlog.ReturnLogger())
        live = LivePolicies((policies,), MemoryUses(), metrics, log)
        approvals = Approvals.of(Path(folder) / "requests.sqlite", new_key(), "http://localhost")
        service = Service(ledger=MemoryLedger(), approvals=approvals, policies=live, metrics=metrics, log=log)
        with DecisionLog(Path(folder) / "decisions.jsonl") as decisions:
            logging = Service(
                ledger=MemoryLedger(),
                approvals=approvals,
                policies=live,
                metrics=metrics,
                log=log,
                decisions=decisions,
            )
            routes = {
                name: HotRoute(handler, metrics.route("check"), log, EVERYBODY)
                for name, handler in stages(service, logging).items()
            }
            best = dict.fromkeys(routes, float("inf"))
            for _ in range(ROUNDS):
                for name, route in routes.items():
                    best[name] = min(best[name], await _cost(_asking(route, wire.encode(check))))
    before = [0.0, *best.values()]
    return {name: cost - before[number] for number, (name, cost) in enumerate(best.items())}


def _asking(route: HotRoute, body: bytes) -> Callable[[], Awaitable[None]]:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    path = {"path": "/v1/check", "raw_path": b"/v1/check", "query_string": b""}
    scope = {"type": "http", "method": "POST", "headers": headers, "client": (ADDRESS, 1), **path}
    message = {"type": "http.request", "body": body, "more_body": False}

    async def receive() -> dict[str, Any]:
        return message

    async def send(sent: Any) -> None:  # noqa: ANN401 - ASGI's own
        if sent.get("status", 200) != 200:
            raise SystemExit(f"the check must be answered: {sent}")

    async def ask() -> None:
        await route(scope, receive, send)

    return ask


async def _cost(ask: Callable[[], Awaitable[None]]) -> float:
    started = time.process_time_ns()
    for _ in range(TIMES):
        await ask()
    return (time.process_time_ns() - started) / TIMES / 1000


async def main() -> None:
    """Measure and print."""
    columns = {
        f"{name}, {count:,}{', holds' if is_held else ''}": await measured(
            check, cast("list[Rule]", rules), count, is_held=is_held
        )
        for name, check, rules in (("chat", CHAT, CHAT_RULES), ("tool call", CALL, CALL_RULES))
        for count in (10, 1000)
        for is_held in (False, True)
    }
    table = Table("µs of CPU", title="a check, stage by stage, by policies loaded")
    for heading in columns:
        table.add_column(heading, justify="right")
    for stage in next(iter(columns.values())):
        table.add_row(stage, *[f"{costs[stage]:.1f}" for costs in columns.values()])
    table.add_row("all", *[f"{sum(costs.values()):.1f}" for costs in columns.values()])
    Console(width=160).print(table)


if __name__ == "__main__":
    asyncio.Runner(loop_factory=uvloop.new_event_loop).run(main())
