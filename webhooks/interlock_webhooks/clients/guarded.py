"""Lets nobody but clients reach what is beside the hot routes."""

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from interlock_webhooks import wire
from interlock_webhooks.clients.authenticator import authorized
from interlock_webhooks.clients.connection import peer_of
from interlock_webhooks.clients.endpoints import BESIDE, OPEN, OTHER
from interlock_webhooks.exchange import Answer
from interlock_webhooks.hot import respond
from interlock_webhooks.refusal import RefusedError, error_body, status_of
from interlock_webhooks.service import Service


class Guarded:
    """Passes on what is open to all, and requests of those who may make them: `client` is in their state."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"] not in OPEN:
            endpoint = BESIDE.get(scope["path"], OTHER)
            try:
                scope["state"]["client"] = await authorized(
                    self._service.authenticator, scope["headers"], peer_of(scope), endpoint
                )
            except Exception as error:  # noqa: BLE001 - closed by default: nothing is passed on
                await self._refuse(error, endpoint, send)
                return
        await self.app(scope, receive, send)

    async def _refuse(self, error: Exception, endpoint: str, send: Send) -> None:
        status = status_of(error)
        if status is HTTPStatus.INTERNAL_SERVER_ERROR:
            self._service.log.error("request failed", endpoint=endpoint, exc_info=error)
        self._service.metrics.route(endpoint).refused(status)
        headers = error.headers if isinstance(error, RefusedError) else ()
        await respond(send, Answer(wire.encode(error_body(error)), status, headers))
