"""Tokens of one issuer: whether they are good, and what they claim (RFC 7519, RFC 8725)."""

from typing import Any, Final

import jwt
from msgspec import Struct

from interlock_webhooks.clients.keys import Keys
from interlock_webhooks.clients.refusals import stranger
from interlock_webhooks.clients.roster import IssuerSettings

LEEWAY: Final = 30
"""Seconds by which clocks may differ."""

_REQUIRED: Final = ("exp", "iss", "aud")
# What a token that somebody crafted makes a reader of JSON, of numbers and of times raise.
_BROKEN: Final = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)

_WHY: Final[tuple[tuple[type[Exception], str], ...]] = (
    (jwt.ExpiredSignatureError, "has expired: get a new one"),
    (jwt.ImmatureSignatureError, "is not valid yet"),
    (jwt.InvalidAudienceError, "is for somebody else: get one for an audience that the service takes"),
    (jwt.InvalidAlgorithmError, "is signed with an algorithm that its issuer may not use"),
)


class Unverified(Struct, frozen=True):
    """What a token says of itself: nothing that counts before its signature is checked."""

    issuer: str
    algorithm: str
    kid: object


def unverified(token: str) -> Unverified | None:
    """What `token` says of itself; None where it is no JSON Web Token of any issuer.

    One that has critical extensions is none, as the library knows none of them (RFC 7515, section 4.1.11).
    """
    try:
        found = jwt.decode_complete(token, options={"verify_signature": False})
        issuer, algorithm = found["payload"].get("iss"), found["header"].get("alg")
    except _BROKEN:
        return None
    if not isinstance(issuer, str) or not isinstance(algorithm, str):
        return None
    return Unverified(issuer, algorithm, found["header"].get("kid"))


class TokenIssuer:
    """Checks what one issuer signs."""

    def __init__(self, settings: IssuerSettings, keys: Keys) -> None:
        self.settings = settings
        self._keys = keys

    async def claims_of(self, token: str, says: Unverified) -> dict[str, Any]:
        """What `token`, which `says` that of itself, claims.

        Raises:
            RefusedError: it is not good (401), or nobody can tell, since there are no keys (503).
        """
        if says.algorithm not in self.settings.algorithms:
            raise _bad(jwt.InvalidAlgorithmError())
        key = await self._keys.key(says.kid, says.algorithm)
        if key is None:
            raise stranger("the token is signed with a key that its issuer doesn't have")
        try:
            return jwt.decode(
                token,
                key.public,
                algorithms=[says.algorithm],
                audience=self.settings.audiences,
                issuer=self.settings.url,
                leeway=LEEWAY,
                options={"require": list(_REQUIRED)},
            )
        except _BROKEN as error:
            raise _bad(error) from None


def _bad(error: Exception) -> Exception:
    why = next((said for kind, said in _WHY if isinstance(error, kind)), "is not good")
    return stranger(f"the token {why}")
