"""The clients in force, renewed when their document changes. A bad document never replaces a good one."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from structlog.typing import FilteringBoundLogger

from interlock.errors import AuthorError
from interlock_webhooks.clients.client import Client
from interlock_webhooks.clients.fetching import fetched
from interlock_webhooks.clients.keys import Keys
from interlock_webhooks.clients.memory import Failures
from interlock_webhooks.clients.peer import Peer
from interlock_webhooks.clients.reading import Means, read_clients
from interlock_webhooks.clients.recognition import Recognition
from interlock_webhooks.clients.reviews import TokenReviews
from interlock_webhooks.clients.roster import Roster
from interlock_webhooks.clients.tokenissuer import TokenIssuer
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.refusal import Header
from interlock_webhooks.watch import changes, fingerprint

if TYPE_CHECKING:
    from interlock_webhooks.cluster.client import Cluster


class LiveClients:
    """Tells clients by the document in `file`. AuthorError where that doesn't load at the start."""

    def __init__(
        self,
        file: Path,
        means: Means,
        cluster: "Cluster | None",
        metrics: Metrics,
        log: FilteringBoundLogger,
    ) -> None:
        self._file = file
        self._means = means
        self._cluster = cluster
        self._metrics = metrics
        self._log = log
        self._failures = Failures()
        self._seen = fingerprint((file,))
        self._recognition = self._over(read_clients(file, means))

    async def client_of(self, headers: Sequence[Header], peer: Peer) -> Client:
        """The client that sends `headers` from `peer`, by the document in force. Raises RefusedError."""
        return await self._recognition.client_of(headers, peer)

    async def watch(self) -> None:
        """Reload whenever the file changes, for as long as the service runs."""
        async for _ in changes((self._file,), self._seen):
            await self.reload()

    async def reload(self) -> None:
        """Put the present document in force, or keep what is in force and log every problem."""
        try:
            roster = await asyncio.to_thread(read_clients, self._file, self._means)
        except AuthorError as error:
            problems = [str(problem) for problem in error.problems]
            self._log.error("clients kept: the changed document doesn't load", problems=problems)
            self._metrics.clients_reloaded("failed")
        except Exception as error:  # noqa: BLE001 - a document that breaks the reader must not end the watch
            self._log.error("clients failed to load", exc_info=error)
            self._metrics.clients_reloaded("failed")
        else:
            self._recognition = self._over(roster)
            self._log.info("clients loaded")
            self._metrics.clients_reloaded("loaded")

    def _over(self, roster: Roster) -> Recognition:
        issuers = {
            settings.url: TokenIssuer(settings, Keys(settings.name, partial(fetched, settings), self._log))
            for settings in roster.issuers
        }
        reviews = None
        if roster.reviewed and self._cluster is not None:
            reviews = TokenReviews(self._cluster, roster.audiences, self._log)
        return Recognition(roster, issuers, reviews, self._failures)
