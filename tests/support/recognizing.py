"""Clients of a document, asked who sends a token."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from interlock_webhooks.clients.live import LiveClients
from interlock_webhooks.clients.peer import Peer
from interlock_webhooks.clients.reading import Means
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.refusal import RefusedError
from support.clients import bearer
from support.service import logged

HERE = Peer("192.0.2.1")


class Asked:
    """The clients of the document `text` in `folder`; `lines` is what they log."""

    def __init__(self, folder: Path, text: str, cluster: Any = None) -> None:
        self.file = folder / "clients.yaml"
        self.file.write_text(text, encoding="utf-8")
        log, self.lines = logged()
        self.metrics = Metrics()
        means = Means(certificates=True, cluster=cluster is not None)
        self.clients = LiveClients(self.file, means, cluster, self.metrics, log)

    async def name(self, token: str, peer: Peer = HERE) -> str:
        """The name of who sends `token`, or the status and message that it is refused with."""
        try:
            return (await self.clients.client_of(bearer(token), peer)).name
        except RefusedError as error:
            return f"{error.status.value} {error}"

    def names(self, tokens: Iterable[str], peer: Peer = HERE) -> list[str]:
        """Those of all `tokens`, one after the other."""

        async def asked() -> list[str]:
            return [await self.name(token, peer) for token in tokens]

        return asyncio.run(asked())
