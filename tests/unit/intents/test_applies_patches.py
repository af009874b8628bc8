"""Whether a caller passes on what policies made of a body, and where nobody can say it."""

from typing import Any

import pytest

from interlock.errors import RequestError
from interlock.intents.check import changeable_call, from_check
from support.intents import CONTEXT, pod

_CHAT = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]}


_TOOL = {"name": "t", "arguments": {}}


@pytest.mark.parametrize(
    ("request_", "item", "changed"),
    [
        ({"chat": _CHAT}, _CHAT, {"chat": {}}),
        ({"embeddings": _CHAT}, _CHAT, {"embeddings": {}}),
        # What expressions read as `object` of an MCP message are its parameters: the method stays.
        ({"mcp": {"method": "m", "params": _TOOL}}, _TOOL, {"mcp": {"method": "m", "params": {}}}),
    ],
)
def test_what_expressions_read_can_be_changed_and_put_back(
    request_: dict[str, Any], item: dict[str, Any], changed: dict[str, Any]
) -> None:
    found = changeable_call({**request_, "appliesPatches": True})
    assert found is not None
    assert found[0] is item
    assert found[1]({}) == {**changed, "appliesPatches": True}


@pytest.mark.parametrize(
    "request_",
    [
        {"chat": _CHAT, "appliesPatches": False},
        {"chat": _CHAT, "appliesPatches": None},
        {"chat": _CHAT, "appliesPatches": 1},
        {"chat": _CHAT},
        {"chat": "text", "appliesPatches": True},
        {"chat": _CHAT, "mcp": {"params": {}}, "appliesPatches": True},
        {"mcp": {"method": "tools/list"}, "appliesPatches": True},
        {"admission": {}, "appliesPatches": True},
    ],
)
def test_nothing_is_changed_where_the_caller_does_not_say_that_it_passes_it_on(
    request_: dict[str, Any],
) -> None:
    assert changeable_call(request_) is None


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"chat": _CHAT, "appliesPatches": "yes"}, "must be true or false"),
        ({"intent": {"action": "model.chat"}, "appliesPatches": True}, "nothing of `intent` is changed"),
        ({"admission": pod(), "appliesPatches": False}, "nothing of `admission` is changed"),
    ],
)
def test_where_it_can_not_be_said_it_is_refused(request_: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError, match=message) as refused:
        from_check(request_, CONTEXT)  # type: ignore[arg-type]  # raw JSON
    assert refused.value.path == "$.appliesPatches"
