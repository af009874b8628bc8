"""The servers that keep keys: one, or the primaries of a cluster, each with its part of the slots.

A server of a cluster that does not have a key says who has, and did nothing,
so it is asked there. Where an answer is lost, nobody knows what was done: only
the next call goes to whoever has the slot by then.
"""

import asyncio
from typing import Any, Final, Self, TypeAlias
from urllib.parse import urlsplit

from valkey.crc import key_slot
from valkey.exceptions import AskError, MovedError, TryAgainError

from interlock.errors import OperatorError
from interlock.ledger.stores.valkey.pipeline import Pipeline, UnloadedError

_ATTEMPTS: Final = 50
_PAUSE: Final = 0.02
"""Seconds until a call is made again whose keys are on their way, so they have one second to arrive."""

_Address: TypeAlias = tuple[str, int]


class Servers:
    """All that `url` leads to, of which each has the functions of `library` when it is called."""

    def __init__(self, url: str, library: str) -> None:
        self._url = url
        self._library = library
        self._first = Pipeline(url)
        self._nodes: dict[_Address, Pipeline] = {}
        self._owners: dict[int, Pipeline] = {}
        """The node of each slot; nobody where the first server is alone."""
        self._guides = [self._first]
        """Who is asked for the owners, in this order."""
        self._outdated = False
        self._learning = asyncio.Lock()

    @classmethod
    async def open(cls, url: str, library: str) -> Self:
        """The servers at `url`, which answer and do not evict."""
        servers = cls(url, library)
        try:
            servers._outdated = b"cluster_enabled:1" in await servers._first.call("INFO", "cluster")
            await servers._learn()
            for server in {*servers._owners.values()} or {servers._first}:
                await servers._load(server)
                await _refuse_eviction(server)
        except BaseException:
            await servers.close()
            raise
        return servers

    async def call(self, key: str, *words: str | bytes | int) -> Any:  # noqa: ANN401 - what a server answers
        """What the server that has `key` answers."""
        if self._outdated:
            await self._learn()
        server = self._server(key)
        call = server.call
        for _ in range(_ATTEMPTS):
            try:
                return await call(*words)
            except UnloadedError:
                await self._load(server)
            except MovedError as moved:
                server = self._owners[moved.slot_id] = self._node(moved.node_addr, server)
                call = server.call
            except AskError as moving:
                server = self._node(moving.node_addr, server)
                call = server.call_moving
            except TryAgainError:
                await asyncio.sleep(_PAUSE)
            except OperatorError:
                self._outdated = bool(self._owners)
                raise
        raise server.trouble("its keys are on their way to another one", "wait until they have arrived")

    async def tell(self, key: str, member: str) -> None:
        """Have `member` in the set at `key`, which its server is told once in each connection."""
        said = self._server(key).said
        if member not in said:
            await self.call(key, "SADD", key, member)
            said.add(member)

    async def close(self) -> None:
        """Answer nobody any more."""
        for server in (self._first, *self._nodes.values()):
            await server.close()

    def _server(self, key: str) -> Pipeline:
        return self._owners.get(key_slot(key.encode()), self._first) if self._owners else self._first

    def _node(self, address: _Address, told_by: Pipeline) -> Pipeline:
        """The node at `address`, which names no host where it is that of `told_by`."""
        host, port = address[0] or told_by.host, address[1]
        if (host, port) not in self._nodes:
            self._nodes[host, port] = Pipeline(_at(self._url, host, port))
        return self._nodes[host, port]

    async def _load(self, server: Pipeline) -> None:
        await server.call("FUNCTION", "LOAD", "REPLACE", self._library)

    async def _learn(self) -> None:
        """Know the owner of each slot, by the first guide that answers."""
        async with self._learning:
            failures: list[OperatorError] = []
            for guide in self._guides if self._outdated else ():
                try:
                    ranges = await guide.call("CLUSTER", "SLOTS")
                except OperatorError as error:
                    failures.append(error)
                else:
                    await self._note(guide, ranges)
                    return
            if failures:
                raise failures[0]

    async def _note(self, guide: Pipeline, ranges: list[list[Any]]) -> None:
        """Keep what `guide` says, and close what has no part in it any more."""
        owners: dict[int, Pipeline] = {}
        known: set[Pipeline] = set()
        for first, last, *places in ranges:
            nodes = [self._node(((host or b"").decode(), port), guide) for host, port, *_ in places]
            owners.update(dict.fromkeys(range(first, last + 1), nodes[0]))
            known.update(nodes)
        self._owners, self._outdated = owners, False
        left = {address: node for address, node in self._nodes.items() if node not in known}
        for address, node in left.items():
            del self._nodes[address]
            await node.close()
        # Next time another one is asked: what this one said may be what was wrong.
        self._guides = sorted((self._first, *known), key=lambda each: each is guide)


async def _refuse_eviction(server: Pipeline) -> None:
    memory: bytes = await server.call("INFO", "memory")
    if b"maxmemory_policy:allkeys" in memory:
        raise server.trouble("it evicts what it has no room for", "set `maxmemory-policy noeviction`")


def _at(url: str, host: str, port: int) -> str:
    """`url` with another place, at which are clusters, which number no databases."""
    parts = urlsplit(url)
    user, at, _ = parts.netloc.rpartition("@")
    place = f"[{host}]" if ":" in host else host
    scheme = "valkey" if parts.scheme == "unix" else parts.scheme
    return parts._replace(scheme=scheme, netloc=f"{user}{at}{place}:{port}", path="").geturl()
