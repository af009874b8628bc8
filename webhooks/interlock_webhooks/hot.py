"""The routes that every admission goes through, as raw ASGI.

What they share: one method, one media type, a bounded body, a deadline, one
answer in one write. What they decide is the handler's business. FastAPI is
beside them: the same check through it takes about twice as long
(docs/reference/benchmarks.md).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import Final

from starlette.types import Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from interlock.errors import OperatorError
from interlock_webhooks import wire
from interlock_webhooks.deadline import MAX_DECISION, deadline
from interlock_webhooks.metrics import RouteMetrics
from interlock_webhooks.refusal import Header, RefusedError, error_body, status_of
from interlock_webhooks.text import quoted

MAX_BODY: Final = 3 * 1024 * 1024
"""Bytes of a request's body: the API server's own maximum."""

MAX_IN_FLIGHT: Final = 1024
"""Requests of one route that may be answered at once."""

MAX_HELD: Final = 256 * 1024 * 1024
"""Bytes of their bodies, all together."""

READ_SECONDS: Final = 10.0

Answer = Callable[[bytes, int], Awaitable[bytes]]
"""The answer to a body, by a monotonic nanosecond."""


class HotRoute:
    """Answers POST requests of JSON on one path with status 200, or refuses them."""

    def __init__(self, answer: Answer, metrics: RouteMetrics, log: FilteringBoundLogger) -> None:
        self._answer = answer
        self._metrics = metrics
        self._log = log
        self._in_flight = 0
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send one whole answer, whatever the request is."""
        self._in_flight += 1
        try:
            payload = await self._answered(scope, receive)
        except Exception as error:  # noqa: BLE001 - closed by default: the caller gets a status, never an allow
            await self._refuse(error, send)
        else:
            await respond(send, HTTPStatus.OK, payload)
        finally:
            self._in_flight -= 1

    async def _answered(self, scope: Scope, receive: Receive) -> bytes:
        started = time.monotonic_ns()
        if self._in_flight > MAX_IN_FLIGHT:
            raise _too_many()
        _check_head(scope)
        until = deadline(scope["query_string"], started)
        parts: list[bytes] = []
        try:
            await self._read(receive, parts)
            return await self._answer(b"".join(parts), min(until, time.monotonic_ns() + MAX_DECISION))
        finally:
            self._held -= sum(map(len, parts))

    async def _read(self, receive: Receive, parts: list[bytes]) -> None:
        """Add the whole body to `parts`, which the route holds from then on, within bounds of size and time."""
        try:
            async with asyncio.timeout(READ_SECONDS):
                size = 0
                is_whole = False
                while not is_whole:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise RefusedError(HTTPStatus.BAD_REQUEST, "the body ended early")
                    part = message.get("body", b"")
                    parts.append(part)
                    size += len(part)
                    self._hold(len(part), size)
                    is_whole = not message.get("more_body", False)
        except TimeoutError:
            raise RefusedError(
                HTTPStatus.REQUEST_TIMEOUT, f"the body did not arrive within {READ_SECONDS:g} seconds"
            ) from None

    def _hold(self, more: int, size: int) -> None:
        """Hold so many bytes more, of a body that has `size` by now."""
        self._held += more
        if size > MAX_BODY:
            raise _too_large()
        if self._held > MAX_HELD:
            raise _too_many()

    async def _refuse(self, error: Exception, send: Send) -> None:
        status = status_of(error)
        if status is HTTPStatus.INTERNAL_SERVER_ERROR:
            # What an operator has to mend says so itself; anything else is a defect.
            why = {"error": str(error)} if isinstance(error, OperatorError) else {"exc_info": error}
            self._log.error("request failed", endpoint=self._metrics.endpoint, **why)
        self._metrics.refused(status)
        headers = error.headers if isinstance(error, RefusedError) else ()
        await respond(send, status, wire.encode(error_body(error)), headers)


async def respond(send: Send, status: HTTPStatus, payload: bytes, headers: Iterable[Header] = ()) -> None:
    """Send `payload`, JSON, as the whole answer."""
    await send(
        {
            "type": "http.response.start",
            "status": status.value,
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", b"%d" % len(payload)),
                (b"cache-control", b"no-store"),
                (b"x-content-type-options", b"nosniff"),
                *headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": payload})


def _check_head(scope: Scope) -> None:
    """Refuse what can be refused before the body is read."""
    if scope["method"] != "POST":
        raise RefusedError(
            HTTPStatus.METHOD_NOT_ALLOWED,
            f"the method is {quoted(scope['method'])}: send a POST",
            (b"allow", b"POST"),
        )
    media_type = b""
    for name, value in scope["headers"]:
        if name == b"content-type":
            media_type = value
        elif name == b"content-length" and value.isdigit() and _is_too_long(value):
            raise _too_large()
        elif name == b"content-encoding" and value.lower() != b"identity":
            raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body is compressed: send it as it is")
    if media_type.partition(b";")[0].strip().lower() != b"application/json":
        raise RefusedError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"the content type is {quoted(media_type.decode('latin-1'))}: send `application/json`",
        )


def _is_too_long(digits: bytes) -> bool:
    """Whether a declared length is past the bound, without reading a number of thousands of digits."""
    significant = digits.lstrip(b"0")
    return len(significant) > len(str(MAX_BODY)) or int(significant or b"0") > MAX_BODY


def _too_large() -> RefusedError:
    return RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is larger than {MAX_BODY} bytes")


def _too_many() -> RefusedError:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return RefusedError(status, "too many requests at once: try again", (b"retry-after", b"1"))
