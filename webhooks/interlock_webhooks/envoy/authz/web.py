"""External authorization over HTTP: the request that is asked about is sent on, below a prefix. Pure.

What a proxy may take for an allowance is a 200 alone.
"""

from collections.abc import Sequence
from typing import Final

from interlock.errors import RequestError
from interlock_webhooks.envoy.authz.codec import is_partial, text_of
from interlock_webhooks.envoy.authz.context import HEADER, Context, decode_context
from interlock_webhooks.envoy.authz.original import Original
from interlock_webhooks.envoy.outcome import Outcome
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.refusal import Header

PREFIX: Final = "/ext-authz"
"""What Envoy puts before the path (`path_prefix`)."""

_NOTHING: Final = b"text/plain"
_JSON: Final = b"application/json"
_REMOVE: Final = "x-envoy-auth-headers-to-remove"
"""The header in which Envoy is told which headers of the client not to pass on."""


def read(request: Request) -> tuple[Original, Context]:
    """The request that is asked about, and what the proxy's configuration says of it. Raises RequestError."""
    headers = _joined(request.headers)
    stated = headers.get(HEADER)
    if stated is None:
        # Where the proxy did not set it for every request, whoever calls could.
        raise RequestError(
            f"`{HEADER}` is missing: have the proxy set it always (`headers_to_add`), to `{{}}` at least"
        )
    query = f"?{request.query.decode('latin-1')}" if request.query else ""
    original = Original(
        method=request.method,
        path=request.path.removeprefix(PREFIX) + query,
        host=headers.get("host", ""),
        headers=headers,
        body=request.body,
        is_partial=is_partial(headers),
    )
    return original, decode_context(stated)


def answered(outcome: Outcome) -> Answer:
    """The answer that has `outcome` done."""
    headers = dict(outcome.headers)
    if outcome.passes:
        headers[_REMOVE] = ",".join(outcome.stripped)
    sent = tuple([(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()])
    return Answer(outcome.body, outcome.status, sent, _NOTHING if outcome.passes else _JSON)


def _joined(headers: Sequence[Header]) -> dict[str, str]:
    """The headers by name; what is sent several times is one list (RFC 9110, section 5.3)."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1"), text_of(value)
        joined[key] = f"{joined[key]},{text}" if key in joined else text
    return joined
