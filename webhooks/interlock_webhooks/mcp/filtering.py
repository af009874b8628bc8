"""Answers of a server on their way to a client: lists of tools are filtered, all else is sent as it comes."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec
from starlette.types import Message as Sent
from starlette.types import Send

from interlock.errors import RequestError
from interlock_webhooks import wire
from interlock_webhooks.mcp.errors import INTERNAL_ERROR, error
from interlock_webhooks.mcp.guard import Outcome, Refused, Replaced
from interlock_webhooks.mcp.sse import Event, Events, TooLargeError

MAX_ANSWER: Final = 8 * 1024 * 1024
"""Bytes of an answer that is read as a whole."""

STREAMS: Final = frozenset({b"text/event-stream"})
"""The media type of messages that nobody asked for in the same request."""

ANSWERS: Final = STREAMS | {b"application/json"}
"""The media types of answers to a message."""

Judge = Callable[[dict[str, Any]], Awaitable[Outcome]]
"""What becomes of a server's message."""

_ANY: Final = msgspec.json.Decoder[Any]()
_UNREADABLE: Final = error(
    INTERNAL_ERROR, "the server's answer can't be read, so nobody knows what it lists", None
)


class BrokenAnswerError(Exception):
    """A stream that can't be read any more, and of which something was sent already."""


class FilteringSend:
    """Sends on what a server answers, with lists of tools as `judge` leaves them.

    JSON is read as a whole, streams event by event, and what is of none of
    `media_types` is not looked at: no client reads messages from it.
    """

    def __init__(self, send: Send, judge: Judge, media_types: frozenset[bytes]) -> None:
        self._send = send
        self._judge = judge
        self._media_types = media_types
        self._start: Sent | None = None
        self._body = bytearray()
        self._events: Events | None = None
        self._is_watched = False

    async def __call__(self, message: Sent) -> None:
        """Send `message` on, or keep it until it can be judged.

        Raises:
            BrokenAnswerError: a stream can't be read any more.
        """
        if message["type"] == "http.response.start":
            await self._started(message)
        elif not self._is_watched:
            await self._send(message)
        elif self._events is not None:
            await self._streamed(self._events, message)
        elif message["type"] == "http.response.body":
            await self._collected(message)

    async def _started(self, message: Sent) -> None:
        media_type, is_encoded = _media_type(message)
        if media_type in STREAMS and not is_encoded:
            self._events, self._is_watched = Events(), True
            await self._send(_headed(message, None))
        elif media_type in self._media_types:
            # What is compressed is kept, too, and found to be unreadable.
            self._start, self._is_watched = message, True
        else:
            await self._send(message)

    async def _streamed(self, events: Events, message: Sent) -> None:
        try:
            parts = [await self._event(event) for event in events.feed(message.get("body", b""))]
        except TooLargeError:
            raise BrokenAnswerError from None
        await self._send({**message, "body": b"".join(parts)})

    async def _event(self, event: Event) -> bytes:
        """What is sent for `event`; nothing for one that can't be read."""
        data = event.data
        if not data.strip():
            return event.encoded()
        judged = await self._judged(data)
        if judged is None:
            return event.encoded()
        return b"" if judged is _UNREADABLE else event.saying(wire.encode(judged)).encoded()

    async def _collected(self, message: Sent) -> None:
        if self._start is None:
            return  # it is answered already
        self._body += message.get("body", b"")
        is_too_large = len(self._body) > MAX_ANSWER
        if message.get("more_body", False) and not is_too_large:
            return
        start, self._start = self._start, None
        body, self._body = bytes(self._body), bytearray()
        _, is_encoded = _media_type(start)
        judged = _UNREADABLE if is_too_large or is_encoded else await self._judged(body) if body else None
        if judged is not None:
            body = wire.encode(judged)
        await self._send(_headed(start, body))
        await self._send({"type": "http.response.body", "body": body})

    async def _judged(self, data: bytes) -> dict[str, Any] | None:
        """What is sent in place of `data`; None where that goes on as it is."""
        try:
            value = wire.decode(data, _ANY)
        except RequestError:
            return _UNREADABLE
        if not isinstance(value, dict):
            return None if isinstance(value, str | int | float | None) else _UNREADABLE
        match await self._judge(value):
            case Replaced(message=message):
                return message
            case Refused(refusal=refusal):
                return refusal.message
            case _:
                return None


def _media_type(message: Mapping[str, Any]) -> tuple[bytes, bool]:
    """The media type of an answer, and whether its body is encoded."""
    media_type, is_encoded = b"", False
    for name, value in message.get("headers", ()):
        if name.lower() == b"content-type":
            media_type = value.partition(b";")[0].strip().lower()
        elif name.lower() == b"content-encoding" and value.strip().lower() != b"identity":
            is_encoded = True
    return media_type, is_encoded


def _headed(start: Sent, body: bytes | None) -> Sent:
    """`start` with the length of `body`, which is not encoded; without a length where that is a stream."""
    headers = [
        (name, value)
        for name, value in start.get("headers", ())
        if name.lower() not in {b"content-length", b"content-encoding"}
    ]
    length = [] if body is None else [(b"content-length", b"%d" % len(body))]
    return {**start, "headers": [*headers, *length]}
