"""Holds that nobody asks about any more expire all the same."""

import asyncio
from typing import Final

from structlog.typing import FilteringBoundLogger

from interlock.clock import now
from interlock.errors import OperatorError
from interlock.ledger.ledger import Ledger

_SWEEP_EVERY: Final = 5.0


async def sweep(ledger: Ledger, log: FilteringBoundLogger) -> None:
    """Sweep every few seconds, for as long as the service runs."""
    while True:
        await asyncio.sleep(_SWEEP_EVERY)
        try:
            expired = await ledger.sweep(now())
        except OperatorError as error:
            log.error("holds can't be swept", error=str(error))  # noqa: TRY400 - it says all there is to say
        else:
            if expired:
                log.info("holds expired", holds=expired)
