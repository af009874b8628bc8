"""What all hot routes share: how long an answer may take."""

import time

import pytest
from starlette.types import Receive, Scope, Send

from interlock_webhooks.clients.authenticator import EVERYBODY
from interlock_webhooks.deadline import MAX_DECISION
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.hot import HotRoute
from interlock_webhooks.logs import json_log
from interlock_webhooks.metrics import Metrics
from support.asgi import ask


@pytest.mark.parametrize(
    ("query", "most"), [(b"", MAX_DECISION), (b"timeout=30s", MAX_DECISION), (b"timeout=1s", 9 * 10**8)]
)
def test_deciding_ends_with_the_timeout_and_within_two_seconds(query: bytes, most: int) -> None:
    left: list[int] = []

    async def answer(request: Request) -> Answer:
        left.append(request.until - time.monotonic_ns())
        return Answer(b"{}")

    route = HotRoute(answer, Metrics().of("check"), json_log(), EVERYBODY)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await route({**scope, "query_string": query}, receive, send)

    assert ask(app, "/v1/check", b"{}").status == 200
    assert 0 < left[0] <= most
