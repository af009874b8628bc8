"""CPEX's messages to checks, and records of decisions to plugins' results. Pure.

Source: cpex/framework/external/grpc/proto/plugin_service.proto of the package `cpex`.
"""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from interlock.errors import RequestError
from interlock.integrations.cpex import calls
from interlock.intents.caller import Caller
from interlock_webhooks import protobuf
from interlock_webhooks.cpex.plugin_pb2 import (
    GetPluginConfigRequest,
    GetPluginConfigResponse,
    GetPluginConfigsResponse,
    GlobalContext,
    HealthCheckResponse,
    InvokeHookRequest,
    InvokeHookResponse,
)
from interlock_webhooks.denial import said
from interlock_webhooks.structs import plain, struct_of
from interlock_webhooks.text import quoted

_NAME: Final = "Interlock"
_KIND: Final = "interlock"


class Invocation(Struct, frozen=True):
    """One hook that is invoked: the message, and what it is about."""

    message: InvokeHookRequest
    payload: dict[str, Any]

    @property
    def hook(self) -> str:
        """Which hook it is."""
        return self.message.hook_type

    @property
    def hold(self) -> str | None:
        """The hold that the hook before the call left."""
        found = self.message.context.state.fields.get(calls.HOLD)
        return found.string_value if found is not None and found.string_value else None


def decode_config(body: bytes) -> str:
    """The name of the plugin whose configuration is asked for. Raises RequestError."""
    return protobuf.decode(body, GetPluginConfigRequest).name


def encode_config(name: str) -> bytes:
    """The configuration of a plugin by any `name`: what it is called is the gateway's to say."""
    return GetPluginConfigResponse(found=True, config=struct_of(_config(name))).SerializeToString()


def encode_configs() -> bytes:
    """The configurations of all plugins: there is one."""
    return GetPluginConfigsResponse(configs=[struct_of(_config(_NAME))]).SerializeToString()


def encode_health(*, is_serving: bool) -> bytes:
    """Whether hooks may be invoked."""
    status = HealthCheckResponse.SERVING if is_serving else HealthCheckResponse.NOT_SERVING
    return HealthCheckResponse(status=status).SerializeToString()


def decode(body: bytes) -> Invocation:
    """The hook that `body` invokes.

    Raises:
        RequestError: it can't be read, or is not one of tools.
    """
    message = protobuf.decode(body, InvokeHookRequest)
    if message.hook_type not in {calls.PRE, calls.POST}:
        raise RequestError(
            f"`hook_type`: is {quoted(message.hook_type)}: list `{calls.PRE}` and `{calls.POST}` in the "
            "plugin's `hooks`"
        )
    return Invocation(message, plain(message.payload))


def known_of(invocation: Invocation) -> Caller:
    """The caller as the gateway knows it."""
    return calls.caller_of(_context(invocation.message.context.global_context))


def encode_continued(invocation: Invocation, changed: Mapping[str, Any], hold: str | None) -> bytes:
    """The result that lets go on, with the payload as it is `changed`, and what the next hook has to know."""
    result: dict[str, Any] = {"continue_processing": True}
    if changed != invocation.payload:
        result["modified_payload"] = changed
    return _encoded(invocation.message, result, hold)


def encode_denied(invocation: Invocation, recorded: Mapping[str, Any]) -> bytes:
    """The result of a call that policies deny."""
    return _encoded(invocation.message, _stopped(calls.violation_of(recorded, said(recorded))), None)


def encode_refused(message: str) -> bytes:
    """The result of what was not decided; no error, since those may be ignored."""
    return InvokeHookResponse(result=struct_of(_stopped(calls.undecided(message)))).SerializeToString()


def _stopped(violation: dict[str, Any]) -> dict[str, Any]:
    return {"continue_processing": False, "violation": violation}


def _encoded(message: InvokeHookRequest, result: dict[str, Any], hold: str | None) -> bytes:
    """The answer to `message`, with its context: what is left out of that is forgotten."""
    context = message.context
    context.state.fields.pop(calls.HOLD, None)
    if hold is not None:
        context.state.update({calls.HOLD: hold})
    answer = InvokeHookResponse(plugin_name=message.plugin_name, result=struct_of(result), context=context)
    return answer.SerializeToString()


def _config(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "kind": _KIND,
        "description": "Decides tool calls by policies and budgets.",
        "hooks": [calls.PRE, calls.POST],
        "mode": "sequential",
        "on_error": "fail",
    }


def _context(context: GlobalContext) -> dict[str, Any]:
    user: object = None
    match context.WhichOneof("user_value"):
        case "user_string":
            user = context.user_string
        case "user_struct":
            user = plain(context.user_struct)
        case _:
            pass
    return {
        "user": user,
        "tenant_id": context.tenant_id,
        "server_id": context.server_id,
        "metadata": plain(context.metadata),
    }
