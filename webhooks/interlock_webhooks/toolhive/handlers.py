"""Answers ToolHive.

Webhooks that can't be understood or decided are answered with a 422, the one
status that no failure policy of ToolHive turns into an allowance.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, TypeAlias

from interlock.clock import now
from interlock.intents.check import CheckRequest
from interlock_webhooks.clients.client import Client
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.point import DecisionPoint
from interlock_webhooks.service import Service
from interlock_webhooks.stated import caller_of
from interlock_webhooks.toolhive import codec, decisions
from interlock_webhooks.toolhive.signature import check_signature

_Decide: TypeAlias = Callable[[CheckRequest, Client, int], Awaitable[dict[str, Any]]]


class ToolhiveHandlers:
    """The routes for ToolHive of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._point = DecisionPoint(service, "toolhive")

    async def decision(self, request: Request) -> Answer:
        """Whether ToolHive's authorizer may allow it. It holds nothing, whether it is a probe or not."""
        porc = decisions.decode(request.body)
        check = decisions.check_of(porc, caller_of(request, decisions.known_of(porc)))
        return Answer(decisions.encode(await self._point.decided(check, request.client, request.until)))

    async def validate(self, request: Request) -> Answer:
        """What becomes of a message. What it draws is spent: ToolHive tells nothing afterwards."""
        given = self._signed(request)
        check = codec.validation_of(given, caller_of(request, codec.known_of(given)))
        return await self._answer(given, check, self._point.spent, request)

    async def mutate(self, request: Request) -> Answer:
        """What policies make of a message, and whether it may be sent like that. It holds nothing."""
        given = self._signed(request)
        check = codec.mutation_of(given, caller_of(request, codec.known_of(given)))
        return await self._answer(given, check, self._point.decided, request)

    def _signed(self, request: Request) -> codec.WebhookRequest:
        check_signature(self._service.toolhive_secret, request.headers, request.body, now())
        return codec.decode(request.body)

    async def _answer(
        self, given: codec.WebhookRequest, check: CheckRequest | None, decide: _Decide, request: Request
    ) -> Answer:
        recorded = None if check is None else await decide(check, request.client, request.until)
        return Answer(codec.encode(given, recorded))


def refusal(status: HTTPStatus, message: str) -> Answer:
    """The denial of a message that was not decided."""
    return Answer(codec.encode_refused(status, message), HTTPStatus.UNPROCESSABLE_ENTITY)
