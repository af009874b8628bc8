"""Answers searches: each candidate is decided as an evaluation of it would be, and nothing is taken."""

import asyncio
from http import HTTPStatus
from typing import Any, cast

from interlock.clock import now
from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.engine.funds import OUT_OF_TIME, UndecidableError
from interlock.errors import RequestError
from interlock.intents.check import CheckRequest
from interlock.model.decision import Decision
from interlock.search.query import Query, Sought, query_of
from interlock.search.search import Answer as Said
from interlock.search.search import Search
from interlock_webhooks.authzen import codec, searching
from interlock_webhooks.authzen.asking import check_of, placed
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.point import DecisionPoint
from interlock_webhooks.refusal import RefusedError
from interlock_webhooks.service import Service


class SearchHandlers:
    """The search routes of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._point = DecisionPoint(service, "search")

    async def subjects(self, request: Request) -> Answer:
        """Who may do the action to the resource."""
        return await self._page(request, Sought.SUBJECT)

    async def resources(self, request: Request) -> Answer:
        """To which resources the subject may do the action."""
        return await self._page(request, Sought.RESOURCE)

    async def actions(self, request: Request) -> Answer:
        """What the subject may do to the resource."""
        return await self._page(request, Sought.ACTION)

    async def _page(self, request: Request, sought: Sought) -> Answer:
        search = codec.decode_evaluation(request.body)
        engine = self._service.policies.in_force.engine
        check = cast("dict[str, Any]", check_of(search))
        with placed():
            query = query_of(sought, check, engine.context_at(now()))
        try:
            begun = Search.begun(engine, query, searching.paging_of(search), request.until)
            return await self._answered(request, engine, query, begun)
        except UndecidableError as error:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, f"{error}: ask for less at once") from None

    async def _answered(self, request: Request, engine: Engine, query: Query, begun: Search) -> Answer:
        asking = begun.page()
        results: list[dict[str, Any]] = []
        try:
            check = next(asking)
            while True:
                decision = await self._decided(engine, check, request)
                if decision is not None and decision.allowed:
                    results.append(_told(query, check, decision))
                # Others get their turn between the candidates of a long search.
                await asyncio.sleep(0)
                check = asking.send(_said(decision))
        except StopIteration as end:
            return Answer(searching.encode_page(end.value, results))

    async def _decided(self, engine: Engine, check: CheckRequest, request: Request) -> Decision | None:
        """The decision on one candidate; None where an evaluation of it would be refused."""
        try:
            return await self._point.considered(engine, check, request.client, request.until)
        except RequestError:
            return None


def _told(query: Query, check: CheckRequest, decision: Decision) -> dict[str, Any]:
    access = check["access"]
    member = access[query.sought]
    found = {key: member[key] for key in ("type", "id", "name") if key in member}
    return searching.told(found, record(decision), access["subject"]["id"])


def _said(decision: Decision | None) -> Said:
    if decision is None:
        return Said.DENIED
    if decision.allowed:
        return Said.ALLOWED
    return Said.OUT_OF_TIME if decision.failure == OUT_OF_TIME else Said.DENIED
