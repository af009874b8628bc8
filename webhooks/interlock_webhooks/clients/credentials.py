"""What a request shows of who sends it. Pure.

Where there is a header of our own, it counts: gateways that pass on the headers
of others have `authorization` taken. Else a certificate counts, and only of who
has none `authorization`. What counts has to be good: nothing else is tried.
"""

from collections.abc import Sequence
from typing import Final

from interlock_webhooks.clients.peer import Peer
from interlock_webhooks.clients.refusals import stranger
from interlock_webhooks.refusal import Header

OWN: Final = b"interlock-authorization"
"""The header that is for us, whatever else the request is for."""

USUAL: Final = b"authorization"

LONGEST_TOKEN: Final = 16 * 1024

_SCHEME: Final = b"bearer"


def bearer_token(headers: Sequence[Header], peer: Peer) -> str | None:
    """The token that counts; None where a certificate does, or nothing is shown.

    Raises:
        RefusedError: a 401, where what is shown is no bearer token (RFC 6750, section 2.1), or is shown twice.
    """
    for name in (OWN,) if peer.certificate else (OWN, USUAL):
        shown = [value for header, value in headers if header == name]
        if len(shown) > 1:
            raise stranger(f"`{name.decode()}` is sent twice: send it once")
        if shown:
            return _token(name, shown[0])
    return None


def unspent(headers: Sequence[Header], peer: Peer) -> list[Header]:
    """Those of `headers` that are not for us: what is shown to us is nobody else's business."""
    spent = (OWN,) if peer.certificate else (OWN, USUAL)
    return [header for header in headers if header[0] not in spent]


def _token(name: bytes, value: bytes) -> str:
    scheme, _, token = value.strip().partition(b" ")
    token = token.strip()
    if scheme.lower() != _SCHEME or not token or len(token) > LONGEST_TOKEN or not _is_visible(token):
        raise stranger(f"`{name.decode()}` holds no bearer token: send `Bearer TOKEN`")
    return token.decode("ascii")


def _is_visible(token: bytes) -> bool:
    return token.isascii() and token.decode("ascii").isprintable() and b" " not in token
