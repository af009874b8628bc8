"""Who a request is from, by one roster.

What costs nothing is tried first. Tokens of others are remembered for a short
while, good and bad, and whoever keeps showing bad ones has to wait.
"""

import hashlib
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from msgspec import Struct

from interlock_webhooks.clients.client import Client
from interlock_webhooks.clients.credentials import bearer_token
from interlock_webhooks.clients.memory import Failures, Memory
from interlock_webhooks.clients.peer import Peer
from interlock_webhooks.clients.refusals import nameless, stranger, too_often
from interlock_webhooks.clients.reviews import TokenReviews
from interlock_webhooks.clients.roster import Roster
from interlock_webhooks.clients.tokenissuer import TokenIssuer, unverified
from interlock_webhooks.clients.tokens import is_token
from interlock_webhooks.refusal import Header, RefusedError

_SECOND: Final = 1_000_000_000

GOOD: Final = 60 * _SECOND
"""Nanoseconds for which a token stays good that was found to be."""

KNOWN: Final = 3_600 * _SECOND
"""Nanoseconds for which it is remembered that a token was good once."""

BAD: Final = 10 * _SECOND
"""Nanoseconds for which a token stays bad that was found to be."""


class _Known(Struct, frozen=True):
    """The client that a token was found to name, which may be believed until a nanosecond."""

    client: Client
    until: int


class Recognition:
    """Recognises the clients of `roster`, by tokens of `issuers`, each under its URL, and of a cluster's."""

    def __init__(
        self,
        roster: Roster,
        issuers: Mapping[str, TokenIssuer],
        reviews: TokenReviews | None,
        failures: Failures,
    ) -> None:
        self._roster = roster
        self._issuers = issuers
        self._reviews = reviews
        self._failures = failures
        self._known = Memory[_Known]()
        self._bad = Memory[str]()

    async def client_of(self, headers: Sequence[Header], peer: Peer) -> Client:
        """The client that sends `headers` from `peer`. Raises RefusedError."""
        token = bearer_token(headers, peer)
        if token is not None:
            if is_token(token):
                return self._roster.by_token(token)
            if not self._issuers and self._reviews is None:
                raise stranger("no client has this token")
            return await self._foreign(token, peer)
        if peer.certificate is None:
            raise nameless()
        return self._roster.by_certificate(peer.certificate, int(time.time()))

    async def _foreign(self, token: str, peer: Peer) -> Client:
        """The client that a token names which somebody else made."""
        key, now = hashlib.sha256(token.encode()).digest(), time.monotonic_ns()
        known = self._known.get(key, now)
        if known is not None and now < known.until:
            return known.client
        if (refused := self._bad.get(key, now)) is not None:
            raise stranger(refused)
        # Whoever was known doesn't suffer from others behind the same address.
        if known is None and (wait := self._failures.wait(peer.address, now)):
            raise too_often("this address, which showed bad tokens,", wait)
        try:
            client, length = await self._named(token)
        except RefusedError as error:
            if error.status is HTTPStatus.UNAUTHORIZED:
                self._failures.note(peer.address, now)
                self._bad.keep(key, str(error), now + BAD)
            raise
        self._known.keep(key, _Known(client, now + length), now + KNOWN)
        return client

    async def _named(self, token: str) -> tuple[Client, int]:
        """The client that `token` names, and for how many nanoseconds that may be believed."""
        says = unverified(token) if self._issuers else None
        issuer = self._issuers.get(says.issuer) if says is not None else None
        if issuer is not None and says is not None:
            claims = await issuer.claims_of(token, says)
            return self._roster.by_claims(issuer.settings.name, claims), lasts(claims, time.time_ns())
        if self._reviews is None:
            raise stranger("no client has this token")
        return self._roster.by_user(await self._reviews.user_of(token)), GOOD


def lasts(claims: Mapping[str, Any], now: int) -> int:
    """For how many nanoseconds from `now`, in Unix time, claims may be believed: not beyond their end."""
    return max(0, min(GOOD, int(claims["exp"]) * _SECOND - now))
