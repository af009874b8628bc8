"""Has calls of LiteLLM's proxy decided, holds what they may use, and settles what they used.

No call goes on that was not allowed, and no hold is left: each is settled with
what was used, released where nothing can have been, or, where nobody knows,
booked as it was held. Knows nothing of LiteLLM but the calls that it is shown.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Container, Iterable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from msgspec import Struct

from interlock.decisionlog.exhaustion import is_exhausted, seconds_to_wait
from interlock.errors import InterlockError, RequestError
from interlock.integrations.litellm import body as bodies
from interlock.integrations.litellm.booking import Booking, as_held
from interlock.integrations.litellm.steering import check_steering, named_fallbacks
from interlock.intents.caller import Caller
from interlock.intents.check import CheckRequest
from interlock.sdk.errors import DeniedError
from interlock.sdk.points import AsyncPoint
from interlock.sdk.result import CheckResult

MARK: Final = "interlock"
"""The key of the proxy's own metadata under which a call carries what it is known by."""

_TRIES: Final = 3
_SPENT_BEFORE: Final = 0.9
"""The part of a hold's time after which it is booked: before it expires."""

_TOLD_WITHIN: Final = 30
"""Seconds after a stream in which LiteLLM says what it used, if it says so: what it logs may take 20."""

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


class Held(Struct):
    """A hold that is open, and what books it when nobody says any more what was used.

    Its answer `has_begun` where a part of it came, and it `is_unsure` where a try failed that may have used
    something.
    """

    hold: str
    timer: asyncio.TimerHandle
    has_begun: bool = False
    is_unsure: bool = False


class InFlight:
    """Lets calls through that `point` allows; `served` says who may answer for a model.

    `own` has the names of LiteLLM's parameters, most of which clients must not send.
    A hold is for `hold_for`, which is longer than calls last. Kinds of calls
    that call no model for text or embeddings are refused, but for those `unchecked`.
    """

    def __init__(
        self,
        point: AsyncPoint,
        served: Served,
        *,
        own: Container[str] = (),
        hold_for: timedelta = timedelta(minutes=15),
        unchecked: frozenset[str] = frozenset(),
    ) -> None:
        self._point = point
        self._served = served
        self._own = own
        self._hold_for = hold_for
        self._unchecked = unchecked
        self._held: dict[str, Held] = {}
        self._booking = Booking(point)

    async def enter(self, kind: str, request: dict[str, Any], caller: Caller) -> None:
        """Let `request` of `caller` go on, as policies make it.

        Raises:
            RefusedError: it may not, or nobody can say.
        """
        notes = _notes(request)
        for each in notes:
            # A client may have sent one, too.
            each.pop(MARK, None)
        if kind not in bodies.CHECKED:
            if kind in self._unchecked:
                return
            raise RefusedError(
                HTTPStatus.FORBIDDEN,
                f"calls of the kind `{kind}` are not decided here: call a model for text or embeddings, or "
                "have the kind listed in `INTERLOCK_UNCHECKED`",
            )
        mark, hold = await self._admitted(kind, request, caller)
        if hold is None:
            return
        notes[0][MARK] = mark
        later = self._hold_for.total_seconds() * _SPENT_BEFORE
        timer = asyncio.get_running_loop().call_later(later, self._spend, mark)
        self._held[mark] = Held(hold, timer)

    def begin(self, notes: Mapping[str, Any]) -> None:
        """Note that a part of what answers the call with `notes` came."""
        held = self._held.get(str(notes.get(MARK)))
        if held is not None:
            held.has_begun = True

    def finish(self, notes: Mapping[str, Any]) -> None:
        """Note that no more comes of the stream with `notes`: what it used is said soon, or never."""
        mark = str(notes.get(MARK))
        held = self._held.get(mark)
        if held is not None:
            held.timer.cancel()
            loop = asyncio.get_running_loop()
            until = min(held.timer.when(), loop.time() + _TOLD_WITHIN)
            held.timer = loop.call_at(until, self._spend, mark)

    def fail(self, notes: Mapping[str, Any]) -> None:
        """Note that a try of the call with `notes` failed in a way that may have used something."""
        held = self._held.get(str(notes.get(MARK)))
        if held is not None:
            held.is_unsure = True

    async def settle(
        self, notes: Mapping[str, Any], used: Mapping[str, Any], *, model: str, provider: str
    ) -> None:
        """Book what the call with `notes` used."""
        held = self._ended(notes)
        if held is not None:
            await self._booking.book(bodies.settlement_of(held.hold, used, model=model, provider=provider))

    async def release(self, notes: Mapping[str, Any]) -> None:
        """Give back what the call with `notes` holds; where something may have been used, it is booked."""
        held = self._ended(notes)
        if held is not None:
            await self._free(held, is_used=held.has_begun or held.is_unsure)

    async def save(self, notes: Mapping[str, Any]) -> None:
        """Give back what the call with `notes` holds: its answer was there, and only a try may have used it."""
        held = self._ended(notes)
        if held is not None:
            await self._free(held, is_used=held.is_unsure)

    async def spend(self, notes: Mapping[str, Any]) -> None:
        """Book what the call with `notes` holds: nobody knows what it used."""
        held = self._ended(notes)
        if held is not None:
            await self._booking.book(as_held(held.hold))

    async def _admitted(self, kind: str, request: dict[str, Any], caller: Caller) -> tuple[str, str | None]:
        """What the call is known by, and its hold; `request` is as policies made it then."""
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

    async def _free(self, held: Held, *, is_used: bool) -> None:
        if is_used:
            await self._booking.book(as_held(held.hold))
        else:
            await self._booking.give_back(held.hold)

    def _ended(self, notes: Mapping[str, Any]) -> Held | None:
        """What the call with `notes` holds, for the last time."""
        held = self._held.pop(str(notes.get(MARK)), None)
        if held is not None:
            held.timer.cancel()
        return held

    def _spend(self, mark: str) -> None:
        self._booking.go_on(self.spend({MARK: mark}))


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


def _notes(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Where things are noted about `request`, first where the proxy does: that comes back with what it tells.

    Where it has notes of its own, `metadata` is the client's, and goes to the provider.
    """
    found = [notes for key in ("litellm_metadata", "metadata") if isinstance(notes := request.get(key), dict)]
    return found or [request.setdefault("metadata", {})]
