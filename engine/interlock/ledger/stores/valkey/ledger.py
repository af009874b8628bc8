"""A ledger in Valkey or Redis 7, alone or a cluster, which many processes on many machines share.

What it promises depends on the server's `appendfsync`: with `everysec`, up to
one second of what was answered is lost when the power fails, and nothing when
a client or the server dies, since the log is written before the answer. With
`always`, nothing is ever lost.

The rules run in the server, in one function (ledger.lua) that goes by the
digest of its code: two versions of Interlock that share a server during an
upgrade each call their own. A script, called by EVALSHA, would make its thirty
inner functions anew in each call, which is a sixth of what a take from five
accounts costs the server (6 of 36 microseconds). The server must not evict: a
lost account is a new budget.
"""

from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final, Self

from interlock.identity import Digest, HoldId, OrganizationName, RunId
from interlock.ledger.account import MOST, PARTS
from interlock.ledger.answers import (
    AccountEntry,
    Closed,
    Ended,
    Extended,
    Glance,
    OpenHold,
    Settlement,
    Taken,
    Unknown,
)
from interlock.ledger.hold import LATE, REMEMBERED, Actual, Line, Taking, organization_of
from interlock.ledger.stores.valkey import packing
from interlock.ledger.stores.valkey.servers import Servers
from interlock.ledger.stores.valkey.shelves import Shelves
from interlock.units import Instant

_RULES: Final = f"local MOST, PARTS, REMEMBERED, LATE = {MOST}, {PARTS}, {REMEMBERED}, {LATE}\n" + files(
    "interlock.ledger.stores.valkey"
).joinpath("ledger.lua").read_text(encoding="utf-8")
_NAME: Final = f"interlock_{sha256(_RULES.encode()).hexdigest()[:16]}"
_LIBRARY: Final = f"#!lua name={_NAME}\nlocal NAME = '{_NAME}'\n{_RULES}"
_UNKNOWN: Final = [b"unknown"]


class ValkeyLedger:
    """Keeps a book for each organization, in keys of its own."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._shelves = Shelves(servers)

    @classmethod
    async def open(cls, url: str) -> Self:
        """The ledger in the server or the cluster at `url`, which answers and does not evict."""
        return cls(await Servers.open(url, _LIBRARY))

    async def peek(  # noqa: D102 - the protocol says it
        self,
        organization: OrganizationName,
        lines: Sequence[Line],
        runs: Sequence[RunId],
        now: Instant,
        memo: tuple[Digest, Digest] | None = None,
    ) -> Glance:
        request = packing.peek_request(lines, runs, now, memo)
        return packing.glance(await self._step(organization, "peek", request))

    async def take(self, taking: Taking, now: Instant) -> Taken:  # noqa: D102
        await self._servers.tell(packing.ORGANIZATIONS, taking.organization)
        request = packing.take_request(taking, now)
        return packing.taken(await self._step(taking.organization, "take", *request))

    async def settle(self, hold: HoldId, actual: Actual, now: Instant) -> Ended | Closed | Unknown:  # noqa: D102
        return packing.ended(await self._step_of(hold, "settle", packing.settle_request(hold, actual, now)))

    async def release(self, hold: HoldId, now: Instant) -> Ended | Closed | Unknown:  # noqa: D102
        return packing.ended(await self._step_of(hold, "release", packing.request(now, hold)))

    async def extend(self, hold: HoldId, expires: Instant, now: Instant) -> Extended | Closed | Unknown:  # noqa: D102
        return packing.extended(await self._step_of(hold, "extend", packing.request(now, hold, expires)))

    async def sweep(self, now: Instant) -> int:  # noqa: D102
        expired = 0
        for organization in await self._shelves.organizations():
            more = True
            while more:
                some, more = await self._step(organization, "sweep", packing.request(now))
                expired += some
        return expired

    async def accounts(self) -> Sequence[AccountEntry]:  # noqa: D102
        return [entry async for entry in self._shelves.accounts()]

    async def holds(self, now: Instant) -> Sequence[OpenHold]:  # noqa: D102
        return [hold async for hold in self._shelves.holds(now)]

    def settlements(self, start: Instant, end: Instant) -> AsyncIterator[Settlement]:  # noqa: D102
        return self._shelves.settlements(start, end)

    async def close(self) -> None:
        """The servers keep everything."""
        await self._servers.close()

    async def _step_of(self, hold: HoldId, operation: str, request: bytes) -> list[Any]:
        organization = organization_of(hold)
        return _UNKNOWN if organization is None else await self._step(organization, operation, request)

    async def _step(self, organization: OrganizationName, operation: str, *request: bytes) -> list[Any]:
        keys = packing.keys(organization)
        answer: list[Any] = await self._servers.call(
            keys.accounts, "FCALL", _NAME, len(keys), *keys, operation, *request
        )
        return answer
