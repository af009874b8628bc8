"""ASGI middleware in front of an MCP server in Python, over Streamable HTTP.

The server gets what was decided: each body is read once, bounded, and passed on
as it was understood. Sessions, streams and everything else stay the server's.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, TypeAlias, cast

from msgspec import Struct
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Sent

from interlock.intents.caller import Caller
from interlock.intents.check import CheckRequest
from interlock.sdk.points import AsyncPoint
from interlock_webhooks.mcp import codec
from interlock_webhooks.mcp.codec import Message
from interlock_webhooks.mcp.denials import Profile
from interlock_webhooks.mcp.errors import INTERNAL_ERROR, INVALID_REQUEST, Refusal, RefusedMessageError, error
from interlock_webhooks.mcp.filtering import ANSWERS, STREAMS, FilteringSend
from interlock_webhooks.mcp.guard import Guard, Outcome, Refused, Replaced
from interlock_webhooks.mcp.holds import Holds
from interlock_webhooks.mcp.seal import Seal
from interlock_webhooks.mcp.terms import NOBODY, Terms
from interlock_webhooks.refusal import Header

MAX_BODY: Final = 4 * 1024 * 1024
"""Bytes of a client's message."""

DECISION: Final = "interlock.decision"
"""The key of the ASGI scope under which the server finds the record of the decision on a message."""

_WITHOUT_MESSAGES: Final = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})
"""Methods of requests that bring no message. Who takes others, in whatever letter case, may read one."""

_log = logging.getLogger("interlock")


class Who(Struct, frozen=True, kw_only=True):
    """Who sends a request, as the server authenticated them, and who is at the client, if that is known."""

    caller: Caller = NOBODY
    approver: str | None = None


NOBODY_KNOWN: Final = Who()

Knows: TypeAlias = Callable[[Scope], Who]
"""Says who sends the request with a scope."""


class InterlockMiddleware:
    """Asks `point` about every message to `app`, which is the MCP server that goes by `server`.

    `who` says who sends a request; without it nobody knows. `beside` are paths
    of `app` that take no messages, such as `/token`; everything else that is
    sent there is a message. `seal` is to be the same wherever one client may come.
    `discharges` are obligations that `app` meets: it finds the decision in its
    scope as `DECISION`.
    """

    def __init__(  # noqa: PLR0913 - what a server decides
        self,
        app: ASGIApp,
        point: AsyncPoint,
        *,
        server: str,
        who: Knows = lambda _: NOBODY_KNOWN,
        denials: Profile = Profile.MCP_2026,
        discharges: Sequence[str] = (),
        beside: Iterable[str] = (),
        seal: Seal | None = None,
    ) -> None:
        self._app = app
        self._holds = Holds(point)
        self._asking = _Asking(point, self._holds)
        self._server = server
        self._who = who
        self._denials = Profile(denials)
        self._discharges = list(discharges)
        self._beside = frozenset(beside)
        self._guard = Guard(seal)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request, or answer it."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] != "http" or scope["path"] in self._beside:
            await self._app(scope, receive, send)
        elif scope["method"] in _WITHOUT_MESSAGES:
            await self._app(scope, receive, self._filtering(send, self._terms(scope), None))
        else:
            await self._posted(scope, receive, send)

    async def _posted(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Decide the message in the body, and pass it on if it goes on."""
        try:
            body = await _body(scope, receive)
            message = codec.decode(body)
        except RefusedMessageError as refused:
            await _respond(send, refused.refusal)
            return
        terms = self._terms(scope)
        outcome = await self._awaited(message, terms, scope["headers"])
        if isinstance(outcome, Refused):
            await _respond(send, outcome.refusal)
            return
        sent = outcome.message if isinstance(outcome, Replaced) else message.body
        payload = codec.encode(sent)
        passed = {**scope, "headers": _headers(scope["headers"], payload), DECISION: outcome.record}
        is_list = message.method == "tools/list"
        try:
            sending = self._filtering(send, terms, message) if is_list else send
            await self._app(passed, _again(payload, receive), sending)
        finally:
            await self._holds.spend(outcome.record)

    async def _awaited(self, message: Message, terms: Terms, headers: Iterable[Header]) -> Outcome:
        """What becomes of `message`; what is held for it is given back where nobody waits for that any more."""
        deciding = self._holds.begun(self._decided(message, terms, headers))
        try:
            return await asyncio.shield(deciding)
        except asyncio.CancelledError:
            self._holds.begun(self._abandoned(deciding))
            raise

    async def _abandoned(self, deciding: Awaitable[Outcome]) -> None:
        await self._holds.give_back((await deciding).record)

    async def _decided(self, message: Message, terms: Terms, headers: Iterable[Header]) -> Outcome:
        try:
            return await self._guard.request(self._asking, message, terms, list(headers))
        except Exception:  # noqa: BLE001 - it is logged
            # Closed by default: whatever broke, nothing is passed on.
            _log.exception("no decision on a message of MCP")
            text = "nobody can decide this at the moment: try again"
            refused = error(INTERNAL_ERROR, text, message.id)
            return Refused(Refusal(status=HTTPStatus.SERVICE_UNAVAILABLE, message=refused))

    def _terms(self, scope: Scope) -> Terms:
        who = self._who(scope)
        return Terms(
            caller={**who.caller, "server": self._server},
            approver=who.approver,
            profile=self._denials,
            applies_patches=True,
            discharges=self._discharges,
        )

    def _filtering(self, send: Send, terms: Terms, message: Message | None) -> FilteringSend:
        async def judge(response: dict[str, Any]) -> Outcome:
            try:
                return await self._guard.response(self._asking, response, terms, message)
            except Exception:  # noqa: BLE001 - it is logged
                _log.exception("no decision on a list of tools")
                text = "nobody can decide at the moment what may be called: try again"
                refused = error(INTERNAL_ERROR, text, response.get("id"))
                return Refused(Refusal(status=HTTPStatus.OK, message=refused))

        return FilteringSend(send, judge, STREAMS if message is None else ANSWERS)


class _Asking:
    """Asks `point`, and has `holds` of it given back."""

    def __init__(self, point: AsyncPoint, holds: Holds) -> None:
        self._point = point
        self._holds = holds

    async def check(self, check: CheckRequest) -> Mapping[str, Any]:
        """The record of the decision on `check`. Raises what the point does."""
        return cast("Mapping[str, Any]", (await self._point.check(check)).record)

    async def give_back(self, record: Mapping[str, Any]) -> None:
        """Let go of what `record` holds."""
        await self._holds.give_back(record)


async def _body(scope: Scope, receive: Receive) -> bytes:
    """The whole body.

    Raises:
        RefusedMessageError: it is too large, encoded, or breaks off.
    """
    for name, value in scope["headers"]:
        if name.lower() == b"content-encoding" and value.strip().lower() != b"identity":
            raise RefusedMessageError(INVALID_REQUEST, "the body is compressed: send it as it is")
    parts: list[bytes] = []
    size, is_whole = 0, False
    while not is_whole:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RefusedMessageError(INVALID_REQUEST, "the body ended early")
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if size > MAX_BODY:
            raise RefusedMessageError(INVALID_REQUEST, f"the body is larger than {MAX_BODY} bytes")
        is_whole = not message.get("more_body", False)
    return b"".join(parts)


def _again(payload: bytes, receive: Receive) -> Receive:
    """Gives `payload` as the whole body, and then what `receive` gives, such as that the client went away."""
    waiting: list[Sent] = [{"type": "http.request", "body": payload, "more_body": False}]

    async def received() -> Sent:
        return waiting.pop() if waiting else await receive()

    return received


def _headers(headers: Iterable[Header], payload: bytes) -> list[Header]:
    """`headers` with the length of `payload`."""
    kept = [
        (name, value)
        for name, value in headers
        if name.lower() not in {b"content-length", b"transfer-encoding"}
    ]
    return [*kept, (b"content-length", b"%d" % len(payload))]


async def _respond(send: Send, refusal: Refusal) -> None:
    """Send `refusal` as a whole answer."""
    payload = codec.encode(refusal.message)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(payload))]
    await send({"type": "http.response.start", "status": refusal.status.value, "headers": headers})
    await send({"type": "http.response.body", "body": payload})
