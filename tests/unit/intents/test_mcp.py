from typing import Any

import pytest

from interlock.errors import RequestError
from interlock.identity import Digest
from interlock.intents.context import ExtractionContext
from interlock.intents.mcp import from_mcp
from interlock.model.catalog import Catalog, ToolEntry
from interlock.model.labels import DEFAULT_LABELS
from interlock.units import Instant
from support.intents import CONTEXT, recorded

_PINNED = Digest("sha256:" + "1" * 64)
_PINNING = ExtractionContext(
    Catalog(
        tools=(
            ToolEntry(names=("payments/refund",), class_name="write", schema_digest=_PINNED),
            ToolEntry(names=("payments/*",), class_name="read"),
        )
    ),
    DEFAULT_LABELS,
    Instant(0),
)


def _call(name: Any = "refund", **params: Any) -> dict[str, Any]:  # raw JSON
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, **params}}


def test_a_recorded_call_gives_all_its_facts() -> None:
    request = recorded("mcp/tools-call.json")
    intent = from_mcp(request["mcp"], request["caller"], CONTEXT)
    (tool,) = intent["tools"]
    assert (intent["action"], intent["kind"]) == ("tool.call", "ToolCall")
    assert (tool["server"], tool["name"], tool["source"]) == ("payments", "create_refund", "params.name")
    assert tool["arguments"]["amount"] == 4900
    assert intent["object"] == request["mcp"]["params"]
    assert intent["agent"]["name"] == "ticket-triage"


def test_a_list_of_tools_names_none() -> None:
    request = recorded("mcp/tools-list.json")
    intent = from_mcp(request["mcp"], request["caller"], CONTEXT)
    assert (intent["action"], intent["kind"], intent["tools"]) == ("tool.list", "ToolList", [])


def test_a_server_that_nobody_states_is_unknown_and_no_arguments_are_none() -> None:
    (tool,) = from_mcp(_call(), {}, CONTEXT)["tools"]
    assert (tool["server"], tool["class"], tool["arguments"], tool["pinned"]) == (
        "unknown",
        "unknown",
        {},
        False,
    )
    assert "schemaDigest" not in tool


@pytest.mark.parametrize(
    ("name", "digest", "class_name", "pinned"),
    [
        ("refund", _PINNED, "write", True),
        ("refund", "sha256:other", "write", False),
        ("refund", None, "write", False),
        ("balance", _PINNED, "read", False),
    ],
)
def test_a_tool_is_pinned_by_exactly_the_schema_of_the_catalog(
    name: str, digest: str | None, class_name: str, *, pinned: bool
) -> None:
    tool = {} if digest is None else {"tool": {"schemaDigest": digest}}
    (found,) = from_mcp(_call(name), {"server": "payments", **tool}, _PINNING)["tools"]  # type: ignore[typeddict-item]  # raw JSON
    assert (found["class"], found["pinned"], found.get("schemaDigest")) == (class_name, pinned, digest)


@pytest.mark.parametrize(
    ("message", "caller", "path"),
    [
        ({"method": "tools/run"}, {}, "method"),
        ({"method": "resources/read"}, {}, "params.uri"),
        ({"method": "completion/complete", "params": {"ref": {"type": "x"}}}, {}, "params.ref.type"),
        ({}, {}, "method"),
        ({"method": "tools/call"}, {}, "params.name"),
        ({"method": "tools/call", "params": []}, {}, "params"),
        (_call(1), {}, "params.name"),
        (_call(arguments="x"), {}, "params.arguments"),
        (_call(arguments={"n": 2**64}), {}, "params.arguments.n"),
        (_call(), {"tool": {"digest": "x"}}, "caller.tool.digest"),
        (_call(), {"tool": {"schemaDigest": 1}}, "caller.tool.schemaDigest"),
    ],
)
def test_a_malformed_message_is_refused_with_its_path(
    message: dict[str, Any],
    caller: Any,  # raw JSON
    path: str,
) -> None:
    with pytest.raises(RequestError) as caught:
        from_mcp(message, caller, CONTEXT)
    assert caught.value.path == f"$.{path}"


@pytest.mark.parametrize(
    ("method", "params", "accessed"),
    [
        ("resources/read", {"uri": "a:b"}, [("resource", "a:b", "params.uri")]),
        ("prompts/get", {"name": "p"}, [("prompt", "p", "params.name")]),
        ("tasks/cancel", {"taskId": "t"}, [("task", "t", "params.taskId")]),
        (
            "completion/complete",
            {"ref": {"type": "ref/resource", "uri": "a:{x}"}},
            [("resource", "a:{x}", "params.ref.uri")],
        ),
        ("resources/list", {"cursor": "x"}, []),
        ("subscriptions/listen", {}, []),
        (
            "subscriptions/listen",
            {"notifications": {"resourceSubscriptions": ["a:b", "c:d"]}},
            [
                ("resource", "a:b", "params.notifications.resourceSubscriptions[0]"),
                ("resource", "c:d", "params.notifications.resourceSubscriptions[1]"),
            ],
        ),
    ],
)
def test_what_is_accessed_is_named_with_its_server(
    method: str, params: dict[str, Any], accessed: list[tuple[str, str, str]]
) -> None:
    intent = from_mcp({"method": method, "params": params}, {"server": "docs"}, CONTEXT)
    assert (intent["action"], intent["operation"]["name"]) == ("resource.access", method)
    assert [(each["type"], each["id"], each["source"]) for each in intent["resources"]] == accessed
    assert all(each["properties"] == {"server": "docs"} for each in intent["resources"])
    assert intent["kind"] == (accessed[0][0] if accessed else "resource")
    assert intent["tools"] == []


def test_what_touches_nothing_is_no_intent() -> None:
    with pytest.raises(RequestError, match="let it pass"):
        from_mcp({"method": "ping"}, {}, CONTEXT)
