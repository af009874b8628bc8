"""What a ledger in Valkey keeps, read page by page while others write."""

from collections.abc import AsyncIterator
from heapq import heappop, heappush
from typing import Any, Final

from interlock.identity import HoldId, OrganizationName
from interlock.ledger.answers import AccountEntry, OpenHold, Settlement
from interlock.ledger.stores.valkey import packing
from interlock.ledger.stores.valkey.servers import Servers
from interlock.units import Instant

_PAGE: Final = 1000


class Shelves:
    """All that is kept, of all organizations."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    async def organizations(self) -> list[OrganizationName]:
        """Everybody who ever took anything."""
        names = await self._servers.call(packing.ORGANIZATIONS, "SMEMBERS", packing.ORGANIZATIONS)
        return [OrganizationName(name.decode()) for name in names]

    async def accounts(self) -> AsyncIterator[AccountEntry]:
        """All that is booked."""
        for organization in await self.organizations():
            kept = await self._scan("HSCAN", packing.keys(organization).accounts)
            for account, buckets in kept.items():
                for entry in packing.entries(organization, account, buckets):
                    yield entry

    async def holds(self, now: Instant) -> AsyncIterator[OpenHold]:
        """All that is held at `now`."""
        for organization in await self.organizations():
            keys = packing.keys(organization)
            due = {hold: int(at) for hold, at in (await self._scan("ZSCAN", keys.due)).items() if int(at) > now}
            for hold, packed in await self._kept(keys.holds, list(due)):
                yield packing.open_hold(HoldId(hold.decode()), Instant(due[hold]), packed)

    async def settlements(self, start: Instant, end: Instant) -> AsyncIterator[Settlement]:
        """What was settled from `start` until just before `end`, in the order of time."""
        ways = [self._settled(name, start, end) for name in await self.organizations()]
        heads: list[tuple[Instant, int, Settlement]] = []
        for way in range(len(ways)):
            await _advance(heads, ways, way)
        while heads:
            _, way, settlement = heappop(heads)
            yield settlement
            await _advance(heads, ways, way)

    async def _settled(
        self, organization: OrganizationName, start: Instant, end: Instant
    ) -> AsyncIterator[Settlement]:
        """Those of one organization; what others settle in between moves pages, and is told by its place."""
        key = packing.keys(organization).settlements
        last = (int(start), b"")
        known = 0
        while True:
            page = await self._servers.call(
                key, "ZRANGEBYSCORE", key, last[0], f"({end}", "WITHSCORES", "LIMIT", known, _PAGE
            )
            if not page:
                return
            for packed, score in zip(page[::2], page[1::2], strict=True):
                at = int(score)
                known = known + 1 if at == last[0] else 1
                if (at, packed) > last:
                    last = (at, packed)
                    yield packing.settlement(packed)

    async def _kept(self, key: str, fields: list[bytes]) -> list[tuple[bytes, bytes]]:
        """Those of `fields` that are at `key` still."""
        found: list[tuple[bytes, bytes]] = []
        for at in range(0, len(fields), _PAGE):
            page = fields[at : at + _PAGE]
            values = await self._servers.call(key, "HMGET", key, *page)
            found += [(field, value) for field, value in zip(page, values, strict=True) if value is not None]
        return found

    async def _scan(self, command: str, key: str) -> dict[bytes, bytes]:
        """All pairs at `key`; some may be given twice by the server."""
        pairs: dict[bytes, bytes] = {}
        cursor: Any = 0
        while True:
            cursor, page = await self._servers.call(key, command, key, cursor, "COUNT", _PAGE)
            pairs.update(zip(page[::2], page[1::2], strict=True))
            if cursor == b"0":
                return pairs


async def _advance(
    heads: list[tuple[Instant, int, Settlement]], ways: list[AsyncIterator[Settlement]], way: int
) -> None:
    following = await anext(ways[way], None)
    if following is not None:
        heappush(heads, (following.at, way, following))
