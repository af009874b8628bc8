"""The list and watch of a Kubernetes API server, over real HTTP, for pods and jobs that tests write.

After k8s.io/apiserver: typed lists leave out what their items are, a watch
goes on after any version that is remembered, and one that is too old is told
so within the stream or by the status. Knows nothing of Interlock.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from copy import deepcopy
from typing import Any, Final
from urllib.parse import parse_qs

_KINDS: Final = {"/api/v1/pods": ("v1", "Pod"), "/apis/batch/v1/jobs": ("batch/v1", "Job")}
_FORBIDDEN: Final = {"kind": "Status", "code": 403, "message": "pods is forbidden"}
_EXPIRED: Final = {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version"}


class ApiServer:
    """An API server in the running event loop.

    `refuses` is whether it answers nobody, `expires_by_status` whether it says by
    the HTTP status that a version is too old, `page` how many objects it lists at
    once at most. `lists` and `watches` count what was asked, by kind, and `since`
    has the versions that watches went on after.
    """

    def __init__(self) -> None:
        self.refuses = False
        self.expires_by_status = False
        self.page = 500
        self.lists: dict[str, int] = dict.fromkeys(("Pod", "Job"), 0)
        self.watches: dict[str, int] = dict.fromkeys(("Pod", "Job"), 0)
        self.since: list[int] = []
        self.url = ""
        self._version = 100
        self._oldest = 0
        self._objects: dict[str, dict[str, Any]] = {}
        self._events: list[tuple[int, str, str, dict[str, Any]]] = []
        self._changed = asyncio.Condition()
        self._watching: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ApiServer"]:
        """This server while it listens on loopback."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}"
        try:
            yield self
        finally:
            server.close()
            await self.drop()

    async def put(self, body: dict[str, Any]) -> dict[str, Any]:
        """Store `body` under its uid, new or in place of what is there."""
        uid = body["metadata"]["uid"]
        await self._happened("MODIFIED" if uid in self._objects else "ADDED", body)
        self._objects[uid] = deepcopy(body)
        return body

    async def delete(self, uid: str, **metadata: Any) -> None:
        """Remove the object `uid`, which has `metadata` in the end."""
        body = self._objects.pop(uid)
        await self._happened("DELETED", {**body, "metadata": body["metadata"] | metadata})

    async def bookmark(self) -> None:
        """Tell every watch how far it is."""
        for version, kind in _KINDS.values():
            await self._happened("BOOKMARK", {"apiVersion": version, "kind": kind, "metadata": {}})

    async def send(self, kind: str, event: dict[str, Any]) -> None:
        """Tell watches of `kind` something that no API server would."""
        self._version += 1
        self._events.append((self._version, kind, event["type"], event["object"]))
        async with self._changed:
            self._changed.notify_all()

    async def drop(self) -> None:
        """Break all watches in the middle."""
        for writer in self._watching:
            writer.transport.abort()
        await self._leave()

    async def end(self) -> None:
        """End all watches in order, as when their time is over."""
        for writer in self._watching:
            writer.write(b"0\r\n\r\n")
        await self._leave()

    async def _leave(self) -> None:
        self._watching.clear()
        async with self._changed:
            self._changed.notify_all()

    def forget(self) -> None:
        """Remember nothing of what has happened."""
        self._oldest = self._version
        self._events.clear()

    async def _happened(self, event: str, body: dict[str, Any]) -> None:
        self._version += 1
        body = deepcopy(body)
        body.setdefault("metadata", {})["resourceVersion"] = str(self._version)
        self._events.append((self._version, body["kind"], event, body))
        async with self._changed:
            self._changed.notify_all()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path, _, query = head.split()[1].decode().partition("?")
                await self._answer(path, {key: each[0] for key, each in parse_qs(query).items()}, writer)
        writer.close()

    async def _answer(self, path: str, query: dict[str, str], writer: asyncio.StreamWriter) -> None:
        version, kind = _KINDS[path]
        if self.refuses:
            await _send(writer, 403, _FORBIDDEN)
        elif "watch" not in query:
            self.lists[kind] += 1
            await _send(writer, 200, self._listed(version, kind, query))
        elif int(query["resourceVersion"]) < self._oldest and self.expires_by_status:
            await _send(writer, 410, _EXPIRED)
        else:
            self.watches[kind] += 1
            await self._watch(kind, int(query["resourceVersion"]), writer)

    def _listed(self, version: str, kind: str, query: dict[str, str]) -> dict[str, Any]:
        mine = [body for body in self._objects.values() if body["kind"] == kind]
        start = int(query.get("continue", 0))
        end = start + min(self.page, int(query["limit"]))
        items = [
            {key: each for key, each in body.items() if key not in {"kind", "apiVersion"}}
            for body in mine[start:end]
        ]
        metadata = {"resourceVersion": str(self._version)} | ({"continue": str(end)} if end < len(mine) else {})
        return {"apiVersion": version, "kind": f"{kind}List", "metadata": metadata, "items": items}

    async def _watch(self, kind: str, since: int, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
        if since < self._oldest:
            _chunk(writer, {"type": "ERROR", "object": _EXPIRED})
            writer.write(b"0\r\n\r\n")
            return
        self.since.append(since)
        self._watching.add(writer)
        while writer in self._watching:
            for version, of, event, body in [each for each in self._events if each[0] > since]:
                since = version
                if of == kind:
                    _chunk(writer, {"type": event, "object": body})
            await writer.drain()
            async with self._changed:
                if self._version == since or not self._events:
                    await self._changed.wait()


def _chunk(writer: asyncio.StreamWriter, event: dict[str, Any]) -> None:
    line = json.dumps(event).encode() + b"\n"
    writer.write(b"%x\r\n%s\r\n" % (len(line), line))


async def _send(writer: asyncio.StreamWriter, status: int, body: dict[str, Any]) -> None:
    data = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
    writer.write(head.encode() + data)
    await writer.drain()
