"""What is answered to each request: the paths of the API, and whether who asks may."""

from collections import Counter
from contextlib import suppress
from typing import Final

from aiohttp import web

from support.kubernetes.asked import Asked, place, verb_of
from support.kubernetes.discovery import AGGREGATED, CONNECTED, VERSION, discovered
from support.kubernetes.exchange import answer, connected, decoded, user_of
from support.kubernetes.failures import Failure, forbidden, no_such_path
from support.kubernetes.openapi import openapi
from support.kubernetes.posting import Poster
from support.kubernetes.preparing import created
from support.kubernetes.reading import Reader
from support.kubernetes.registry import Registry
from support.kubernetes.resources import NAMESPACES, Object
from support.kubernetes.reviewing import GROUPS, answered
from support.kubernetes.store import Store
from support.kubernetes.tables import WANTED
from support.kubernetes.users import ADMIN, ANONYMOUS, Access, User, allowed
from support.kubernetes.webhooks.dispatch import Webhooks
from support.kubernetes.writing import Writer

NAMESPACES_AT_FIRST: Final = ("default", "kube-node-lease", "kube-public", "kube-system")
_REASONS: Final = {403: "Forbidden", 429: "TooManyRequests"}


class Api:
    """The API over a store that is its own.

    `users` are who has which bearer token; `admin` may do everything. `faults` are HTTP codes that it answers
    with where a path begins so, whatever is asked. `services` are the addresses of services, by namespace and
    name. `asked` counts requests by verb and plural.
    """

    def __init__(self) -> None:
        self.users: dict[str, User] = {"admin": ADMIN}
        self.faults: dict[str, int] = {}
        self.asked: Counter[tuple[str, str]] = Counter()
        self.services: dict[tuple[str, str], tuple[str, int]] = {}
        self.store = Store()
        self.registry = Registry(self.store)
        self.reader = Reader(self.store)
        self.webhooks = Webhooks(self.store, self.registry, self.services)
        self.writer = Writer(self.store, self.registry, self.webhooks)
        self._poster = Poster(self.store, self.writer, self.users)
        for name in NAMESPACES_AT_FIRST:
            body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            self.store.add(NAMESPACES, created(NAMESPACES, body))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The answer to `request`; that to a watch has been sent when it is over."""
        try:
            return await self._answer(request)
        except Failure as failure:
            return answer(failure.status, failure.code, failure.warnings)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        for path, code in self.faults.items():
            if request.path.startswith(path):
                raise Failure(code, _REASONS.get(code, "ServiceUnavailable"), "fault")
        user = user_of(request, self.users)
        if (document := self._document(request)) is not None:
            return document
        found = place(request.path)
        resource = self.registry.find(found.group, found.version, found.plural)
        if found.subresource and found.subresource not in resource.subresources:
            raise no_such_path()
        asked = Asked(
            verb=verb_of(request.method, found, request.query),
            resource=resource,
            namespace=found.namespace,
            name=found.name,
            subresource=found.subresource,
            user=user,
            query=request.query,
        )
        self.asked[asked.verb, resource.plural] += 1
        self._authorize(asked)
        return await self._resource(request, asked)

    def _document(self, request: web.Request) -> web.Response | None:
        """What is served beside resources."""
        path = request.path.rstrip("/")
        match path.strip("/").split("/"):
            case ["version"]:
                return answer(VERSION)
            case ["healthz" | "livez" | "readyz", *_]:
                return answer("ok")
            case ["openapi", *_]:
                return answer(openapi(self.registry, path))
            case ["api" | "apis", *rest] if len(rest) <= (1 if path.startswith("/api/") else 2):
                aggregated = AGGREGATED in request.headers.get("Accept", "").replace(" ", "")
                response = answer(discovered(self.registry, path, aggregated=aggregated))
                if aggregated and path in {"/api", "/apis"}:
                    response.headers["Content-Type"] = AGGREGATED
                return response
        return None

    def _authorize(self, asked: Asked) -> None:
        resource = asked.resource
        access = Access(
            verb=asked.verb,
            group=resource.group,
            resource=resource.plural,
            subresource=asked.subresource,
            namespace=asked.namespace,
            name=asked.name,
        )
        about_oneself = asked.user != ANONYMOUS and resource.plural.startswith("self")
        if not (about_oneself or allowed(self.store, asked.user, access)):
            whole = f"{resource.plural}/{asked.subresource}" if asked.subresource else resource.plural
            where = f'in the namespace "{asked.namespace}"' if asked.namespace else "at the cluster scope"
            what = f'{asked.verb} resource "{whole}" in API group "{resource.group}" {where}'
            raise forbidden(resource, asked.name, f'User "{asked.user.name}" cannot {what}')

    async def _resource(self, request: web.Request, asked: Asked) -> web.StreamResponse:
        if asked.subresource in CONNECTED:
            return answer(*await self._poster.post(asked, connected(asked.subresource, request.query)))
        as_table = WANTED in request.headers.get("Accept", "")
        match asked.verb:
            case "get":
                return answer(self.reader.one(asked, as_table=as_table))
            case "list":
                return answer(self.reader.collection(asked, as_table=as_table))
            case "watch":
                return await self._watch(request, asked)
            case "deletecollection":
                return answer(await self._delete_all(asked))
            case _:
                return await self._change(request, asked)

    async def _change(self, request: web.Request, asked: Asked) -> web.StreamResponse:
        body = await request.read()
        if asked.verb == "patch":
            stored, new, warnings = await self.writer.patch(asked, request.content_type, body)
            return answer(stored, 201 if new else 200, warnings)
        if asked.verb == "delete":
            options = decoded(request.content_type, body) if body else {}
            gone, warnings = await self.writer.delete(asked, options)
            return answer(gone, 200, warnings)
        return await self._sent(asked, decoded(request.content_type, body))

    async def _sent(self, asked: Asked, sent: Object) -> web.StreamResponse:
        if asked.resource.group in GROUPS:
            return answer(answered(self.store, self.users, asked.user, sent), 201)
        if asked.verb == "create" and asked.subresource:
            return answer(*await self._poster.post(asked, sent))
        if asked.verb == "create":
            stored, warnings = await self.writer.create(asked, sent)
            return answer(stored, 201, warnings)
        stored, warnings = await self.writer.update(asked, sent)
        return answer(stored, 200, warnings)

    async def _delete_all(self, asked: Asked) -> Object:
        found = self.reader.collection(asked, as_table=False)
        for each in found["items"]:
            one = Asked(
                verb="delete",
                resource=asked.resource,
                namespace=each["metadata"].get("namespace", ""),
                name=each["metadata"]["name"],
                subresource="",
                user=asked.user,
                query=asked.query,
            )
            await self.writer.delete(one, {})
        return found

    async def _watch(self, request: web.Request, asked: Asked) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.enable_chunked_encoding()
        # Whoever asked may be gone, at any time.
        with suppress(ConnectionError):
            await response.prepare(request)
            async for line in self.reader.watch(asked):
                await response.write(line)
            await response.write_eof()
        return response
