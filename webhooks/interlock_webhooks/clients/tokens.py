"""Bearer tokens of our own making, of which only the digest is kept.

A token is `interlock_` and 256 random bits. Nobody guesses those, nor finds
them from their SHA-256: a slow hash protects passwords that people choose, and
would only make each request slow here. Texts of another form are never looked
up, so that the digest of a password that somebody chose lets nobody in.
"""

import hashlib
import secrets
from typing import Final

PREFIX: Final = "interlock_"
"""What tokens begin with, so that scanners for secrets find them."""

_BYTES: Final = 32
_LENGTH: Final = len(PREFIX) + 43
_LETTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def new_token() -> str:
    """A token that nobody has had."""
    return f"{PREFIX}{secrets.token_urlsafe(_BYTES)}"


def is_token(text: str) -> bool:
    """Whether `text` has the form of a token."""
    return len(text) == _LENGTH and text.startswith(PREFIX) and _LETTERS.issuperset(text[len(PREFIX) :])


def digest_of(token: str) -> str:
    """What is kept of `token`: `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(token.encode()).hexdigest()}"
