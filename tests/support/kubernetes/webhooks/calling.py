"""The HTTPS call to one webhook: to whom, whom it trusts, and for how long."""

import asyncio
import base64
import json
import math
import ssl
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from support.kubernetes.attributes import Attributes
from support.kubernetes.webhooks.contract import ContractError, Response, response_of
from support.kubernetes.webhooks.hook import Hook
from support.kubernetes.webhooks.matching import Match
from support.kubernetes.webhooks.review import review

_HEADERS: Final = {"Content-Type": "application/json", "Accept": "application/json, */*"}

Services = Mapping[tuple[str, str], tuple[str, int]]


class CallError(Exception):
    """The webhook could not be called, or did not answer as it must: what then is, its failure policy says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a webhook is, and which name its certificate must be for."""

    url: str
    server_name: str


def target(hook: Hook, services: Services) -> Target:
    """Where `hook` is; a service is where `services` says, by namespace and name."""
    client = hook.spec["clientConfig"]
    if "url" in client:
        return Target(url=client["url"], server_name=urlsplit(client["url"]).hostname or "")
    service = client["service"]
    namespace, name = service["namespace"], service["name"]
    if (namespace, name) not in services:
        raise CallError(f'failed to call webhook: service "{name}" not found in namespace "{namespace}"')
    host, port = services[namespace, name]
    path = service.get("path", "/")
    return Target(url=f"https://{host}:{port}{path}", server_name=f"{name}.{namespace}.svc")


class Caller:
    """Calls webhooks, over connections that it keeps."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._sessions: dict[tuple[str, str], aiohttp.ClientSession] = {}

    async def call(self, match: Match, about: Attributes) -> Response:
        """The response of `match`'s webhook.

        Raises:
            CallError: it can't be had.
        """
        hook, uid = match.hook, str(uuid.uuid4())
        body = json.dumps(review(match, about, uid)).encode()
        try:
            code, answer = await self._posted(hook, body)
            return response_of(code, answer, uid, mutating=hook.mutating)
        except ContractError as error:
            raise CallError(f"received invalid webhook response: {error}") from error
        except TimeoutError as error:
            raise CallError("failed to call webhook: context deadline exceeded") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise CallError(f"failed to call webhook: {error}") from error

    async def close(self) -> None:
        """Keep no connection."""
        for each in self._sessions.values():
            await each.close()
        self._sessions.clear()

    async def _posted(self, hook: Hook, body: bytes) -> tuple[int, bytes]:
        found = target(hook, self._services)
        seconds = hook.spec["timeoutSeconds"]
        bundle = hook.spec["clientConfig"].get("caBundle", "")
        async with (
            asyncio.timeout(seconds),
            self._session(bundle, found.server_name).post(
                f"{found.url}?timeout={math.ceil(seconds)}s",
                data=body,
                headers=_HEADERS,
                server_hostname=found.server_name,
                allow_redirects=False,
            ) as answer,
        ):
            return answer.status, await answer.read()

    def _session(self, bundle: str, server_name: str) -> aiohttp.ClientSession:
        """Connections that trust `bundle` and nobody else, each to a server that proved to be `server_name`."""
        key = (bundle, server_name)
        if key not in self._sessions:
            trusted = base64.b64decode(bundle).decode() if bundle else None
            context = ssl.create_default_context(cadata=trusted)
            connector = aiohttp.TCPConnector(ssl=context, limit=0)
            timeout = aiohttp.ClientTimeout(total=None)
            self._sessions[key] = aiohttp.ClientSession(connector=connector, timeout=timeout)
        return self._sessions[key]
