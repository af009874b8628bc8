"""The keys of one issuer, as they were a short while ago.

They are asked for again once they are old, and when a token names one that
isn't there, since issuers change keys. However many such tokens come, that is
at most once in a while, and one at a time.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from structlog.typing import FilteringBoundLogger

from interlock.errors import OperatorError
from interlock_webhooks.clients.keyset import Key, chosen, keys_of
from interlock_webhooks.clients.refusals import undecided

_SECOND: Final = 1_000_000_000

OLD: Final = 300 * _SECOND
"""Nanoseconds after which keys are asked for again."""

TOO_OLD: Final = 3_600 * _SECOND
"""Nanoseconds after which keys check nothing, where they can't be had again."""

PAUSE: Final = 10 * _SECOND
"""Nanoseconds between two times that they are asked for."""


class Keys:
    """Those that `fetch` gets, which blocks and raises OperatorError; `issuer` is their issuer's name."""

    def __init__(
        self,
        issuer: str,
        fetch: Callable[[], bytes],
        log: FilteringBoundLogger,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._issuer = issuer
        self._fetch = fetch
        self._log = log
        self._clock = clock
        self._keys: tuple[Key, ...] = ()
        self._got: int | None = None
        self._asked: int | None = None
        self._one_at_a_time = asyncio.Lock()

    async def key(self, kid: object, algorithm: str) -> Key | None:
        """The key that a token means; None where there is none.

        Raises:
            RefusedError: a 503, where the keys can't be had.
        """
        # Who can do with old keys doesn't wait while somebody else gets new ones.
        if self._is_past(self._got, OLD) and not (self._keys and self._one_at_a_time.locked()):
            await self._renew()
        found = self._chosen(kid, algorithm)
        if found is None:
            await self._renew()
            found = self._chosen(kid, algorithm)
        return found

    def _chosen(self, kid: object, algorithm: str) -> Key | None:
        if self._is_past(self._got, TOO_OLD):
            raise undecided(f"the keys of the issuer `{self._issuer}` can't be had: try again")
        return chosen(self._keys, kid, algorithm)

    async def _renew(self) -> None:
        """Get the keys, unless they were asked for just now."""
        async with self._one_at_a_time:
            if not self._is_past(self._asked, PAUSE):
                return
            self._asked = self._clock()
            try:
                self._keys = keys_of(await asyncio.to_thread(self._fetch))
            except OperatorError as error:
                self._log.warning("keys of an issuer can't be had", issuer=self._issuer, error=str(error))
            else:
                self._got = self._clock()

    def _is_past(self, moment: int | None, length: int) -> bool:
        return moment is None or self._clock() - moment > length
