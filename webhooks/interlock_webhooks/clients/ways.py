"""Collects the ways to recognise clients. Pure."""

from collections import defaultdict

from interlock_webhooks.clients.client import Client
from interlock_webhooks.clients.document import WayShape
from interlock_webhooks.clients.globs import Globs
from interlock_webhooks.clients.roster import Claimed, IssuerSettings, Named, Reviewed, Roster, indexed


class Ways:
    """Those of all clients of a document."""

    def __init__(self) -> None:
        self._digests: dict[str, list[tuple[str, Client]]] = defaultdict(list)
        self._named: list[Named] = []
        self._claimed: list[Claimed] = []
        self._reviewed: list[Reviewed] = []

    def add(self, client: Client, way: WayShape) -> None:
        """Let `client` be recognised by `way`."""
        if way.token is not None:
            self._digests[indexed(way.token.digest)].append((way.token.digest, client))
        if way.certificate is not None:
            # Names of hosts are the same in any letter case (RFC 4343).
            dns_names = Globs.of(name.lower() for name in way.certificate.dns_names)
            self._named.append(Named(client, Globs.of(way.certificate.uris), dns_names))
        if way.jwt is not None:
            claims = {claim: Globs.of(patterns) for claim, patterns in way.jwt.claims.items()}
            self._claimed.append(Claimed(client, way.jwt.issuer, claims))
        if way.token_review is not None:
            self._reviewed.append(Reviewed(client, Globs.of(way.token_review.users)))

    def roster(self, issuers: tuple[IssuerSettings, ...], audiences: tuple[str, ...]) -> Roster:
        """The roster of all that were added."""
        return Roster(
            digests={digits: tuple(listed) for digits, listed in self._digests.items()},
            named=tuple(self._named),
            claimed=tuple(self._claimed),
            reviewed=tuple(self._reviewed),
            issuers=issuers,
            audiences=audiences,
        )
