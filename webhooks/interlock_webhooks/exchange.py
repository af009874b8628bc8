"""One request and its answer, whatever carries them. Pure."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import TypeAlias

from msgspec import Struct

from interlock_webhooks.clients.client import Client
from interlock_webhooks.refusal import Header


class Request(Struct, frozen=True, kw_only=True):
    """What `client` sends, all of it there.

    `until` is the `time.monotonic_ns()` by which to answer. `path` is as it was sent,
    encoded. `headers` have names in lower case, in the order that they came in; of
    gRPC they are the metadata.
    """

    body: bytes
    until: int
    client: Client
    method: str
    path: str
    query: bytes
    headers: Sequence[Header]


class Answer(Struct, frozen=True):
    """What is sent back."""

    payload: bytes
    status: HTTPStatus = HTTPStatus.OK
    headers: tuple[Header, ...] = ()
    media_type: bytes = b"application/json"


Handler: TypeAlias = Callable[[Request], Awaitable[Answer]]
"""What answers a request, or raises what it is refused with."""
