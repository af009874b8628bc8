"""Has calls of LiteLLM's proxy decided, by all models that may answer. No call goes on that was not allowed."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Container, Iterable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from interlock.decisionlog.exhaustion import is_exhausted, seconds_to_wait
from interlock.errors import InterlockError, RequestError
from interlock.integrations.litellm import body as bodies
from interlock.integrations.litellm.booking import Booking
from interlock.integrations.litellm.steering import check_steering, named_fallbacks
from interlock.intents.caller import Caller
from interlock.intents.check import CheckRequest
from interlock.sdk.errors import DeniedError
from interlock.sdk.points import AsyncPoint
from interlock.sdk.result import CheckResult

_TRIES: Final = 3

_log = logging.getLogger("interlock")

Served = Callable[[str, Mapping[str, Any]], Iterable[str]]
"""The names of all models that may answer to a name in a request."""


class RefusedError(InterlockError):
    """A call that does not go on: the status, what the client is told, and seconds to wait where that helps."""

    code = "litellm.refused"

    def __init__(self, status: HTTPStatus, said: str, wait: int | None = None) -> None:
        self.status = status
        self.wait = wait
        super().__init__(said)


class Deciding:
    """Asks `point` about calls; `served` says who may answer for a model.

    `own` has the names of LiteLLM's parameters, most of which clients must not send.
    What is held is held for `hold_for`; `booking` gives it back where a call does not go on.
    """

    def __init__(
        self,
        point: AsyncPoint,
        served: Served,
        booking: Booking,
        *,
        own: Container[str],
        hold_for: timedelta,
    ) -> None:
        self._point = point
        self._served = served
        self._booking = booking
        self._own = own
        self._hold_for = hold_for

    async def admitted(self, kind: str, request: dict[str, Any], caller: Caller) -> tuple[str, str | None]:
        """What the call is known by, and its hold; `request` is as policies made it then.

        Raises:
            RefusedError: it may not go on, or nobody can say.
        """
        try:
            check_steering(request, self._own)
            names = self._names(request)
        except RequestError as error:
            raise _misread(error) from None
        for _ in range(_TRIES):
            mark = secrets.token_urlsafe(16)
            body = _body(request, names, kind)
            result = await self._decided(_check(bodies.CHECKED[kind], body, caller, mark, self._hold_for))
            try:
                request |= bodies.changes(body, result.changed(body), kind)
                swapped = self._names(request)
            except RequestError as error:
                await self._booking.give_back(result.hold)
                raise _misread(error) from None
            if swapped <= {*names, body.get("model")}:
                return mark, result.hold
            # Policies chose another model, and whoever answers for it was not decided on.
            await self._booking.give_back(result.hold)
            names = swapped
        raise RefusedError(
            HTTPStatus.FORBIDDEN, "policies choose another model each time: have them choose one that they keep"
        )

    def _names(self, request: Mapping[str, Any]) -> frozenset[str]:
        """Who may answer `request`, as prices call them. Raises RequestError."""
        asked = [request.get("model"), *named_fallbacks(request)]
        return frozenset(
            bodies.plain_name(name)
            for model in asked
            if isinstance(model, str)
            for name in self._served(model, request)
        )

    async def _decided(self, check: CheckRequest) -> CheckResult:
        task = asyncio.ensure_future(self._point.check(check))
        try:
            result = await asyncio.shield(task)
            result.raise_if_denied()
        except asyncio.CancelledError:
            self._booking.go_on(self._booking.abandon(task))
            raise
        except DeniedError as error:
            status = HTTPStatus.TOO_MANY_REQUESTS if is_exhausted(error.record) else HTTPStatus.FORBIDDEN
            raise RefusedError(status, str(error), seconds_to_wait(error.record)) from None
        except RequestError as error:
            raise _misread(error) from None
        except InterlockError as error:
            # It may have been decided, and hold something: the same is answered to its key again.
            self._booking.go_on(self._booking.abandon(self._point.check(check)))
            _log.error("a call was not decided: %s", error)
            raise RefusedError(
                HTTPStatus.SERVICE_UNAVAILABLE, "the call can't be decided now: try again"
            ) from None
        return result


def _check(key: str, body: dict[str, Any], caller: Caller, mark: str, hold_for: timedelta) -> CheckRequest:
    check: Any = {
        key: body,
        "caller": caller,
        "appliesPatches": True,
        "holdFor": f"{int(hold_for.total_seconds())}s",
        "idempotencyKey": mark,
    }
    checked: CheckRequest = check
    return checked


def _body(request: Mapping[str, Any], names: Iterable[str], kind: str) -> dict[str, Any]:
    """What `request` asks for. Raises RefusedError."""
    try:
        return bodies.body_of(request, names, kind)
    except RequestError as error:
        raise _misread(error) from None


def _misread(error: RequestError) -> RefusedError:
    """The refusal of what can't be understood, or not be made as policies want it."""
    return RefusedError(HTTPStatus.BAD_REQUEST, f"the call can't be decided: {error}")
