"""Refusals in a protocol's own words, whatever fails.

Gateways let requests through that they could not have decided, where they are
told to. For those whose protocol can say so, everything is a decision: what
can't be understood and what fails is refused inside it, so that nobody gets in
by breaking something.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeAlias

from interlock.errors import OperatorError, RequestError
from interlock_webhooks.exchange import Answer, Handler, Request
from interlock_webhooks.refusal import error_body, status_of
from interlock_webhooks.service import Service

Refusal: TypeAlias = Callable[[HTTPStatus, str], Answer]
"""The answer that refuses, with the status that HTTP would have and what is said to who called."""


def closed(handler: Handler, refusal: Refusal, service: Service, endpoint: str) -> Handler:
    """What answers as `handler` does, and by `refusal` where that raises."""
    metrics = service.metrics.route(endpoint)

    async def answered(request: Request) -> Answer:
        try:
            return await handler(request)
        except Exception as error:  # noqa: BLE001  # closed by default: whatever fails is a denial
            status = status_of(error)
            if not isinstance(error, RequestError):
                # What an operator has to mend says so itself; anything else is a defect.
                why = {"error": str(error)} if isinstance(error, OperatorError) else {"exc_info": error}
                service.log.error("request failed", endpoint=endpoint, **why)  # noqa: TRY400  # a line says all
            metrics.refused(status)
            return refusal(status, error_body(error)["error"]["message"])

    return answered
