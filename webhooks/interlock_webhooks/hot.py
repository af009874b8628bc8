"""The routes that every admission goes through, as raw ASGI.

What they share: one method, one media type, a bounded body, a deadline, one
answer in one write. What they decide is the handler's business. FastAPI is
beside them: the same check through it takes longer (docs/reference/benchmarks.md).
"""

import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from starlette.types import Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from interlock.errors import OperatorError
from interlock.spelling import alternatives
from interlock_webhooks import wire
from interlock_webhooks.clients.authenticator import Authenticator, authorized
from interlock_webhooks.clients.client import LOCAL
from interlock_webhooks.clients.connection import peer_of
from interlock_webhooks.clients.credentials import unspent
from interlock_webhooks.deadline import MAX_DECISION, deadline
from interlock_webhooks.exchange import Answer, Handler, Request
from interlock_webhooks.metrics import RouteMetrics
from interlock_webhooks.refusal import Header, RefusedError, error_body, status_of
from interlock_webhooks.text import quoted
from interlock_webhooks.within import within

MAX_BODY: Final = 3 * 1024 * 1024
"""Bytes of a request's body: the API server's own maximum."""

MAX_IN_FLIGHT: Final = 1024
"""Requests of one route that may be answered at once."""

MAX_HELD: Final = 256 * 1024 * 1024
"""Bytes of their bodies, all together."""

READ_SECONDS: Final = 10.0

_REQUEST_ID: Final = b"x-request-id"
_LONGEST_ID: Final = 256


@dataclass(frozen=True, slots=True)
class Takes:
    """Requests of which methods, media types and encodings a route takes; None means any.

    What is encoded is the handler's to decode, within bounds of its own. `is_timed`
    says whether the query is ours, and says by when to answer.
    """

    methods: frozenset[str] | None
    media_types: frozenset[bytes] | None
    is_timed: bool = True
    encodings: frozenset[bytes] | None = frozenset({b"identity"})


JSON: Final = Takes(frozenset({"POST"}), frozenset({b"application/json"}))
"""POST requests of JSON."""

ANYTHING: Final = Takes(methods=None, media_types=None, is_timed=False, encodings=None)
"""Requests that were meant for somebody else."""


class HotRoute:
    """Answers the requests on one path that it `takes`, or refuses them."""

    def __init__(
        self,
        handler: Handler,
        metrics: RouteMetrics,
        log: FilteringBoundLogger,
        authenticator: Authenticator,
        takes: Takes = JSON,
    ) -> None:
        self._handler = handler
        self._authenticator = authenticator
        self._takes = takes
        self._metrics = metrics
        self._log = log
        self._in_flight = 0
        self._held = 0

    @property
    def endpoint(self) -> str:
        """What the route is called where it is counted, and granted to clients."""
        return self._metrics.endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send one whole answer, whatever the request is."""
        self._in_flight += 1
        try:
            answer = await self._answered(scope, receive)
        except Exception as error:  # noqa: BLE001 - closed by default: the caller gets a status, never an allow
            answer = self._refusal(error)
        finally:
            self._in_flight -= 1
        await respond(send, answer, _request_id(scope))

    async def _answered(self, scope: Scope, receive: Receive) -> Answer:
        started = time.monotonic_ns()
        if self._in_flight > MAX_IN_FLIGHT:
            raise _too_many()
        peer = peer_of(scope)
        # Of a stranger nothing is read, and little is said.
        client = await authorized(self._authenticator, scope["headers"], peer, self.endpoint)
        most = MAX_BODY if client.max_body is None else min(MAX_BODY, client.max_body)
        _check_head(scope, self._takes, most)
        until = deadline(scope["query_string"] if self._takes.is_timed else b"", started)
        parts: list[bytes] = []
        try:
            await self._read(receive, parts, most)
            return await self._handler(
                Request(
                    body=b"".join(parts),
                    until=min(until, time.monotonic_ns() + MAX_DECISION),
                    client=client,
                    method=scope["method"],
                    path=_path(scope),
                    query=scope["query_string"],
                    headers=scope["headers"] if client is LOCAL else unspent(scope["headers"], peer),
                )
            )
        finally:
            self._held -= sum(map(len, parts))

    async def _read(self, receive: Receive, parts: list[bytes], most: int) -> None:
        """Add the whole body, of `most` bytes, to `parts`, within a time; the route holds it from then on."""
        try:
            await within(READ_SECONDS, self._parts(receive, parts, most))
        except TimeoutError:
            raise RefusedError(
                HTTPStatus.REQUEST_TIMEOUT, f"the body did not arrive within {READ_SECONDS:g} seconds"
            ) from None

    async def _parts(self, receive: Receive, parts: list[bytes], most: int) -> None:
        size = 0
        is_whole = False
        while not is_whole:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RefusedError(HTTPStatus.BAD_REQUEST, "the body ended early")
            part = message.get("body", b"")
            parts.append(part)
            size += len(part)
            self._hold(len(part))
            if size > most:
                raise _too_large(most)
            is_whole = not message.get("more_body", False)

    def _hold(self, more: int) -> None:
        """Hold so many bytes more."""
        self._held += more
        if self._held > MAX_HELD:
            raise _too_many()

    def _refusal(self, error: Exception) -> Answer:
        status = status_of(error)
        if status is HTTPStatus.INTERNAL_SERVER_ERROR:
            # What an operator has to mend says so itself; anything else is a defect.
            why = {"error": str(error)} if isinstance(error, OperatorError) else {"exc_info": error}
            self._log.error("request failed", endpoint=self._metrics.endpoint, **why)
        self._metrics.refused(status)
        headers = error.headers if isinstance(error, RefusedError) else ()
        return Answer(wire.encode(error_body(error)), status, headers)


async def respond(send: Send, answer: Answer, further: tuple[Header, ...] = ()) -> None:
    """Send the whole `answer`, with `further` headers."""
    await send(
        {
            "type": "http.response.start",
            "status": answer.status.value,
            "headers": [
                (b"content-type", answer.media_type),
                (b"content-length", b"%d" % len(answer.payload)),
                (b"cache-control", b"no-store"),
                (b"x-content-type-options", b"nosniff"),
                *answer.headers,
                *further,
            ],
        }
    )
    await send({"type": "http.response.body", "body": answer.payload})


def _path(scope: Scope) -> str:
    """The path as it was sent, which ASGI's servers need not tell."""
    raw: bytes | None = scope.get("raw_path")
    return quote(scope["path"]) if raw is None else raw.decode("latin-1")


def _check_head(scope: Scope, takes: Takes, most: int) -> None:
    """Refuse what can be refused before the body is read."""
    if takes.methods is not None and scope["method"] not in takes.methods:
        allowed = ", ".join(sorted(takes.methods))
        raise RefusedError(
            HTTPStatus.METHOD_NOT_ALLOWED,
            f"the method is {quoted(scope['method'])}: send a {allowed}",
            (b"allow", allowed.encode()),
        )
    media_type = b""
    for name, value in scope["headers"]:
        if name == b"content-type":
            media_type = value
        elif name == b"content-length" and value.isdigit() and _is_too_long(value, most):
            raise _too_large(most)
        elif name == b"content-encoding" and takes.encodings and value.lower() not in takes.encodings:
            raise _encoded(takes.encodings)
    if takes.media_types is None or media_type in takes.media_types:
        return
    if media_type.partition(b";")[0].strip().lower() in takes.media_types:
        return
    known = alternatives(sorted(each.decode() for each in takes.media_types))
    raise RefusedError(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        f"the content type is {quoted(media_type.decode('latin-1'))}: send {known}",
    )


def _request_id(scope: Scope) -> tuple[Header, ...]:
    """What the client calls its request, to be said back: AuthZEN wants that, and whoever reads logs."""
    for name, value in scope["headers"]:
        if name == _REQUEST_ID:
            return ((_REQUEST_ID, value),) if len(value) <= _LONGEST_ID else ()
    return ()


def _is_too_long(digits: bytes, most: int) -> bool:
    """Whether a declared length is past the bound, without reading a number of thousands of digits."""
    if len(digits) < len(str(most)):
        return False
    significant = digits.lstrip(b"0")
    return len(significant) > len(str(most)) or int(significant or b"0") > most


def _encoded(taken: frozenset[bytes]) -> RefusedError:
    ways = ["as it is", *(f"by {each.decode()}" for each in sorted(taken - {b"identity"}))]
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    return RefusedError(status, f"the body is compressed: send it {' or '.join(ways)}")


def _too_large(most: int) -> RefusedError:
    return RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is larger than {most} bytes")


def _too_many() -> RefusedError:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return RefusedError(status, "too many requests at once: try again", (b"retry-after", b"1"))
