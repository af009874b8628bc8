"""Accesses that ask whether a tool or a model may be called."""

from typing import Any

import pytest

from interlock.errors import RequestError
from interlock.intents.access import from_access
from interlock.intents.check import CheckRequest, from_check
from interlock.model.intent import Intent
from support.accesses import access_body
from support.intents import CONTEXT


def _access(body: dict[str, Any]) -> Intent:
    return from_access(body, {}, CONTEXT)


def _calling(type_: str, id_: str, operation: str, **properties: Any) -> dict[str, Any]:  # raw JSON
    return access_body(
        subject={"type": "user", "id": "alice", "properties": {"groups": ["staff"]}},
        action={"name": operation, "properties": properties},
        resource={"type": type_, "id": id_},
    )


_ALICE: Any = {
    "principal": {"id": "alice", "type": "user", "groups": ["staff"], "claims": {"groups": ["staff"]}}
}


@pytest.mark.parametrize(
    ("access", "same"),
    [
        (
            {"access": _calling("tool", "files/read", "tools/call", path="a")},
            {
                "mcp": {"method": "tools/call", "params": {"name": "read", "arguments": {"path": "a"}}},
                "server": "files",
            },
        ),
        (
            {"access": _calling("tool", "a/b", "tools/call"), "caller": {"server": "files"}},
            {"mcp": {"method": "tools/call", "params": {"name": "a/b"}}, "server": "files"},
        ),
        (
            {"access": _calling("tool", "read", "tools/call")},
            {"mcp": {"method": "tools/call", "params": {"name": "read"}}, "server": "unknown"},
        ),
        (
            {
                "access": _calling(
                    "model", "gpt-4o", "chat", max_tokens=7, messages=[{"role": "user", "content": "x"}]
                )
            },
            {"chat": {"model": "gpt-4o", "max_tokens": 7, "messages": [{"role": "user", "content": "x"}]}},
        ),
        (
            {"access": _calling("model", "e", "embeddings", input="hello")},
            {"embeddings": {"model": "e", "input": "hello"}},
        ),
    ],
)
def test_whoever_asks_to_call_a_tool_or_a_model_asks_for_the_call(access: Any, same: Any) -> None:  # raw JSON
    caller = _ALICE | ({"server": same.pop("server")} if "server" in same else {})
    request: Any = {**same, "caller": caller}
    call, expected = from_check(access, CONTEXT), from_check(request, CONTEXT)
    assert {**call, "provenance": {}} == {**expected, "provenance": {}}
    assert call["provenance"]["principal.id"] == "subject.id"


def test_a_call_that_is_asked_for_without_a_prompt_has_an_empty_one() -> None:
    intent = _access(_calling("model", "gpt-4o", "chat", max_tokens=9))
    assert (intent["action"], intent["usage"]["outputTokens"]) == ("model.chat", 9)
    assert _access(_calling("model", "e", "embeddings"))["action"] == "model.embed"


@pytest.mark.parametrize(
    ("type_", "operation"), [("tool", "delete"), ("model", "tools/call"), ("record", "chat")]
)
def test_any_other_operation_on_a_tool_or_a_model_is_an_access(type_: str, operation: str) -> None:
    intent = _access(_calling(type_, "x/y", operation))
    assert (intent["action"], intent["tools"], intent["models"]) == ("resource.access", [], [])


def test_properties_that_are_no_parameters_of_the_call_are_refused() -> None:
    with pytest.raises(RequestError, match=r"`action.properties`: `messages`: must be a list") as caught:
        from_check({"access": _calling("model", "gpt-4o", "chat", messages=7)}, CONTEXT)
    assert caught.value.path == "$.access.action.properties"


def test_of_a_call_the_caller_says_the_server_and_still_not_who_asks() -> None:
    access = _calling("tool", "read", "tools/call")
    with pytest.raises(RequestError, match=r"`caller.principal`: the subject says who asks, so leave it out"):
        from_check({"access": access, "caller": _ALICE}, CONTEXT)
    with pytest.raises(RequestError) as caught:
        from_check({"access": access, "caller": {"server": 7}}, CONTEXT)  # type: ignore[typeddict-item]  # raw JSON
    assert caught.value.path == "$.caller.server"


@pytest.mark.parametrize(
    ("access", "is_without"),
    [
        (_calling("tool", "files/read", "tools/call"), True),
        (_calling("tool", "files/read", "tools/call", path="a"), False),
        (_calling("tool", "files/read", "delete"), False),
        (_calling("model", "gpt-4o", "chat"), False),
    ],
)
def test_only_a_call_of_a_tool_can_be_without_arguments(access: dict[str, Any], is_without: bool) -> None:  # noqa: FBT001
    request: CheckRequest = {"access": access, "withoutArguments": True}
    if is_without:
        assert from_check(request, CONTEXT)["tools"][0]["arguments"] == {}
    else:
        with pytest.raises(RequestError, match="`withoutArguments`: only `tools/call` has arguments"):
            from_check(request, CONTEXT)


@pytest.mark.parametrize("access", [7, {}, {"resource": 7, "action": {}}, {"resource": {}, "action": None}])
def test_what_is_no_access_is_not_without_arguments_either(access: Any) -> None:  # raw JSON
    with pytest.raises(RequestError):
        from_check({"access": access, "withoutArguments": True}, CONTEXT)
