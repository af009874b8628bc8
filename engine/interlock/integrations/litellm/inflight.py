"""Keeps what calls of LiteLLM's proxy hold from when they are let through, and settles what they used.

No hold is left: each is settled with what was used, released where nothing can
have been, or, where nobody knows, booked as it was held. Knows nothing of
LiteLLM but the calls that it is shown.
"""

import asyncio
from collections.abc import Container, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from msgspec import Struct

from interlock.integrations.litellm import body as bodies
from interlock.integrations.litellm.booking import Booking, as_held
from interlock.integrations.litellm.deciding import Deciding, RefusedError, Served
from interlock.intents.caller import Caller
from interlock.sdk.points import AsyncPoint

MARK: Final = "interlock"
"""The key of the proxy's own metadata under which a call carries what it is known by."""

_SPENT_BEFORE: Final = 0.9
"""The part of a hold's time after which it is booked: before it expires."""

_TOLD_WITHIN: Final = 30
"""Seconds after a stream in which LiteLLM says what it used, if it says so: what it logs may take 20."""


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
        self._booking = Booking(point)
        self._deciding = Deciding(point, served, self._booking, own=own, hold_for=hold_for)
        self._hold_for = hold_for
        self._unchecked = unchecked
        self._held: dict[str, Held] = {}

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
        mark, hold = await self._deciding.admitted(kind, request, caller)
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


def _notes(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Where things are noted about `request`, first where the proxy does: that comes back with what it tells.

    Where it has notes of its own, `metadata` is the client's, and goes to the provider.
    """
    found = [notes for key in ("litellm_metadata", "metadata") if isinstance(notes := request.get(key), dict)]
    return found or [request.setdefault("metadata", {})]
