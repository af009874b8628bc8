"""What the service says of denials and approvals, signed, so that it knows it again.

JSON Web Signatures (RFC 7515) by one key, which anybody may check them with
(RFC 7517). Each sort of token says which it is, so none is taken for another.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from interlock.units import Instant

_ALGORITHM: Final = "ES256"
LONGEST: Final = 64 * 1024
"""Characters of a token that is read."""


class Sort(StrEnum):
    """What a token is about, as its `typ`."""

    DENIAL = "interlock-denial+jwt"
    APPROVAL = "interlock-approval+jwt"


class BrokenTokenError(Exception):
    """It isn't ours, or not of this sort, or its time is over; `is_old` says that it is only that."""

    def __init__(self, *, is_old: bool) -> None:
        self.is_old = is_old
        super().__init__()


class Signer:
    """Signs for the decision point at `url`, and knows what it signed."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, url: str) -> None:
        self._key = key
        self._url = url
        self._id = sha256(json.dumps(self._public(), sort_keys=True).encode()).hexdigest()[:16]

    def signed(self, sort: Sort, claims: Mapping[str, Any], now: Instant, until: Instant) -> str:
        """A token of this sort that holds until then."""
        whole = {
            **claims,
            "iss": self._url,
            "aud": self._url,
            "iat": now // 1000,
            # Never longer than it was said to.
            "exp": until // 1000,
        }
        return jwt.encode(whole, self._key, _ALGORITHM, headers={"kid": self._id, "typ": sort.value})

    def read(self, sort: Sort, token: str, now: Instant) -> dict[str, Any]:
        """The claims of `token`, which this signer signed, and which holds at `now`.

        Raises:
            BrokenTokenError: it is no such token.
        """
        try:
            if len(token) > LONGEST or jwt.get_unverified_header(token).get("typ") != sort.value:
                raise BrokenTokenError(is_old=False)
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key.public_key(),
                [_ALGORITHM],
                audience=self._url,
                issuer=self._url,
                # The time that decisions are made for, and not another one.
                options={"verify_exp": False, "verify_iat": False, "require": ["exp", "iat", "iss", "aud"]},
            )
        except jwt.PyJWTError:
            raise BrokenTokenError(is_old=False) from None
        if not isinstance(claims["exp"], int) or now >= claims["exp"] * 1000:
            raise BrokenTokenError(is_old=True)
        return claims

    def keys(self) -> dict[str, Any]:
        """The JWK Set that others check tokens with."""
        return {"keys": [{**self._public(), "kid": self._id, "use": "sig", "alg": _ALGORITHM}]}

    def _public(self) -> dict[str, str]:
        numbers = self._key.public_key().public_numbers()
        return {"kty": "EC", "crv": "P-256", "x": _coordinate(numbers.x), "y": _coordinate(numbers.y)}


def key_in(pem: bytes) -> ec.EllipticCurvePrivateKey:
    """The private key in `pem`. Raises ValueError."""
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 key")  # noqa: TRY004 - whoever wrote the file has to mend it
    return key


def new_key() -> bytes:
    """A private key, PEM."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


def _coordinate(number: int) -> str:
    """RFC 7518, section 6.2.1.2: 32 bytes for this curve."""
    return urlsafe_b64encode(number.to_bytes(32)).rstrip(b"=").decode()
