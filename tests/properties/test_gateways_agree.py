"""The same call gets the same decision, for the same reasons, and draws the same, whichever gateway asks.

What asks a service in process, or from Python, is held to the same in `test_points_agree`.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from interlock.decisionlog.entry import Entry
from interlock.ledger.stores.memory import MemoryLedger
from interlock_webhooks.app import Application, check_app
from interlock_webhooks.clients.client import LOCAL
from interlock_webhooks.cpex.plugin_pb2 import GlobalContext, InvokeHookRequest, PluginContext
from interlock_webhooks.exchange import Request
from interlock_webhooks.mcp.extmcp.codec import CHECK_REQUEST
from interlock_webhooks.mcp.extmcp.extmcp_pb2 import McpRequest
from interlock_webhooks.methods import grpc_methods
from interlock_webhooks.structs import struct_of
from support.asgi import JSON, ask
from support.budgets import WORLD, limited
from support.documents import policy
from support.envoy import Sent, asked, message_of, over_grpc, over_http
from support.service import LoggedService, service_over

_TOOLS: Final = policy(
    "tools-by-name",
    layer="platform",
    spec="  area: tools\n",
    rules="""\
    - {name: reads, forbid: tool.name == "write", message: nobody writes, remedy: read}
    - {name: few, forbid: "has(tool.arguments.limit) && tool.arguments.limit > 10", message: too many}
    - {name: here, forbid: tool.server == "elsewhere", message: not there}
""",
)
_CALLS: Final = policy(
    "callers",
    layer="platform",
    rules="""\
    - {name: known, forbid: intent.principal.id == "eve", message: not you}
    - {name: models, forbid: "intent.models.exists(m, m.name == 'unpriced')", message: no such model}
""",
)
_SAID: Final = ("decision", "reasons", "warnings", "permits", "errors", "budgets")
"""What is compared of a record, beside whether there is a hold; its accounts and amounts are the budgets'."""

_TEXTS: Final = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
_TOOL: Final = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["read", "write", "list"]),
        "args": st.fixed_dictionaries({}, optional={"limit": st.integers(0, 20), "path": _TEXTS}),
        "user": st.sampled_from(["jane", "eve"]),
        "server": st.sampled_from(["files", "elsewhere"]),
    }
)
_CHAT: Final = st.fixed_dictionaries(
    {
        "model": st.sampled_from(["priced", "unpriced", "other"]),
        "most": st.sampled_from([1, 50, 500]),
        "words": _TEXTS,
        "user": st.sampled_from(["jane", "eve"]),
    }
)


class Kept:
    """A decision log that remembers."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def append(self, entry: Entry) -> None:
        self.entries.append(entry)


@cache
def _serving() -> tuple[LoggedService, Application]:
    with TemporaryDirectory() as folder:
        documents = [*WORLD, _TOOLS, _CALLS, limited("calls", 1), limited("tokens", 400, name="words")]
        Path(folder, "all.yaml").write_text("\n---\n".join(documents), encoding="utf-8")
        service = service_over(Path(folder))
        return service, check_app(service)


def _decided(send: Callable[[], object]) -> dict[str, Any]:
    """What was decided of the one call that `send` asks about, on accounts that nobody has drawn on."""
    service, _ = _serving()
    service.ledger, kept = MemoryLedger(), Kept()
    service.decisions = kept  # type: ignore[assignment]  # all that is asked of it
    send()
    (entry,) = kept.entries
    return {key: entry.decision.get(key) for key in _SAID} | {"held": "hold" in entry.decision}


def _post(path: str, body: Any, **headers: Any) -> Callable[[], object]:
    named = [(name.replace("_", "-").encode(), json.dumps(value).encode()) for name, value in headers.items()]
    return lambda: ask(_serving()[1], path, msgspec.json.encode(body), headers=[*JSON, *named])


def _hook(call: Mapping[str, Any]) -> None:
    payload = struct_of({"name": call["name"], "args": call["args"]})
    context = PluginContext(global_context=GlobalContext(user_string=call["user"], server_id=call["server"]))
    invoked = InvokeHookRequest(hook_type="tool_pre_invoke", payload=payload, context=context)
    method: Any = grpc_methods(_serving()[0])["/cpex.PluginService/InvokeHook"]
    request = Request(
        body=invoked.SerializeToString(), until=2**62, client=LOCAL, method="", path="", query=b"", headers=()
    )
    asyncio.run(method.handler(request))


def _called(path: str, message: bytes) -> Callable[[], object]:
    """Has a method of gRPC asked."""
    method: Any = grpc_methods(_serving()[0])[path]
    return lambda: asked(method.handler, message, path)


def _proxied(path: str, body: Any, caller: Mapping[str, Any]) -> Iterator[Callable[[], object]]:
    """What a proxy asks about a request with `body`, over gRPC and over HTTP."""
    service = _serving()[0]
    facts = {"principal.id": caller["principal"]["id"], "principal.type": caller["principal"]["type"]}
    facts |= {"server": caller["server"]} if "server" in caller else {}
    context = {f"interlock.caller.{fact}": value for fact, value in facts.items()}
    sent = Sent(path=path, body=msgspec.json.encode(body), headers={"content-type": "application/json"})
    yield lambda: over_grpc(service, message_of(sent, context))
    yield lambda: over_http(service, sent, context)


def _accessed(kind: str, id_: str, operation: str, parameters: Any, user: str) -> Callable[[], object]:
    """What an enforcement point of AuthZEN asks."""
    subject, resource = {"type": "user", "id": user}, {"type": kind, "id": id_}
    action = {"name": operation, "properties": parameters}
    return _post("/access/v1/evaluation", {"subject": subject, "action": action, "resource": resource})


def _guarded(message: Mapping[str, Any], caller: Mapping[str, Any]) -> bytes:
    """What agentgateway asks about a message of MCP."""
    stated = struct_of({"caller": {"principal": caller["principal"]}})
    params = msgspec.json.encode(message["params"])
    return McpRequest(
        service_names=[caller["server"]], method=message["method"], metadata_context=stated, mcp_request=params
    ).SerializeToString()


@given(call=_TOOL)
def test_a_tool_call_gets_one_decision(call: dict[str, Any]) -> None:
    message = {"method": "tools/call", "params": {"name": call["name"], "arguments": call["args"]}}
    principal = {"id": call["user"], "type": "user"}
    caller = {"principal": principal, "server": call["server"]}
    hook = {
        "version": "v0.1.0",
        "uid": "1",
        "mcp_request": message,
        "principal": {"sub": call["user"]},
        "context": {"server_name": call["server"]},
    }
    porc = {
        "principal": {"sub": call["user"]},
        "operation": "mcp:tool:call",
        "resource": f"mrn:mcp:{call['server']}:tool:{call['name']}",
        "context": {"mcp": {"args": call["args"]}},
    }
    expected = _decided(_post("/v1/check", {"mcp": message, "caller": caller}))
    for send in (
        _post("/docker/before", message, interlock_caller=caller),
        _post("/toolhive/validate", hook),
        lambda: _hook(call),
        _post("/v1/mcp/request", {"message": {"jsonrpc": "2.0", "id": 1, **message}, "caller": caller}),
        _called(CHECK_REQUEST, _guarded(message, caller)),
        *_proxied("/mcp", {"jsonrpc": "2.0", "id": 1, **message}, caller),
        _accessed("tool", f"{call['server']}/{call['name']}", "tools/call", call["args"], call["user"]),
    ):
        assert _decided(send) == expected
    # The one asks the same of tools that are only listed, the other again by the webhook behind it.
    for send in (_post("/toolhive/decision", porc), _post("/toolhive/mutate", hook)):
        assert _decided(send) == expected | {"held": False}


@given(call=_CHAT)
def test_a_chat_gets_one_decision(call: dict[str, Any]) -> None:
    messages = [{"role": "user", "content": call["words"]}]
    beside = {"model": call["model"], "max_tokens": call["most"]}
    caller = {"principal": {"id": call["user"], "type": "user"}}
    guarded = {
        "input_type": "request",
        "model": call["model"],
        "structured_messages": messages,
        "request_data": {"user_api_key_user_id": call["user"]},
        "additional_provider_specific_params": {"max_tokens": call["most"]},
    }
    body = {"max_tokens": call["most"], "messages": messages}
    expected = _decided(_post("/v1/check", {"chat": {**beside, "messages": messages}, "caller": caller}))
    for send in (
        _post("/beta/litellm_basic_guardrail_api", guarded),
        _post("/request", {"body": {"messages": messages}}, interlock_chat=beside, interlock_caller=caller),
        *_proxied("/v1/chat/completions", {**beside, "messages": messages}, caller),
        _accessed("model", call["model"], "chat", body, call["user"]),
    ):
        assert _decided(send) == expected
