"""Requests as handlers get them."""

import time
from collections.abc import Sequence

from interlock_webhooks.clients.client import LOCAL
from interlock_webhooks.deadline import MAX_TIMEOUT
from interlock_webhooks.exchange import Request


def sent(body: bytes, path: str, headers: Sequence[tuple[bytes, bytes]] = ()) -> Request:
    """What the local client posts to `path`, with all the time that there is."""
    return Request(
        body=body,
        until=time.monotonic_ns() + MAX_TIMEOUT,
        client=LOCAL,
        method="POST",
        path=path,
        query=b"",
        headers=headers,
    )
