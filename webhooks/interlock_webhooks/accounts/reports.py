"""What people see of accounts: how they stand, what is held, and what was settled.

Nobody waits for these as requests wait for decisions, so they are FastAPI's.
What they compute is computed beside the event loop.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from interlock.clock import now
from interlock.engine.selection import Selection
from interlock.engine.settlements import settlement_record
from interlock.engine.standings import standings
from interlock.engine.statement import Statement, statement
from interlock.errors import RequestError
from interlock.ledger.answers import Settlement
from interlock.loading.kinds.waiver import InstantText
from interlock.units import Instant, Milliseconds, days
from interlock_webhooks import wire
from interlock_webhooks.clients.client import Client
from interlock_webhooks.clients.refusals import out_of_scope
from interlock_webhooks.service import Service
from interlock_webhooks.text import quoted

LONGEST: Final[Milliseconds] = days(366)
"""The longest time whose settlements are given at once."""

JSON_LINES: Final = "application/jsonl"
_HEADERS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_LINES: Final = 500
"""Settlements that are sent at once."""

_ERROR: Final = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}
_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {
        "description": "400: there is no such parameter, or not with this value. 403: not for this client.",
        "content": _ERROR,
    },
    500: {
        "description": "The service failed, or its ledger can't be used; its log says why.",
        "content": _ERROR,
    },
}


class Selecting(BaseModel):
    """Which accounts are wanted."""

    model_config = ConfigDict(extra="forbid")

    organization: Annotated[str | None, Field(description="Only accounts of this organization.")] = None
    budget: Annotated[str | None, Field(description="Only accounts of this budget.")] = None
    key: Annotated[str | None, Field(description="Only accounts under this key.")] = None


class Between(BaseModel):
    """A stretch of time."""

    model_config = ConfigDict(extra="forbid")

    start: Annotated[InstantText, Field(alias="from", description="From this RFC 3339 time on.")]
    end: Annotated[InstantText, Field(alias="to", description="Until just before this one.")]


def reports(service: Service) -> APIRouter:
    """The routes `/v1/budgets` and `/v1/settlements` of `service`."""
    router = APIRouter(tags=["budgets"], prefix="/v1")

    @router.get(
        "/budgets",
        summary="How accounts stand",
        description="Balances by the budgets in force, a forecast, and what is held.",
        response_model=Statement,
        responses=_REFUSALS,
    )
    async def budgets(request: Request, selecting: Annotated[Selecting, Query()]) -> Response:
        client: Client = request.state.client
        if not client.sees(selecting.organization):
            raise out_of_scope(
                f"`organization`: client {quoted(client.name)} may not see these accounts: "
                "name an organization that it may speak for"
            )
        return Response(await _statement(service, selecting), headers=_HEADERS, media_type="application/json")

    @router.get(
        "/settlements",
        summary="What was settled",
        description="One settlement a line, in the order of time.",
        response_class=StreamingResponse,
        responses={
            200: {
                "description": "A line for each.",
                "content": {JSON_LINES: {"schema": {"$ref": "#/components/schemas/SettlementRecord"}}},
            },
            **_REFUSALS,
        },
    )
    async def settlements(request: Request, between: Annotated[Between, Query()]) -> Response:
        if between.end - between.start > LONGEST:
            raise RequestError("from `from` to `to` is more than 366 days: ask for one year after the other")
        found = service.ledger.settlements(Instant(between.start), Instant(between.end))
        batches = _batches(_seen(request.state.client, found))
        # A ledger that can't be read at all is an error as long as that can still be said.
        first = await anext(batches)
        return StreamingResponse(_after(first, batches), headers=_HEADERS, media_type=JSON_LINES)

    return router


async def _statement(service: Service, selecting: Selecting) -> bytes:
    policies = service.policies.in_force.engine.policies
    selection = Selection(organization=selecting.organization, budget=selecting.budget, key=selecting.key)
    at = now()
    # What has expired or is forgotten counts no more, and only a sweep says so to all stores.
    await service.ledger.sweep(at)
    entries = await service.ledger.accounts()
    holds = await service.ledger.holds(at)

    def made() -> bytes:
        budgets = [each.budget for each in policies.budgets]
        found = standings(budgets, entries, at)
        return wire.encode(statement(found, holds, selection, now=at, policy_set=policies.digest))

    return await asyncio.to_thread(made)


async def _seen(client: Client, settlements: AsyncIterator[Settlement]) -> AsyncIterator[Settlement]:
    """Those of `settlements` that `client` may see."""
    sees_all = client.sees(None)
    async for settled in settlements:
        if sees_all or client.sees(settled.facts.get("organization", "")):
            yield settled


async def _batches(settlements: AsyncIterator[Settlement]) -> AsyncIterator[bytes]:
    """The lines of `settlements`, many at a time; the last of them may be none."""
    lines: list[bytes] = []
    async for settled in settlements:
        lines.append(wire.encode(settlement_record(settled)) + b"\n")
        if len(lines) == _LINES:
            yield b"".join(lines)
            lines.clear()
    yield b"".join(lines)


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for batch in rest:
        yield batch
