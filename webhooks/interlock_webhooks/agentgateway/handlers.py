"""Answers the guardrail webhook of agentgateway."""

from http import HTTPStatus

from interlock_webhooks.agentgateway import codec
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.point import DecisionPoint
from interlock_webhooks.service import Service
from interlock_webhooks.stated import CHAT, caller_of, stated_in


class AgentgatewayHandlers:
    """The webhook's routes of one service."""

    def __init__(self, service: Service) -> None:
        self._point = DecisionPoint(service, "agentgateway")

    async def request(self, request: Request) -> Answer:
        """What becomes of a request to a model. What it may use is spent: nobody tells what it used."""
        try:
            messages = codec.decode_prompt(request.body)
        except codec.RawError as error:
            # No JSON, so that it fails and is not taken for an answer that lets them pass.
            return Answer(str(error).encode(), HTTPStatus.BAD_REQUEST, media_type=b"text/plain; charset=utf-8")
        check = codec.check_of(messages, stated_in(request, CHAT), caller_of(request, {}))
        return Answer(codec.encode(await self._point.spent(check, request.client, request.until)))

    async def response(self, request: Request) -> Answer:
        """That an answer passes: policies are about what is asked for, and usage is not told."""
        codec.decode_completion(request.body)
        return Answer(codec.PASSED)


def refusal(status: HTTPStatus, message: str) -> Answer:
    """The rejection of what was not decided."""
    return Answer(codec.encode_refused(status, message))
