"""What is stated of callers beside a body that has no place for it, in the words of the check API. Pure.

Gateways that speak protocols of their own know less than `caller` of the check
API can say. Who runs one states the rest where it can be configured: in the
header `interlock-caller`, or in the parameter `caller` of the URL that it calls.
"""

from collections.abc import Mapping
from typing import Any, Final, cast
from urllib.parse import parse_qsl

import msgspec

from interlock.errors import RequestError
from interlock.intents.caller import Caller
from interlock_webhooks import wire
from interlock_webhooks.exchange import Request

CALLER: Final = b"interlock-caller"
"""The header that holds a `caller`."""

CHAT: Final = b"interlock-chat"
"""The header that holds what the body of a chat has beside its messages."""

_PARAMETER: Final = "caller"
_MOST_PARAMETERS: Final = 16
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])


def caller_of(request: Request, known: Mapping[str, Any]) -> Caller:
    """The caller that a protocol makes `known`, with what is stated beside `request` put over it.

    Raises:
        RequestError: what is stated is no object.
    """
    caller = dict(known)
    for stated in (stated_in(request, CALLER), _in_query(request.query)):
        for part, value in stated.items():
            below = caller.get(part)
            caller[part] = {**below, **value} if isinstance(below, dict) and isinstance(value, dict) else value
    # Its parts are the extractors' to check, as those of the check API are.
    return cast("Caller", caller)


def stated_in(request: Request, header: bytes) -> dict[str, Any]:
    """The object in `header`, empty where there is none. Raises RequestError."""
    return _only([value for name, value in request.headers if name == header], f"header `{header.decode()}`")


def _in_query(query: bytes) -> dict[str, Any]:
    try:
        found = parse_qsl(query.decode("ascii"), errors="strict", max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise RequestError("the query of the URL can't be read: send few parameters, percent-encoded") from None
    return _only([value.encode() for name, value in found if name == _PARAMETER], f"parameter `{_PARAMETER}`")


def _only(given: list[bytes], what: str) -> dict[str, Any]:
    if len(given) > 1:
        raise RequestError(f"the {what} is sent twice: send it once")
    if not given:
        return {}
    try:
        return wire.decode(given[0], _OBJECT)
    except RequestError:
        raise RequestError(
            f'the {what} holds no JSON object: send `{{"principal": {{"id": "..."}}}}`'
        ) from None
