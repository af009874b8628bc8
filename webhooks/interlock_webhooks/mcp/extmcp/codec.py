"""Messages of ExtMcp to messages of MCP, and what becomes of them back to ExtMcp. Pure.

Releases of agentgateway differ in one thing: parameters and results are JSON,
or structs of protobuf. What is asked in one way is answered in it. A struct
begins with the tag of its first field, a line feed, and JSON does not.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, cast

import msgspec
from google.protobuf.message import DecodeError
from google.protobuf.struct_pb2 import Struct as Fields
from msgspec import Struct

from interlock.errors import RequestError
from interlock.intents.fields import mapping, texts
from interlock_webhooks import protobuf, wire
from interlock_webhooks.exchange import Answer
from interlock_webhooks.mcp.denials import Profile
from interlock_webhooks.mcp.errors import INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND
from interlock_webhooks.mcp.extmcp.extmcp_pb2 import (
    AuthorizationError,
    McpRequest,
    McpResponse,
    McpResult,
    Pass,
)
from interlock_webhooks.mcp.guard import Outcome, Refused, Replaced
from interlock_webhooks.mcp.terms import Terms
from interlock_webhooks.structs import plain, struct_of

CHECK_REQUEST: Final = "/agentgateway.dev.ext_mcp.ExtMcp/CheckRequest"
CHECK_RESPONSE: Final = "/agentgateway.dev.ext_mcp.ExtMcp/CheckResponse"

_PROTOBUF: Final = b"application/grpc"
_STRUCT: Final = b"\n"
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])
_CODES: Final = {
    -32001: AuthorizationError.PERMISSION_DENIED,
    -32003: AuthorizationError.RESOURCE_EXHAUSTED,
    INVALID_PARAMS: AuthorizationError.INVALID,
    INVALID_REQUEST: AuthorizationError.INVALID,
    METHOD_NOT_FOUND: AuthorizationError.PERMISSION_DENIED,
}


class Asked(Struct, frozen=True, kw_only=True):
    """What is asked: about `body`, the parameters or the result of a `method`, which goes to `servers`.

    `is_struct` says that it came as a struct. `stated` is what the gateway's
    configuration says beside it.
    """

    method: str
    servers: list[str]
    body: dict[str, Any]
    stated: dict[str, Any]
    is_struct: bool

    def terms(self, client: str, server: str | None) -> Terms:
        """The terms that `client` asks on, where it goes to `server`. Raises RequestError."""
        caller = dict(mapping(self.stated, "caller", "metadata"))
        if server is not None:
            caller["server"] = server
        return Terms(
            client=client,
            caller=cast("Any", caller),
            profile=Profile.AGENTGATEWAY,
            applies_patches=True,
            discharges=texts(self.stated, "discharges", "metadata"),
        )

    @property
    def message(self) -> dict[str, Any]:
        """The request of a client, as JSON-RPC. The gateway keeps its id to itself."""
        said = {"jsonrpc": "2.0", "method": self.method, "params": self.body}
        return said if self.method.startswith("notifications/") else {**said, "id": 0}


def decode_request(body: bytes) -> Asked:
    """What is asked about a request. Raises RequestError."""
    message = protobuf.decode(body, McpRequest)
    return _asked(message, message.mcp_request)


def decode_response(body: bytes) -> Asked:
    """What is asked about a result. Raises RequestError."""
    message = protobuf.decode(body, McpResponse)
    return _asked(message, message.mcp_response)


def encode(outcome: Outcome, key: str, *, is_struct: bool) -> Answer:
    """The answer that says `outcome`; what is changed is under `key` of its message."""
    made = McpResult()
    if isinstance(outcome, Refused):
        made.error.CopyFrom(_error(outcome.refusal.message["error"], is_struct=is_struct))
    elif isinstance(outcome, Replaced):
        made.mutated = _written(outcome.message[key], is_struct=is_struct)
    else:
        made.passed.CopyFrom(Pass())
    if key == "params" and outcome.record is not None:
        made.metadata.CopyFrom(struct_of(_metadata(outcome.record)))
    return Answer(made.SerializeToString(), media_type=_PROTOBUF)


def encode_refused(status: HTTPStatus, message: str) -> Answer:
    """The answer to what could not be decided: never a pass."""
    is_misasked = status < HTTPStatus.INTERNAL_SERVER_ERROR
    code = AuthorizationError.INVALID if is_misasked else AuthorizationError.UNKNOWN
    made = McpResult(error=AuthorizationError(code=code, reason=message))
    return Answer(made.SerializeToString(), media_type=_PROTOBUF)


def _asked(message: McpRequest | McpResponse, raw: bytes) -> Asked:
    is_struct = raw.startswith(_STRUCT)
    return Asked(
        method=message.method,
        servers=list(message.service_names),
        body=_read(raw) if raw else {},
        stated=plain(message.metadata_context),
        is_struct=is_struct,
    )


def _read(raw: bytes) -> dict[str, Any]:
    """The object in `raw`. Raises RequestError."""
    if not raw.startswith(_STRUCT):
        return wire.decode(raw, _OBJECT)
    try:
        return plain(Fields.FromString(raw))
    except DecodeError:
        raise RequestError("the message is neither JSON nor a struct") from None


def _written(value: Mapping[str, Any], *, is_struct: bool) -> bytes:
    return struct_of(value).SerializeToString() if is_struct else wire.encode(value)


def _error(said: Mapping[str, Any], *, is_struct: bool) -> AuthorizationError:
    return AuthorizationError(
        code=_CODES.get(said["code"], AuthorizationError.UNKNOWN),
        reason=said["message"],
        mcp_error=_written(said, is_struct=is_struct),
    )


def _metadata(record: Mapping[str, Any]) -> dict[str, Any]:
    """What the gateway's own expressions read, as `mcpGuardrails`."""
    decided = {"decision": record["decision"], "policySet": record["policySet"]}
    return {"interlock": {**decided, "advice": {each["name"]: each["value"] for each in record["advice"]}}}
