"""Shows the certificate that is in the cluster, on every replica, whoever made it."""

import asyncio
from typing import Final

from structlog.typing import FilteringBoundLogger

from interlock.errors import OperatorError
from interlock_webhooks.installation.vault import Vault
from interlock_webhooks.state import StateDir
from interlock_webhooks.tls import Identity

EVERY_SECONDS: Final = 2.0
"""Sooner than the leader looks again, so that a first certificate is shown before anybody is asked.

How late a replica is does not matter else: what it presents till then is trusted till it ends.
"""


class ClusterCertificate:
    """A certificate from the Secret of the cluster; until there is one, no handshake succeeds."""

    def __init__(self, identity: Identity, vault: Vault, state: StateDir) -> None:
        self._identity = identity
        self._vault = vault
        self._state = state
        self._shown = b""

    async def keep(self, log: FilteringBoundLogger) -> None:
        """Show what is there, for as long as the service runs; what fails is logged, and tried again."""
        while True:
            try:
                if await self.renew():
                    log.info("certificate renewed")
            except OperatorError as error:
                log.warning("certificate kept: the new one can't be used", error=str(error))
            await asyncio.sleep(EVERY_SECONDS)

    async def renew(self) -> bool:
        """Show what is there now; whether that is another one than before.

        Raises:
            OperatorError: it can't be had or shown.
        """
        held = await self._vault.held()
        if held is None or held.leaf == self._shown:
            return False
        self._identity.present(self._state.keep_server_certificate(held.leaf))
        self._shown = held.leaf
        return True
