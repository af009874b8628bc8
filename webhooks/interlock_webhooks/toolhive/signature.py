"""Whether ToolHive signed a body, and not long ago. Pure.

Source: pkg/webhook/signing.go of stacklok/toolhive: the HMAC-SHA256 of the Unix
time, a full stop and the body as it is on the wire.
"""

import hashlib
import hmac
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from interlock.units import Instant
from interlock_webhooks.refusal import Header, RefusedError

SIGNATURE: Final = b"x-toolhive-signature"
TIMESTAMP: Final = b"x-toolhive-timestamp"

WINDOW: Final = 300
"""Seconds that a signature is good for, before and after."""

_PREFIX: Final = b"sha256="
_MOST_DIGITS: Final = 12
_SECOND: Final = 1_000


def check_signature(secret: bytes | None, headers: Sequence[Header], body: bytes, now: Instant) -> None:
    """Nothing where `body` is signed with `secret`, or where there is no secret and nobody signed.

    Raises:
        RefusedError: a 401 in every other case.
    """
    signature, timestamp = _only(headers, SIGNATURE), _only(headers, TIMESTAMP)
    if secret is None:
        if signature is None:
            return
        raise _refused("it is signed, and nobody knows the secret here: start with `--toolhive-secret`")
    if signature is None or timestamp is None:
        raise _refused("it is not signed: set `hmacSecretRef` in ToolHive")
    if not timestamp.isdigit() or len(timestamp) > _MOST_DIGITS:
        raise _refused("its time is no Unix time in seconds")
    expected = _PREFIX + hmac.new(secret, timestamp + b"." + body, hashlib.sha256).hexdigest().encode()
    if not hmac.compare_digest(expected, signature):
        raise _refused("the signature is not of this body with our secret")
    if abs(now // _SECOND - int(timestamp)) > WINDOW:
        raise _refused(f"it was signed more than {WINDOW} seconds ago, or ahead: set the clocks")


def _only(headers: Sequence[Header], name: bytes) -> bytes | None:
    """The value of the header `name`, if there is one and no other."""
    found = [value for each, value in headers if each == name]
    return found[0] if len(found) == 1 else None


def _refused(why: str) -> RefusedError:
    return RefusedError(HTTPStatus.UNAUTHORIZED, f"the webhook's signature: {why}")
