"""Answers interceptors of Docker's MCP gateway."""

from http import HTTPStatus

from interlock_webhooks.docker import codec
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.point import DecisionPoint
from interlock_webhooks.service import Service
from interlock_webhooks.stated import caller_of


class DockerHandlers:
    """The interceptor of one service."""

    def __init__(self, service: Service) -> None:
        self._point = DecisionPoint(service, "docker")

    async def before(self, request: Request) -> Answer:
        """What becomes of a tool call. What it draws is spent: a result does not say which call it is of."""
        check = codec.check_of(codec.decode(request.body), caller_of(request, {}))
        return Answer(codec.encode(await self._point.spent(check, request.client, request.until)))


def refusal(_status: HTTPStatus, message: str) -> Answer:
    """The result of a call that was not decided."""
    return Answer(codec.encode_refused(message))
