"""Answers the Authorization API: a denial is an answer as any other, with status 200."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from interlock.engine import Engine
from interlock.errors import RequestError
from interlock_webhooks.authzen import codec
from interlock_webhooks.authzen.appeals import Appeals
from interlock_webhooks.authzen.asking import check_of, placed
from interlock_webhooks.authzen.shapes import Decided, Semantic
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.point import DecisionPoint
from interlock_webhooks.service import Service

_LAST: dict[Semantic, bool | None] = {
    Semantic.EXECUTE_ALL: None,
    Semantic.DENY_ON_FIRST_DENY: False,
    Semantic.PERMIT_ON_FIRST_PERMIT: True,
}
"""The decision after which no other evaluation is made."""


class AuthzenHandlers:
    """The routes of the Authorization API of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._point = DecisionPoint(service, "authzen")
        self._appeals = Appeals(service)

    async def evaluation(self, request: Request) -> Answer:
        """The decision on one evaluation."""
        return await self._alone(request, codec.decode_evaluation(request.body))

    async def evaluations(self, request: Request) -> Answer:
        """The decisions on several, in their order, up to the one that settles it; all by one policy set."""
        given = codec.decode_evaluations(request.body)
        if not isinstance(given, codec.Evaluations):
            return await self._alone(request, given)
        engine, last = self._service.policies.in_force.engine, _LAST[given.semantic]
        answers: list[Decided] = []
        for item in given.items:
            answers.append(await self._one_of_several(engine, request, item))
            if answers[-1]["decision"] is last:
                break
            # Others get their turn between the evaluations of a long list.
            await asyncio.sleep(0)
        return Answer(codec.encode_all(answers))

    async def _alone(self, request: Request, evaluation: Mapping[str, Any]) -> Answer:
        engine = self._service.policies.in_force.engine
        with placed():
            return Answer(codec.encode(await self._decided(engine, request, evaluation)))

    async def _one_of_several(
        self, engine: Engine, request: Request, item: dict[str, Any] | RequestError
    ) -> Decided:
        if isinstance(item, RequestError):
            return codec.refused(item)
        try:
            return await self._decided(engine, request, item)
        except RequestError as error:
            return codec.refused(error)

    async def _decided(self, engine: Engine, request: Request, evaluation: Mapping[str, Any]) -> Decided:
        given = await self._appeals.given(evaluation, request.client)
        client = request.client.vouched_for(given.claims)
        check = check_of(evaluation, given.claims)
        reading = self._point.understood(engine, check, client, request.until)
        (recorded,) = await self._point.admitted(engine, [reading], reading.read.terms.once, request.until)
        if recorded["decision"] == "allow":
            return codec.decided(evaluation, recorded, self._appeals.approved(given))
        asking = partial(self._point.considered, engine, until=request.until)
        further = await self._appeals.denied(evaluation, recorded, given, request.client, asking)
        return codec.decided(evaluation, recorded, further)
