"""Answers whether limits are reached, and books what was used, as Envoy and Kuadrant ask.

Whatever fails is answered as a limit that is reached: proxies let pass what
they get no answer on.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from interlock.decisionlog.codes import ReasonCode
from interlock.errors import OperatorError, RequestError
from interlock_webhooks.envoy.outcome import Outcome, outcome_of, refused
from interlock_webhooks.envoy.ratelimit import codec
from interlock_webhooks.envoy.ratelimit.codec import Counted
from interlock_webhooks.envoy.ratelimit.descriptor import Descriptor
from interlock_webhooks.envoy.ratelimit.hits import Unit
from interlock_webhooks.envoy.ratelimit.limits import Limits
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.service import Service

SHOULD_RATE_LIMIT: Final = "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit"
CHECK_RATE_LIMIT: Final = "/kuadrant.service.ratelimit.v1.RateLimitService/CheckRateLimit"
REPORT: Final = "/kuadrant.service.ratelimit.v1.RateLimitService/Report"

ENDPOINT: Final = "ratelimit"
"""What all of them are called where they are counted, and granted to clients."""

_Count = Callable[[Request, Sequence[Descriptor]], Awaitable[list[Counted]]]


class RateLimitHandlers:
    """The rate limits of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._limits = Limits(service, ENDPOINT)
        self._metrics = service.metrics.route(ENDPOINT)

    async def should_rate_limit(self, request: Request) -> Answer:
        """Whether a limit is reached. Calls are taken if not; what was used else is booked either way."""
        return await self._answer(request, Unit.CALLS, self._limits.drawn)

    async def check_rate_limit(self, request: Request) -> Answer:
        """Whether a limit is reached; nothing is taken."""
        return await self._answer(request, Unit.TOKENS, self._limits.looked_at)

    async def report(self, request: Request) -> Answer:
        """Whether a limit would have been reached; what was used is booked."""
        return await self._answer(request, Unit.TOKENS, self._limits.booked)

    async def _answer(self, request: Request, usual: Unit, count: _Count) -> Answer:
        try:
            counted = await count(request, codec.decode_descriptors(request.body, usual))
            return Answer(codec.encode(counted, _together(counted)))
        except RequestError as error:
            self._service.log.warning("rate limit not understood", endpoint=ENDPOINT, error=str(error))
            outcome = refused(error)
        except OperatorError as error:
            # Nothing is wrong with the program: one line says what the operator has to mend.
            self._service.log.error("request failed", endpoint=ENDPOINT, error=str(error))  # noqa: TRY400
            outcome = refused(error)
        except Exception as error:
            self._service.log.exception("request failed", endpoint=ENDPOINT)
            outcome = refused(error)
        self._metrics.refused(outcome.status)
        return Answer(codec.encode([], outcome))


def _together(counted: Sequence[Counted]) -> Outcome:
    """What all come to: the first that is denied, for reasons of its own if any is."""
    return outcome_of(min((each.recorded for each in counted), key=_order))


def _order(recorded: Mapping[str, Any]) -> int:
    if recorded["decision"] == "allow":
        return 2
    return int(all(reason["code"] == ReasonCode.FAILED for reason in recorded["reasons"]))
