"""Answers LiteLLM's generic guardrail."""

from http import HTTPStatus

from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.litellm import codec
from interlock_webhooks.point import DecisionPoint
from interlock_webhooks.service import Service
from interlock_webhooks.stated import caller_of


class LitellmHandlers:
    """The guardrail of one service."""

    def __init__(self, service: Service) -> None:
        self._point = DecisionPoint(service, "litellm")

    async def guardrail(self, request: Request) -> Answer:
        """What becomes of a call. What it may use is spent: nobody tells what it used.

        A response passes: policies are about what is asked for.
        """
        given = codec.decode(request.body)
        if given.input_type is codec.InputType.RESPONSE:
            return Answer(codec.ALLOWED)
        check = codec.check_of(given, caller_of(request, codec.known_of(given)))
        return Answer(codec.encode(await self._point.spent(check, request.client, request.until)))


def refusal(_status: HTTPStatus, message: str) -> Answer:
    """The answer that blocks what was not decided."""
    return Answer(codec.encode_refused(message))
