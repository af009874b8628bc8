"""What calls hold is ended once they were made, or where nobody waits for them any more."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest
from starlette.types import Receive, Scope, Send

from interlock import CheckResult, Engine, Gate
from interlock.checks.holds import HoldAnswer, Settlement
from interlock.intents.check import CheckRequest
from interlock.sdk.errors import UnavailableError
from interlock_webhooks.mcp.middleware import InterlockMiddleware
from support.asgi import send
from support.budgets import WORLD, limited
from support.mcp import tool_call
from support.mcpapp import Server, asked_through


def test_what_a_call_holds_is_settled_once_it_was_made(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text("\n---\n".join([*WORLD, limited("calls", 2)]), encoding="utf-8")

    async def asked() -> list[Any]:
        async with Gate(Engine.load(tmp_path)) as gate:
            app = InterlockMiddleware(Server(), gate, server="files")
            body = msgspec.json.encode(tool_call("x"))
            answers = [await send(app, "/mcp", body) for _ in range(3)]
            held = await gate.check({"mcp": tool_call("x"), "dryRun": True})
            return [*(answer.json() for answer in answers), held.record.get("budgets")]

    first, second, third, (account,) = asyncio.run(asked())
    assert first["result"] == second["result"] == {}
    assert third["result"]["isError"]
    assert (account["spent"], account["held"]) == (2, 0)


class Slow(Gate):
    """A gate that takes its time, and says what it has done."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.may_answer, self.has_decided, self.has_ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def check(self, check: CheckRequest, *, within: timedelta | None = None) -> CheckResult:
        result = await super().check(check, within=within)
        self.has_decided.set()
        await self.may_answer.wait()
        return result

    async def settle(self, settlement: Settlement, *, within: timedelta | None = None) -> HoldAnswer:
        await asyncio.sleep(0)
        return self._ended(await super().settle(settlement, within=within))

    async def release(self, hold: str, *, within: timedelta | None = None) -> HoldAnswer:
        await asyncio.sleep(0)
        return self._ended(await super().release(hold, within=within))

    def _ended(self, answer: HoldAnswer) -> HoldAnswer:
        self.has_ended.set()
        return answer


@pytest.mark.parametrize(("is_passed_on", "spent"), [(True, 1), (False, 0)])
def test_what_a_call_holds_is_ended_where_its_client_goes_away(
    tmp_path: Path, spent: int, *, is_passed_on: bool
) -> None:
    (tmp_path / "all.yaml").write_text("\n---\n".join([*WORLD, limited("calls", 2)]), encoding="utf-8")
    reached = asyncio.Event()

    async def server(_scope: Scope, _receive: Receive, _send: Send) -> None:
        reached.set()
        await asyncio.Event().wait()

    async def asked() -> Any:
        async with Slow(Engine.load(tmp_path)) as gate:
            app = InterlockMiddleware(server, gate, server="files")
            # As middleware of Starlette does it: whatever is awaited afterwards is cancelled, too.
            async with anyio.create_task_group() as group:
                group.start_soon(send, app, "/mcp", msgspec.json.encode(tool_call("x")))
                await gate.has_decided.wait()
                if is_passed_on:
                    gate.may_answer.set()
                    await reached.wait()
                group.cancel_scope.cancel()
            gate.may_answer.set()
            await asyncio.wait_for(gate.has_ended.wait(), 10)
            return (await gate.check({"mcp": tool_call("x"), "dryRun": True})).record["budgets"]

    (account,) = asyncio.run(asked())
    assert (account["spent"], account["held"]) == (spent, 0)


def test_a_hold_that_can_not_be_settled_changes_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "all.yaml").write_text("\n---\n".join([*WORLD, limited("calls", 2)]), encoding="utf-8")

    async def lost(*_: Any, **__: Any) -> Any:
        raise UnavailableError("the ledger is gone")

    monkeypatch.setattr(Gate, "settle", lost)
    server = Server()
    assert asked_through(Engine.load(tmp_path), server, tool_call("x")).body == server.parts[0]
    assert "was not ended" in caplog.text
