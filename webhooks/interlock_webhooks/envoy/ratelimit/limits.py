"""Counts hits on accounts.

Calls are asked for before they are made, so what does not fit is not taken.
Tokens and money are known when all is over: they are booked also where they do
not fit, a debt that stops the next one.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, Final

from interlock.clock import now
from interlock.engine.booking import book
from interlock.errors import RequestError
from interlock.identity import HoldId
from interlock_webhooks.envoy.ratelimit.codec import Counted
from interlock_webhooks.envoy.ratelimit.descriptor import Descriptor
from interlock_webhooks.envoy.ratelimit.hits import Hits, Unit
from interlock_webhooks.exchange import Request
from interlock_webhooks.point import DecisionPoint, Reading
from interlock_webhooks.service import Service
from interlock_webhooks.text import quoted

_MOST_CALLS: Final = 100


class Limits:
    """The accounts of one service, for whoever asks at `endpoint`."""

    def __init__(self, service: Service, endpoint: str) -> None:
        self._service = service
        self._point = DecisionPoint(service, endpoint)

    async def drawn(self, request: Request, descriptors: Sequence[Descriptor]) -> list[Counted]:
        """How all stand once their hits are taken: calls on all accounts together, or on none.

        Raises:
            RequestError: a descriptor can't be understood, or no budget counts it.
        """
        asked = [(each, each.hits) for each in descriptors]
        # What no budget counts is refused before anything is taken.
        counted = {
            index: await self._considered(request, *each)
            for index, each in enumerate(asked)
            if not _is_of_calls(each[1])
        }
        used = [asked[index] for index in counted]
        calls = [(index, *each) for index, each in enumerate(asked) if index not in counted]
        counted |= zip([index for index, *_ in calls], await self._taken(request, calls), strict=True)
        for each in used:
            await self._book(request, *each)
        return [counted[index] for index in range(len(asked))]

    async def looked_at(self, request: Request, descriptors: Sequence[Descriptor]) -> list[Counted]:
        """How all stand; nothing is taken. Raises RequestError as `drawn`."""
        return [await self._considered(request, each, each.hits) for each in descriptors]

    async def booked(self, request: Request, descriptors: Sequence[Descriptor]) -> list[Counted]:
        """How all stood before what was used is booked. Raises RequestError as `drawn`."""
        return [await self._booked(request, each, each.hits) for each in descriptors]

    async def _taken(self, request: Request, calls: Sequence[tuple[int, Descriptor, Hits]]) -> list[Counted]:
        """How descriptors stand once so many calls of each are spent, all together."""
        if not calls:
            return []
        if sum(hits.count for _, _, hits in calls) > _MOST_CALLS:
            raise RequestError(f"the descriptors have more than {_MOST_CALLS} calls together: send fewer")
        engine = self._service.policies.in_force.engine
        readings: list[Reading] = []
        for _, descriptor, hits in calls:
            check = descriptor.check(Hits(Unit.CALLS, 1))
            read = self._point.understood(engine, check, request.client, request.until, is_linked=True)
            readings += [read] * hits.count
        records = await self._point.admitted(engine, readings, None, request.until)
        # The last call of each is the one that others have left least to.
        lasts = [index - 1 for index in accumulate(hits.count for _, _, hits in calls)]
        await self._end(records, is_counted=all(_is_counted(records[last]) for last in lasts))
        for (_, descriptor, _), last in zip(calls, lasts, strict=True):
            _check_counted(descriptor, records[last])
        return [Counted(records[last], Unit.CALLS) for last in lasts]

    async def _end(self, records: Sequence[Mapping[str, Any]], *, is_counted: bool) -> None:
        """Book what is held for `records` as used, or give it back where one of them is not counted."""
        for hold in [HoldId(recorded["hold"]["id"]) for recorded in records if "hold" in recorded]:
            if is_counted:
                await self._service.ledger.settle(hold, {}, now())
            else:
                await self._service.ledger.release(hold, now())

    async def _considered(self, request: Request, descriptor: Descriptor, hits: Hits) -> Counted:
        check = descriptor.check(hits)
        check["dryRun"] = True
        recorded = await self._point.decided(check, request.client, request.until)
        _check_counted(descriptor, recorded)
        return Counted(recorded, hits.unit)

    async def _booked(self, request: Request, descriptor: Descriptor, hits: Hits) -> Counted:
        """How the descriptor stood before so many hits are booked."""
        counted = await self._considered(request, descriptor, hits)
        await self._book(request, descriptor, hits)
        return counted

    async def _book(self, request: Request, descriptor: Descriptor, hits: Hits) -> None:
        if hits.count:
            engine = self._service.policies.in_force.engine
            reading = self._point.understood(engine, descriptor.check(hits), request.client, request.until)
            await book(engine, self._service.ledger, reading.read.intent, hits.actual, now=now())


def _is_of_calls(hits: Hits) -> bool:
    """Whether calls are asked for, and not only looked at."""
    return hits.unit is Unit.CALLS and hits.count > 0


def _is_counted(recorded: Mapping[str, Any]) -> bool:
    """Whether a budget counts what is allowed."""
    return recorded["decision"] != "allow" or "budgets" in recorded


def _check_counted(descriptor: Descriptor, recorded: Mapping[str, Any]) -> None:
    """Closed by default: where no budget counts, nobody has said how much there is."""
    if not _is_counted(recorded):
        named = ", ".join(quoted(key) for key in descriptor.entries)
        raise RequestError(f"no budget counts the descriptor of {named}: write one that its Intents match")
