"""What a person was asked, sealed so that nobody else can have made it, and read again. Reads the clock."""

import time
from typing import Any, Final

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from msgspec import Struct

from interlock.identity import Digest

LIFETIME: Final = 10 * 60
"""Seconds that a person has to answer. Keys of checks are remembered for longer, so none counts twice."""

_PREFIX: Final = "interlock."
_LONGEST: Final = 1024 * 1024


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person was asked: whether this very request may go on, by these policies.

    `request` is the digest of who asks for what, `claims` what an approval makes
    of the principal, `approver` who is at the client as the gateway knows them,
    and `nonce` what makes each question another one. `inner` is what the server
    behind us had the client send along.
    """

    request: Digest
    policy_set: str
    claims: list[str]
    approver: str
    nonce: str
    inner: dict[str, Any]


class BrokenSealError(Exception):
    """What was sent as a sealed question is none of ours, or too old."""


class Seal:
    """Seals with `key`, 32 bytes in URL-safe Base64, or with one that dies with the process."""

    def __init__(self, key: bytes | None = None) -> None:
        self._fernet = Fernet(Fernet.generate_key() if key is None else key)

    def sealed(self, question: Question) -> str:
        """`question` as `requestState`: nobody else can read or change it."""
        now = int(time.time())
        return _PREFIX + self._fernet.encrypt_at_time(msgspec.json.encode(question), now).decode()

    def opened(self, state: str) -> Question:
        """The question that `state` is.

        Raises:
            BrokenSealError: it is none that this key sealed, or its time is over.
        """
        if len(state) > _LONGEST:
            raise BrokenSealError
        token = state.removeprefix(_PREFIX).encode()
        try:
            plain = self._fernet.decrypt_at_time(token, LIFETIME, int(time.time()))
            return msgspec.json.decode(plain, type=Question)
        except (InvalidToken, msgspec.MsgspecError):
            raise BrokenSealError from None


def is_ours(state: object) -> bool:
    """Whether `state` claims to be sealed here; what servers behind us have clients send does not."""
    return isinstance(state, str) and state.startswith(_PREFIX)
