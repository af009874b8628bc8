"""Answers gateways that speak MCP: what becomes of a message, and of what a server answers."""

from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.mcp import requests
from interlock_webhooks.mcp.asking import Asking
from interlock_webhooks.mcp.codec import message_of
from interlock_webhooks.mcp.errors import RefusedMessageError
from interlock_webhooks.mcp.guard import Guard, Refused
from interlock_webhooks.mcp.seal import Seal
from interlock_webhooks.point import DecisionPoint
from interlock_webhooks.service import Service


class McpHandlers:
    """The routes for messages of MCP of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._point = DecisionPoint(service, "mcp")
        self._guard = Guard(Seal(service.approval_key))

    async def request(self, request: Request) -> Answer:
        """What becomes of a client's message."""
        asked = requests.decode_request(request.body)
        try:
            message = message_of(asked.message)
        except RefusedMessageError as refused:
            return Answer(requests.encode_outcome(Refused(refused.refusal)))
        asking = Asking(self._service, self._point, request, spends=False)
        outcome = await self._guard.request(asking, message, asked.terms(request.client.name), asked.sent)
        return Answer(requests.encode_outcome(outcome))

    async def response(self, request: Request) -> Answer:
        """What becomes of a server's message."""
        asked = requests.decode_response(request.body)
        try:
            message = None if asked.message is None else message_of(asked.message)
        except RefusedMessageError as refused:
            return Answer(requests.encode_outcome(Refused(refused.refusal)))
        asking = Asking(self._service, self._point, request, spends=False)
        terms = asked.terms(request.client.name)
        outcome = await self._guard.response(asking, asked.response, terms, message)
        return Answer(requests.encode_outcome(outcome))
