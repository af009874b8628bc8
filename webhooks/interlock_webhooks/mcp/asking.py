"""Asks the service's own decision point about messages, for one of its clients."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from interlock.intents.check import CheckRequest
from interlock_webhooks.clients.client import Client

Ask: TypeAlias = Callable[[CheckRequest, Client, int], Awaitable[dict[str, Any]]]
"""Decides a check of a client until a monotonic nanosecond."""


class Asking:
    """Asks by `ask` for `client`, until a time."""

    def __init__(self, ask: Ask, client: Client, until: int) -> None:
        self._ask = ask
        self._client = client
        self._until = until

    async def check(self, check: CheckRequest) -> Mapping[str, Any]:
        """The record of the decision on `check`. Raises RequestError."""
        return await self._ask(check, self._client, self._until)
