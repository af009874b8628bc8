"""JSON-RPC messages that clients of MCP send: from bytes to data that can be decided, and back. Pure.

A body that is not exactly one message is refused: batches went with revision
2025-06-18, and what two readers could read in two ways must not be passed on.
So whoever passes a message on sends what was read here, not what came.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from interlock.checks.case import folded
from interlock.errors import RequestError
from interlock.intents.bounds import check_bounds
from interlock.intents.mcp import DECIDED, GONE, HARMLESS
from interlock_webhooks import wire
from interlock_webhooks.mcp.errors import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    PARSE_ERROR,
    MessageId,
    RefusedMessageError,
)
from interlock_webhooks.text import quoted

STATELESS: Final = "2026-07-28"
"""The first revision without sessions, in which each request says its version and what its client can do."""

_MEMBERS: Final = {folded(word): word for word in ("jsonrpc", "id", "method", "params", "result", "error")}
_PARAMETERS: Final = {
    folded(word): word
    for word in (
        "name",
        "arguments",
        "uri",
        "ref",
        "taskId",
        "notifications",
        "inputResponses",
        "requestState",
        "_meta",
    )
}
_INSIDE: Final[Mapping[str, Mapping[str, str]]] = {
    "arguments": {},
    "ref": {word: word for word in ("type", "name", "uri")},
    "notifications": {"resourcesubscriptions": "resourceSubscriptions"},
}
"""What is decided of objects in `params`."""

_META: Final = "io.modelcontextprotocol/"
_ANY: Final = msgspec.json.Decoder[Any]()


class Message(Struct, frozen=True, kw_only=True):
    """One message of a client: a request has a method and an id, a notification a method, a response neither.

    `body` is all of it.
    """

    method: str | None
    id: MessageId
    params: dict[str, Any]
    body: dict[str, Any]

    @property
    def is_request(self) -> bool:
        """Whether somebody waits for an answer."""
        return self.method is not None and self.id is not None

    @property
    def is_harmless(self) -> bool:
        """Whether it goes on without anybody being asked: it touches nothing."""
        return not self.is_request or self.method in HARMLESS

    @property
    def is_decided(self) -> bool:
        """Whether policies are asked about it."""
        return self.is_request and self.method in DECIDED and not (self.is_stateless and self.method in GONE)

    @property
    def version(self) -> str | None:
        """The revision that it says it is of; None before `STATELESS`."""
        stated = self._meta("protocolVersion")
        return stated if isinstance(stated, str) else None

    @property
    def is_stateless(self) -> bool:
        """Whether it is of `STATELESS` or a later revision: those are dates."""
        return self.version is not None and self.version >= STATELESS

    @property
    def takes_forms(self) -> bool:
        """Whether its client says that it can ask its user with a form; naming no mode means that it can."""
        capabilities = self._meta("clientCapabilities")
        modes = capabilities.get("elicitation") if isinstance(capabilities, dict) else None
        return isinstance(modes, dict) and (not modes or "form" in modes)

    def with_params(self, params: dict[str, Any]) -> "Message":
        """The same message with other `params`."""
        return msgspec.structs.replace(self, params=params, body={**self.body, "params": params})

    def _meta(self, key: str) -> Any:  # noqa: ANN401 - raw JSON
        meta = self.params.get("_meta")
        return meta.get(_META + key) if isinstance(meta, dict) else None


def decode(body: bytes) -> Message:
    """The one message in `body`.

    Raises:
        RefusedMessageError: it is not exactly one message of JSON-RPC 2.0.
    """
    try:
        value = wire.decode(body, _ANY)
    except RequestError as error:
        raise RefusedMessageError(PARSE_ERROR, str(error)) from None
    return message_of(value)


def message_of(value: object) -> Message:
    """The message that `value` is, JSON from a client.

    Raises:
        RefusedMessageError: it is none of JSON-RPC 2.0.
    """
    if isinstance(value, list):
        raise RefusedMessageError(INVALID_REQUEST, "batches are not supported: send each message by itself")
    if not isinstance(value, dict):
        raise RefusedMessageError(INVALID_REQUEST, "a message is an object")
    message_id = _id_of(value)
    _check_case(value, _MEMBERS, message_id)
    if value.get("jsonrpc") != "2.0":
        raise RefusedMessageError(INVALID_REQUEST, '`jsonrpc`: must be "2.0"', message_id)
    if "method" not in value:
        return _response(value, message_id)
    method, params = value["method"], value.get("params", {})
    if not isinstance(method, str):
        raise RefusedMessageError(INVALID_REQUEST, "`method`: must be a text", message_id)
    if not isinstance(params, dict):
        raise RefusedMessageError(INVALID_PARAMS, "`params`: must be an object", message_id)
    _check_case(params, _PARAMETERS, message_id)
    for key, words in _INSIDE.items():
        inside = params.get(key)
        _check_case(inside if isinstance(inside, dict) else {}, words, message_id)
    if message_id is None and not method.startswith("notifications/"):
        raise RefusedMessageError(INVALID_REQUEST, "`id`: a request has one, a text or a whole number")
    try:
        check_bounds(value)
    except RequestError as error:
        raise RefusedMessageError(INVALID_REQUEST, str(error), message_id) from None
    return Message(method=method, id=message_id, params=params, body=value)


def encode(message: dict[str, Any]) -> bytes:
    """The bytes of `message`."""
    return wire.encode(message)


def _response(value: dict[str, Any], message_id: MessageId) -> Message:
    """What a client answers to a server, which revisions before `STATELESS` let it."""
    if message_id is None or ("result" in value) is ("error" in value):
        raise RefusedMessageError(INVALID_REQUEST, "a message has a `method`, or answers to one", message_id)
    return Message(method=None, id=message_id, params={}, body=value)


def _check_case(value: Mapping[str, Any], words: Mapping[str, str], message_id: MessageId) -> None:
    """Nothing, where who tells no letter case reads the same in `value`; `words` are by their folded forms.

    Some servers take `Method` for `method`: whoever could write both could have one decided and the other done.
    """
    seen: set[str] = set()
    for key in value:
        plain = folded(key)
        if plain in seen or words.get(plain, key) != key:
            text = (
                f"{quoted(key)}: is something else for those who tell no letter case: write it once, as it is"
            )
            raise RefusedMessageError(INVALID_REQUEST, text, message_id)
        seen.add(plain)


def _id_of(value: dict[str, Any]) -> MessageId:
    """The id of a request or a response; None where there is none.

    Raises:
        RefusedMessageError: what is there is no id.
    """
    if "id" not in value:
        return None
    match value["id"]:
        case str() as text:
            return text
        case int() as number if not isinstance(number, bool):
            return number
        case _:
            raise RefusedMessageError(INVALID_REQUEST, "`id`: must be a text or a whole number")
