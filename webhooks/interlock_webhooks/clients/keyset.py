"""The keys of an issuer: which of them checks a signature. Pure.

Keys that could make what they check, and keys of other uses, are left out: of
a public key nobody can make a signature, whatever a token calls its algorithm.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from msgspec import Struct

from interlock.errors import OperatorError

MOST_KEYS: Final = 100

_RSA_BITS: Final = range(2048, 8192 + 1)
# RFC 7518, section 3.4: each algorithm has its curve.
_CURVES: Final = {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1"}
_TYPES: Final = ("RSA", "EC", "OKP")
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class Key(Struct, frozen=True):
    """A public key; `kid` and `algorithm` are None where its issuer doesn't say."""

    kid: str | None
    algorithm: str | None
    public: Any

    def checks(self, algorithm: str) -> bool:
        """Whether signatures of `algorithm` are checked with it."""
        if self.algorithm not in {None, algorithm}:
            return False
        match self.public:
            case RSAPublicKey():
                return algorithm[:2] in {"RS", "PS"} and self.public.key_size in _RSA_BITS
            case EllipticCurvePublicKey():
                return _CURVES.get(algorithm) == self.public.curve.name
            case Ed25519PublicKey() | Ed448PublicKey():
                return algorithm == "EdDSA"
            case _:
                return False


def chosen(keys: Iterable[Key], kid: object, algorithm: str) -> Key | None:
    """The one of `keys` that a token means by `kid`; without one, there has to be only one that fits."""
    found = [key for key in keys if key.checks(algorithm) and (kid is None or key.kid == kid)]
    return found[0] if len(found) == 1 else None


def keys_of(body: bytes) -> tuple[Key, ...]:
    """The usable keys of `body`, a JSON Web Key Set (RFC 7517, section 5). Raises OperatorError."""
    try:
        listed = msgspec.json.decode(body, type=dict[str, Any])["keys"]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError):
        raise OperatorError("what is there is no JSON Web Key Set") from None
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise OperatorError(f"what is there is no list of {MOST_KEYS} keys at most")
    found = (_key(each) for each in listed if isinstance(each, dict))
    return tuple(key for key in found if key is not None)


def _key(listed: Mapping[str, Any]) -> Key | None:
    """The public key of `listed`; None where it is none, or is for something else."""
    operations = listed.get("key_ops", ["verify"])
    is_for_signatures = isinstance(operations, list) and "verify" in operations
    if (
        not is_for_signatures
        or listed.get("use", "sig") != "sig"
        or listed.get("kty") not in {"RSA", "EC", "OKP"}
    ):
        return None
    kid, algorithm = listed.get("kid"), listed.get("alg")
    try:
        public = jwt.PyJWK({name: each for name, each in listed.items() if name not in _PRIVATE}).key
    except Exception:  # noqa: BLE001 - a key that can't be read is no key, whatever is wrong with it
        return None
    return Key(kid if isinstance(kid, str) else None, algorithm if isinstance(algorithm, str) else None, public)
