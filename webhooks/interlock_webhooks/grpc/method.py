"""What can be called, by name."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from interlock_webhooks.exchange import Answer, Handler, Request

StreamHandler: TypeAlias = Callable[[Request, AsyncIterator[bytes]], Awaitable[Answer]]
"""What answers a stream of messages.

The body of its request is empty. `until` is when the whole stream ends if its
caller says, else `NEVER`: a message gets its own time. The iterator raises where
the stream breaks off or can't be read; whatever leaves the handler ends the call.
"""


@dataclass(frozen=True, slots=True)
class Method:
    """A method that takes one message and answers one.

    `endpoint` is what it is called where it is counted, and granted to clients (`clients/endpoints.py`).
    """

    handler: Handler
    endpoint: str


@dataclass(frozen=True, slots=True)
class StreamedMethod:
    """A method that takes messages as they come and answers one at the end; the rest is as with `Method`."""

    handler: StreamHandler
    endpoint: str


Methods: TypeAlias = Mapping[str, Method | StreamedMethod]
"""By path: `/envoy.service.auth.v3.Authorization/Check`."""
