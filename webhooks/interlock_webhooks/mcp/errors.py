"""JSON-RPC errors of the Model Context Protocol, and what is sent back in a server's place. Pure."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from msgspec import Struct

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
INTERNAL_ERROR: Final = -32603
HEADER_MISMATCH: Final = -32020
"""Revision 2026-07-28, basic/index, "Error Codes"."""

MessageId: TypeAlias = str | int | None


class Refusal(Struct, frozen=True, kw_only=True):
    """What goes back to the client: a JSON-RPC message, and the HTTP status that goes with it."""

    status: HTTPStatus
    message: dict[str, Any]


class RefusedMessageError(Exception):
    """A message that is no request of MCP, or that its headers contradict: never passed on."""

    def __init__(self, code: int, message: str, message_id: MessageId = None) -> None:
        super().__init__(message)
        self.code = code
        self.message_id = message_id

    @property
    def refusal(self) -> Refusal:
        """What goes back, always as HTTP 400 (Streamable HTTP, "Server Validation")."""
        message = error(self.code, str(self), self.message_id)
        return Refusal(status=HTTPStatus.BAD_REQUEST, message=message)


def error(
    code: int, message: str, message_id: MessageId, data: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A JSON-RPC error response; without an id where nobody could read one."""
    said: dict[str, Any] = {"code": code, "message": message}
    if data is not None:
        said["data"] = dict(data)
    return {"jsonrpc": "2.0", **({} if message_id is None else {"id": message_id}), "error": said}


def result(value: Mapping[str, Any], message_id: MessageId) -> dict[str, Any]:
    """A JSON-RPC result response."""
    return {"jsonrpc": "2.0", "id": message_id, "result": dict(value)}
