"""Lists and watches objects of a Kubernetes API server. The only module that knows its client.

Objects are raw, as the server sends them: the client's own types drop what they
don't know, and refuse what they don't expect.
"""

import os
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import aiohttp
import msgspec
from aiohttp.http_exceptions import LineTooLong
from kubernetes.aio import config
from kubernetes.aio.client import ApiClient, Configuration
from kubernetes.aio.config.kube_config import KUBE_CONFIG_DEFAULT_LOCATION
from msgspec import Meta, Struct

from interlock.errors import OperatorError
from interlock_webhooks.text import one_line

PAGE: Final = 500
"""Objects in one answer to a list."""

WATCH_SECONDS: Final = 240
"""How long the server is asked to keep one watch open."""

_CONNECT_SECONDS: Final = 10
_LIST_SECONDS: Final = 60
_SHOWN: Final = 200


class GoneError(Exception):
    """What happened since then can't be told any more: what is there has to be listed again."""


class Extent(Struct, rename={"version": "resourceVersion", "more": "continue"}):
    """Which version a list is of, and what to ask with for more of it."""

    version: Annotated[str, Meta(min_length=1)]
    more: str | None = None


class Page(Struct):
    """Part of a list."""

    items: list[dict[str, Any]] | None
    metadata: Extent


class Event(Struct):
    """What a watch tells: an object that was `ADDED`, `MODIFIED` or `DELETED`, a `BOOKMARK` or an `ERROR`."""

    type: str
    object: dict[str, Any]

    @property
    def version(self) -> str | None:
        """Where a watch can go on after this event."""
        metadata = self.object.get("metadata")
        version = metadata.get("resourceVersion") if isinstance(metadata, dict) else None
        return version if isinstance(version, str) and version else None


_PAGE: Final = msgspec.json.Decoder(Page)
_EVENT: Final = msgspec.json.Decoder(Event)


class Cluster:
    """One API server, as `configuration` leads to it."""

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

    async def pages(self, path: str) -> AsyncGenerator[Page, None]:
        """All objects at `path`, as they were together at the version of each page.

        Raises:
            GoneError: that is too long ago for another page.
            OperatorError: the server can't be asked, or does not answer as it should.
        """
        more = ""
        while True:
            query = {"limit": str(PAGE)} | ({"continue": more} if more else {})
            async with self._asked(path, query, aiohttp.ClientTimeout(total=_LIST_SECONDS)) as answer:
                page = _page(await answer.read())
            yield page
            if not page.metadata.more:
                return
            more = page.metadata.more

    async def events(self, path: str, version: str) -> AsyncGenerator[Event, None]:
        """What happens at `path` after `version`, until the server or the network ends it.

        Raises:
            GoneError: the server knows no more what happened since then.
            OperatorError: the server can't be asked, or does not answer as it should.
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
                    yield _told(line)
            except LineTooLong as error:
                raise GoneError("the API server sends an event that is longer than any object") from error

    async def aclose(self) -> None:
        """Ask nothing more."""
        await self._client.close()

    @asynccontextmanager
    async def _asked(
        self, path: str, query: Mapping[str, str], within: aiohttp.ClientTimeout
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to one request, which is a 200."""
        try:
            request = await self._client.param_serialize(
                "GET",
                path,
                query_params=list(query.items()),
                header_params={"Accept": "application/json"},
                auth_settings=["BearerToken"],
            )
            sent = await self._client.call_api(*request, _request_timeout=within, _preload_content=False)
            answer: aiohttp.ClientResponse = sent.response
            async with answer:
                if answer.status != HTTPStatus.OK:
                    _fail(answer.status, answer.reason or "")
                yield answer
        except (aiohttp.ClientError, OSError) as error:
            said = one_line(str(error) or type(error).__name__, _SHOWN)
            raise OperatorError(f"the API server can't be asked: {said}") from error


def _has_kubeconfig() -> bool:
    return any(Path(name).expanduser().exists() for name in KUBE_CONFIG_DEFAULT_LOCATION.split(os.pathsep))


def _page(body: bytes) -> Page:
    try:
        return _PAGE.decode(body)
    except msgspec.MsgspecError as error:
        raise OperatorError(f"the API server sends what is no list: {one_line(str(error), _SHOWN)}") from error


def _told(line: bytes) -> Event:
    try:
        event = _EVENT.decode(line)
    except msgspec.MsgspecError as error:
        raise GoneError(f"the API server sends what is no event: {one_line(str(error), _SHOWN)}") from error
    if event.type == "ERROR":
        _fail(event.object.get("code"), str(event.object.get("message")))
    return event


def _fail(code: object, message: str) -> NoReturn:
    if code == HTTPStatus.GONE:
        raise GoneError("the API server does not remember what happened meanwhile")
    raise OperatorError(f"the API server answers {code} to a list or watch: {one_line(message, _SHOWN)}")
