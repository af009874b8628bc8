"""Answers agentgateway's ExtMcp."""

from typing import Final

from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.mcp.asking import Asking
from interlock_webhooks.mcp.codec import message_of
from interlock_webhooks.mcp.errors import RefusedMessageError
from interlock_webhooks.mcp.extmcp import codec
from interlock_webhooks.mcp.extmcp.codec import Asked
from interlock_webhooks.mcp.extmcp.names import parted
from interlock_webhooks.mcp.guard import Guard, Outcome, Refused, Replaced
from interlock_webhooks.mcp.listing import filtered
from interlock_webhooks.mcp.seal import Seal
from interlock_webhooks.point import DecisionPoint
from interlock_webhooks.service import Service

ENDPOINT: Final = "extmcp"


class ExtMcpHandlers:
    """Both methods of one service.

    What an allowed call draws is spent at once: no result says which call it is of.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._point = DecisionPoint(service, ENDPOINT)
        self._guard = Guard(Seal(service.approval_key))

    async def check_request(self, request: Request) -> Answer:
        """What becomes of a client's request."""
        asked = codec.decode_request(request.body)
        try:
            message = message_of(asked.message)
        except RefusedMessageError as refused:
            return codec.encode(Refused(refused.refusal), "params", is_struct=asked.is_struct)
        server = asked.servers[0] if len(asked.servers) == 1 else None
        terms = asked.terms(request.client.name, server)
        outcome = await self._guard.request(self._asking(request), message, terms)
        return codec.encode(outcome, "params", is_struct=asked.is_struct)

    async def check_response(self, request: Request) -> Answer:
        """What becomes of a server's result."""
        asked = codec.decode_response(request.body)
        several = len(asked.servers) > 1 and isinstance(asked.body.get("tools"), list)
        judged = self._merged(request, asked) if several else self._single(request, asked)
        return codec.encode(await judged, "result", is_struct=asked.is_struct)

    async def _single(self, request: Request, asked: Asked) -> Outcome:
        server = asked.servers[0] if asked.servers else None
        response = {"result": asked.body}
        return await self._guard.response(
            self._asking(request), response, asked.terms(request.client.name, server)
        )

    async def _merged(self, request: Request, asked: Asked) -> Outcome:
        """What is left of the lists of several servers, which the gateway has put together."""
        kept: set[int] = set()
        for server, tools in parted(asked.body["tools"], asked.servers).items():
            response = {"result": {"tools": [own for own, _ in tools]}}
            terms = asked.terms(request.client.name, server)
            outcome = await self._guard.response(self._asking(request), response, terms)
            if not isinstance(outcome, Replaced):
                return outcome
            left = {id(own) for own in outcome.message["result"]["tools"]}
            kept |= {id(listed) for own, listed in tools if id(own) in left}
        in_order = [tool for tool in asked.body["tools"] if id(tool) in kept]
        return Replaced(filtered({"result": asked.body}, in_order, None))

    def _asking(self, request: Request) -> Asking:
        return Asking(self._service, self._point, request, spends=True)
