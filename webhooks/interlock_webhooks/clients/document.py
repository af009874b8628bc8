"""The document kind Clients: who may call the check listener, how each is recognised, and what it may do.

It belongs to the service, not to policies: no decision and no digest of a
policy set depends on it. What takes two fields to tell is checked by who reads it.
"""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from interlock.loading.kinds.common import (
    MOST_ITEMS,
    AtLeastOne,
    DigestText,
    Envelope,
    Many,
    Metadata,
    Name,
    Shape,
    Text,
    broken_rule,
)
from interlock_webhooks.hot import MAX_BODY

Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
]  # fmt: skip
"""Signatures by a key pair (RFC 7518, RFC 8037): whoever can check them can't make them."""

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_usable = bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment)
    except ValueError:
        raise broken_rule("must be a URL, such as `https://login.example.com`") from None
    if not is_usable or parts.username is not None:
        raise broken_rule(
            "must be a URL without a user, query or fragment, such as `https://login.example.com`"
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
        raise broken_rule("must be an `https` URL: whoever could change keys on the way could be every client")
    return text


Url = Annotated[str, Field(max_length=2048), AfterValidator(_url)]
Pattern = Annotated[Text, Field(max_length=2048)]
"""A text in which `*` stands for any characters."""


class IssuerShape(Shape):
    """Who signs JSON Web Tokens that say who a client is."""

    name: Name
    """What ways to recognise clients call it."""

    url: Url
    """The issuer, exactly as its tokens have it in `iss`."""

    audiences: AtLeastOne[Text]
    """Whom its tokens have to be for: one of these stands in `aud`."""

    algorithms: AtLeastOne[Algorithm] = ("RS256", "ES256")
    """What its tokens may be signed with. Default: RS256 and ES256."""

    keys_url: Url | None = None
    """Where its keys are. Default: where its discovery document says."""

    keys_file: Text | None = None
    """The file that has its keys, in place of a URL: a JSON Web Key Set."""

    authority_file: Text | None = None
    """The certificates, PEM, that its server's is signed by. Default: those that this machine trusts."""


class TokenReviewShape(Shape):
    """How the API server is asked whose a token is."""

    audiences: AtLeastOne[Text] = ("interlock",)
    """Whom tokens have to be for. Default: `interlock`, so that no token for the API server is sent around."""


class CertificateWay(Shape):
    """By a client certificate that `--client-ca` verifies."""

    uris: Many[Pattern] = ()
    """URIs of its subject alternative name, such as SPIFFE IDs."""

    dns_names: Many[Pattern] = ()
    """DNS names of its subject alternative name."""


class TokenWay(Shape):
    """By a token that `interlock clients token` made."""

    digest: DigestText
    """The digest of the token. Nobody but the client has the token itself."""


class JwtWay(Shape):
    """By a JSON Web Token of an issuer."""

    issuer: Name
    """The name of the issuer."""

    claims: Annotated[dict[str, AtLeastOne[Pattern]], Field(min_length=1, max_length=MOST_ITEMS)]
    """Claims that have to be there: each a text, or a list of texts, of which one is meant."""


class TokenReviewWay(Shape):
    """By a token of a Kubernetes cluster, which its API server is asked about."""

    users: AtLeastOne[Pattern]
    """Names of users, such as `system:serviceaccount:gateways:*`."""


class WayShape(Shape):
    """One way to recognise a client: exactly one of these."""

    certificate: CertificateWay | None = None
    """By a client certificate."""

    token: TokenWay | None = None
    """By a token of its own."""

    jwt: JwtWay | None = None
    """By a JSON Web Token."""

    token_review: TokenReviewWay | None = None
    """By a token of a Kubernetes cluster."""


class PrincipalsShape(Shape):
    """The principals that a client may speak for."""

    ids: AtLeastOne[Pattern]
    """Their ids."""

    types: AtLeastOne[Pattern] = ("*",)
    """Their types. Default: all."""

    groups: Many[Pattern] = ()
    """The groups that they may be said to be in. Default: none."""

    claims: Many[Pattern] = ()
    """The names of claims that may be made of them. Default: none."""


class AttributionScope(Shape):
    """The values of each dimension that a client may speak for; none of one that is left out."""

    organization: Many[Pattern] = ()
    """Organizations."""

    team: Many[Pattern] = ()
    """Teams."""

    project: Many[Pattern] = ()
    """Projects."""

    use_case: Many[Pattern] = ()
    """Use cases."""

    environment: Many[Pattern] = ()
    """Environments."""

    cost_center: Many[Pattern] = ()
    """Cost centers."""


class SpeakForShape(Shape):
    """Of whom a client may speak. What is left out may not be stated; what is named has to be."""

    principals: PrincipalsShape | None = None
    """Principals. Default: none."""

    agents: Many[Pattern] = ()
    """Names of agents. Default: none."""

    attribution: AttributionScope = AttributionScope()
    """Who answers and pays. Default: nobody."""


class RateShape(Shape):
    """How often a client may ask."""

    per_second: Annotated[int, Field(ge=1, le=1_000_000)]
    """Requests in a second."""

    burst: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """Requests at once, after a time with fewer. Default: those of a second."""


class MayShape(Shape):
    """What a client may do."""

    call: AtLeastOne[Text]
    """The endpoints that it may call, or `*` for all."""

    speak_for: SpeakForShape = SpeakForShape()
    """Of whom it may speak. Default: nobody."""

    rate: RateShape | None = None
    """How often it may ask. Default: as often as it can."""

    max_body: Annotated[int, Field(ge=1, le=MAX_BODY)] | None = None
    """Bytes of a request's body, or of a message over gRPC. Default: what the listener takes."""


class ClientShape(Shape):
    """One client."""

    name: Name
    """What it is called in logs, and in what it is refused with."""

    recognized_by: AtLeastOne[WayShape]
    """How it is recognised: each of these is enough."""

    may: MayShape
    """What it may do."""


class ClientsSpec(Shape):
    """Who may call."""

    issuers: Many[IssuerShape] = ()
    """Who signs JSON Web Tokens."""

    token_review: TokenReviewShape = TokenReviewShape()
    """How the API server of a Kubernetes cluster is asked."""

    clients: Many[ClientShape]
    """The clients. Nobody else may call anything but the probes."""


class ClientsDocument(Envelope[Metadata]):
    """Who may call the check listener."""

    kind: Literal["Clients"]
    """The kind of document."""

    spec: ClientsSpec
    """Who may call."""
