"""Answers proxies that ask whether a request may pass.

Whatever fails is answered as a denial, and not as an error: proxies can be
configured to let pass what they get no answer on, and a request that is
crafted to break the service would let itself in.
"""

from collections.abc import Callable
from typing import Final

from interlock.errors import OperatorError, RequestError
from interlock_webhooks.envoy.authz import codec, web
from interlock_webhooks.envoy.authz.check import check_of
from interlock_webhooks.envoy.authz.context import Context
from interlock_webhooks.envoy.authz.original import Original
from interlock_webhooks.envoy.outcome import Outcome, outcome_of, refused
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.point import DecisionPoint
from interlock_webhooks.service import Service

GRPC: Final = "/envoy.service.auth.v3.Authorization/Check"
"""The method of gRPC."""

ENDPOINT: Final = "authz"
"""What both are called where they are counted, and granted to clients."""

_Asked = Callable[[], tuple[Original, Context]]


class AuthorizationHandlers:
    """External authorization by one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._point = DecisionPoint(service, ENDPOINT)
        self._metrics = service.metrics.route(ENDPOINT)

    async def check(self, request: Request) -> Answer:
        """The answer to `Authorization/Check`."""
        outcome = await self._outcome(lambda: codec.decode_check(request.body), request)
        return Answer(codec.encode(outcome))

    async def forwarded(self, request: Request) -> Answer:
        """The answer to a request that was sent on over HTTP."""
        return web.answered(await self._outcome(lambda: web.read(request), request))

    async def _outcome(self, asked: _Asked, request: Request) -> Outcome:
        try:
            check = check_of(*asked())
            return outcome_of(await self._point.decided(check, request.client, request.until))
        except RequestError as error:
            outcome = refused(error)
        except OperatorError as error:
            # Nothing is wrong with the program: one line says what the operator has to mend.
            self._service.log.error("request failed", endpoint=ENDPOINT, error=str(error))  # noqa: TRY400
            outcome = refused(error)
        except Exception as error:
            self._service.log.exception("request failed", endpoint=ENDPOINT)
            outcome = refused(error)
        self._metrics.refused(outcome.status)
        return outcome
