"""How a service is reached: its address, whom to trust, and what proves who asks."""

import ssl
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final, TypeAlias

import httpx2
import re2

from interlock.errors import OperatorError
from interlock.sdk.lengths import written
from interlock.spelling import quoted

WITHIN: Final = timedelta(seconds=10)
"""How long a call may take, unless somebody says otherwise."""

Token: TypeAlias = str | Callable[[], str]
"""A bearer token, or what gives the present one where tokens are renewed."""

_TOKEN: Final = re2.compile(r"[A-Za-z0-9\-._~+/]+=*")

LIMITS: Final = httpx2.Limits(max_connections=256, max_keepalive_connections=64, keepalive_expiry=30)


def base_url(url: str) -> str:
    """`url` without a slash at its end. Raises OperatorError."""
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, TypeError):
        parsed = httpx2.URL("")
    if parsed.userinfo:
        raise OperatorError("the URL of the service has a password in it: give a `token` instead")
    if parsed.scheme not in {"http", "https"} or not parsed.host or parsed.query or parsed.fragment:
        raise OperatorError(f"no service is at {quoted(str(url))}: give a URL such as `http://127.0.0.1:8080`")
    return url.rstrip("/")


def trust(tls: ssl.SSLContext | None) -> ssl.SSLContext | bool:
    """Whom to trust: what `tls` says, which may have a certificate of ours, or what the system trusts."""
    return True if tls is None else tls


def headers(token: Token | None) -> Mapping[str, str]:
    """What goes with each call. Raises OperatorError where the token is none, and does not show it."""
    fixed = {"content-type": "application/json", "accept-encoding": "identity"}
    if token is None:
        return fixed
    present = token if isinstance(token, str) else token()
    if not _TOKEN.fullmatch(present):
        raise OperatorError("the token can't be sent: it has to be of letters, digits and `-._~+/=` (RFC 6750)")
    return {**fixed, "authorization": f"Bearer {present}"}


def query(left: float) -> dict[str, str]:
    """What tells the service that so many seconds are left."""
    return {"timeout": written(timedelta(seconds=left))}


def is_plain(response: httpx2.Response) -> bool:
    """Whether the body is as it was written, so that none is larger than what comes over the wire."""
    return response.headers.get("content-encoding", "identity") == "identity"
