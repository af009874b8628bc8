"""Asks a Kubernetes API server, and writes to it. The only module that knows its client.

Every answer is bounded in size and time, but for a watch in time.
"""

import os
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp.http_exceptions import LineTooLong
from kubernetes.aio import config
from kubernetes.aio.client import ApiClient, Configuration
from kubernetes.aio.config.kube_config import KUBE_CONFIG_DEFAULT_LOCATION

from interlock.errors import OperatorError
from interlock_webhooks.cluster.answers import Event, Object, Page, event_of, object_of, page_of
from interlock_webhooks.cluster.refusals import ClusterError, GoneError, refusal, refusal_of_list
from interlock_webhooks.text import one_line

PAGE: Final = 500
"""Objects in one answer to a list."""

WATCH_SECONDS: Final = 240
"""How long the server is asked to keep one watch open."""

MOST_BYTES: Final = 64 << 20
"""The largest answer that is read: a page of objects far larger than usual ones."""

_CONNECT_SECONDS: Final = 10
_LIST_SECONDS: Final = 60
_CALL_SECONDS: Final = 10
_SHOWN: Final = 200
_JSON: Final = "application/json"


class Cluster:
    """One API server, as `configuration` leads to it.

    All that it is asked raises `ClusterError` where the server can't be asked,
    refuses, or does not answer as it should; its subclasses say what it refuses.
    """

    def __init__(self, configuration: Configuration) -> None:
        self.host: str = configuration.host
        self._client = ApiClient(configuration)

    @classmethod
    async def found(cls) -> "Cluster":
        """The one that `KUBECONFIG` or `~/.kube/config` names, else the one that this runs in.

        Raises:
            OperatorError: there is neither.
        """
        configuration = Configuration()
        try:
            if _has_kubeconfig():
                await config.load_kube_config(
                    KUBE_CONFIG_DEFAULT_LOCATION, client_configuration=configuration, persist_config=False
                )
            else:
                config.load_incluster_config(client_configuration=configuration)
        except Exception as error:  # noqa: BLE001 - the client believes whatever a file says
            raise OperatorError(
                f"no Kubernetes API server is known: {one_line(str(error), _SHOWN)}: run in a pod, "
                "or name a kubeconfig file in `KUBECONFIG`"
            ) from None
        return cls(configuration)

    async def get(self, path: str) -> Object:
        """The object at `path`, or whatever else is there."""
        return await self._called("GET", path)

    async def create(self, path: str, body: Object) -> Object:
        """`body` as it is stored below `path`, which is that of all objects of its kind and namespace.

        A review that the server answers at once is asked for in this way, too.
        """
        return await self._called("POST", path, body)

    async def replace(self, path: str, body: Object) -> Object:
        """`body` as it is stored at `path`, in place of the version that it names.

        Raises:
            ConflictError: another version is there.
        """
        return await self._called("PUT", path, body)

    async def patch(self, path: str, change: Object | list[Object]) -> Object:
        """The object at `path` after `change`, which is a JSON patch (RFC 6902) if it is a list.

        Else it is a merge patch (RFC 7386).
        """
        kind = "json-patch" if isinstance(change, list) else "merge-patch"
        return await self._called("PATCH", path, change, f"application/{kind}+json")

    async def delete(self, path: str) -> None:
        """Have the object at `path` deleted."""
        await self._called("DELETE", path)

    async def pages(self, path: str) -> AsyncGenerator[Page, None]:
        """All objects at `path`, as they were together at the version of each page.

        Raises:
            GoneError: that is too long ago for another page.
        """
        more = ""
        while True:
            query = {"limit": str(PAGE)} | ({"continue": more} if more else {})
            async with self._asked(path, query, aiohttp.ClientTimeout(total=_LIST_SECONDS)) as answer:
                page = page_of(await _read(answer))
            yield page
            if not page.metadata.more:
                return
            more = page.metadata.more

    async def events(self, path: str, version: str) -> AsyncGenerator[Event, None]:
        """What happens at `path` after `version`, until the server or the network ends it.

        Raises:
            GoneError: the server knows no more what happened since then.
        """
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": str(WATCH_SECONDS),
        }
        silent = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=WATCH_SECONDS + 30)
        async with self._asked(path, query, silent) as answer:
            try:
                async for line in answer.content:
                    yield event_of(line)
            except LineTooLong as error:
                raise GoneError("the API server sends an event that is longer than any object") from error

    async def aclose(self) -> None:
        """Ask nothing more."""
        await self._client.close()

    async def _called(
        self, method: str, path: str, body: Object | list[Object] | None = None, media_type: str = _JSON
    ) -> Object:
        """What the server answers to one call that it grants."""
        within = aiohttp.ClientTimeout(total=_CALL_SECONDS)
        async with self._sent(method, path, {}, within, body, media_type) as answer:
            content = await _read(answer)
        if not answer.ok:
            raise refusal(answer.status, content, f"{method} {path}")
        return object_of(content)

    @asynccontextmanager
    async def _asked(
        self, path: str, query: Mapping[str, str], within: aiohttp.ClientTimeout
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to a list or watch, which is a 200."""
        async with self._sent("GET", path, query, within) as answer:
            if answer.status != HTTPStatus.OK:
                raise refusal_of_list(answer.status, await _read(answer))
            yield answer

    @asynccontextmanager
    async def _sent(  # noqa: PLR0913, PLR0917 - what a request is made of
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        within: aiohttp.ClientTimeout,
        body: Object | list[Object] | None = None,
        media_type: str = _JSON,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to one request, whatever its status."""
        try:
            request = await self._client.param_serialize(
                method,
                path,
                query_params=list(query.items()),
                header_params={"Accept": _JSON, "Content-Type": media_type},
                body=body,
                auth_settings=["BearerToken"],
            )
            sent = await self._client.call_api(*request, _request_timeout=within, _preload_content=False)
            answer: aiohttp.ClientResponse = sent.response
            async with answer:
                yield answer
        except (aiohttp.ClientError, OSError) as error:
            said = one_line(str(error) or type(error).__name__, _SHOWN)
            raise ClusterError(f"the API server can't be asked: {said}") from error


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    """All of `answer`, unless that is more than any answer should be."""
    content = bytearray()
    async for part in answer.content.iter_any():
        content += part
        if len(content) > MOST_BYTES:
            raise ClusterError(f"the API server answers with more than {MOST_BYTES >> 20} MiB")
    return bytes(content)


def _has_kubeconfig() -> bool:
    return any(Path(name).expanduser().exists() for name in KUBE_CONFIG_DEFAULT_LOCATION.split(os.pathsep))
