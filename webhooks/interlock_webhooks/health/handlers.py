"""Answers whether the service takes calls."""

from collections.abc import Set as AbstractSet
from http import HTTPStatus

from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.health import codec
from interlock_webhooks.refusal import RefusedError
from interlock_webhooks.service import Service
from interlock_webhooks.text import quoted


class HealthHandlers:
    """The health of one service, which offers the gRPC services named in `offered`."""

    def __init__(self, service: Service, offered: AbstractSet[str]) -> None:
        self._service = service
        self._offered = offered

    async def check(self, request: Request) -> Answer:
        """Whether `/readyz` would say that requests should come; NOT_FOUND for a service that isn't offered."""
        name = codec.decode_service(request.body)
        if name and name not in self._offered:
            raise RefusedError(HTTPStatus.NOT_FOUND, f"there is no service {quoted(name)}")
        is_serving = not self._service.draining and not self._service.policies.missing()
        return Answer(codec.encode_health(is_serving=is_serving))
