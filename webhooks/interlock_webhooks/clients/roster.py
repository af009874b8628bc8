"""The clients of one document, and which of them something shows. Pure.

What is shown never means two clients: where a document lets it, nobody is let in.
"""

import hmac
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from interlock_webhooks.clients.client import Client
from interlock_webhooks.clients.globs import Globs
from interlock_webhooks.clients.peer import Certificate
from interlock_webhooks.clients.refusals import stranger
from interlock_webhooks.clients.tokens import digest_of

_INDEXED = 16


class Named(Struct, frozen=True):
    """A client that certificates name."""

    client: Client
    uris: Globs
    dns_names: Globs


class Claimed(Struct, frozen=True):
    """A client that tokens of `issuer` name which make all `claims`."""

    client: Client
    issuer: str
    claims: Mapping[str, Globs]


class Reviewed(Struct, frozen=True):
    """A client that is one of `users` of a cluster."""

    client: Client
    users: Globs


class IssuerSettings(Struct, frozen=True, kw_only=True):
    """An issuer of tokens, as its shape has it; files are paths that lead there from anywhere."""

    name: str
    url: str
    audiences: tuple[str, ...]
    algorithms: tuple[str, ...]
    keys_url: str | None
    keys_file: str | None
    authority_file: str | None


class Roster(Struct, frozen=True, kw_only=True):
    """Who is recognised by what; `digests` are those of tokens, each with its client, by their first digits."""

    digests: Mapping[str, tuple[tuple[str, Client], ...]]
    named: tuple[Named, ...]
    claimed: tuple[Claimed, ...]
    reviewed: tuple[Reviewed, ...]
    issuers: tuple[IssuerSettings, ...]
    audiences: tuple[str, ...]

    def by_token(self, token: str) -> Client:
        """The client that has `token`, which is one of our own. Raises RefusedError.

        How long the look-up takes tells of the digest of what was sent, which
        leads to no token; the digests themselves are compared in constant time.
        """
        sent = digest_of(token)
        listed = self.digests.get(indexed(sent), ())
        return _only((client for digest, client in listed if hmac.compare_digest(digest, sent)), "this token")

    def by_certificate(self, certificate: Certificate, now: int) -> Client:
        """The client that `certificate` names at the Unix second `now`. Raises RefusedError."""
        if now >= certificate.ends:
            raise stranger("the client certificate has ended: connect with a new one")
        found = (
            each.client
            for each in self.named
            if any(map(each.uris.mean, certificate.uris))
            or any(map(each.dns_names.mean, certificate.dns_names))
        )
        return _only(found, "this client certificate")

    def by_claims(self, issuer: str, claims: Mapping[str, Any]) -> Client:
        """The client that a token of `issuer` names, which makes `claims`. Raises RefusedError."""
        found = (
            each.client
            for each in self.claimed
            if each.issuer == issuer
            and all(_makes(claims.get(claim), globs) for claim, globs in each.claims.items())
        )
        return _only(found, "this token's claims")

    def by_user(self, user: str) -> Client:
        """The client that is `user` of the cluster. Raises RefusedError."""
        return _only((each.client for each in self.reviewed if each.users.mean(user)), "this token's user")


def indexed(digest: str) -> str:
    """Where `digest` is listed."""
    return digest[:_INDEXED]


def _makes(claim: object, globs: Globs) -> bool:
    """Whether `claim`, a text or a list with texts, is one of `globs`; nothing else is."""
    stated = claim if isinstance(claim, list) else [claim]
    return any(isinstance(each, str) and globs.mean(each) for each in stated)


def _only(found: Iterable[Client], what: str) -> Client:
    """The one client of `found`; several ways to the same one are one."""
    clients = {client.name: client for client in found}
    if not clients:
        raise stranger(f"no client has {what}")
    if len(clients) > 1:
        raise stranger(f"more than one client has {what}: whoever runs the service has to tell them apart")
    return next(iter(clients.values()))
