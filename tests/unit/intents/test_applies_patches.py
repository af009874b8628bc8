"""Whether a caller passes on what policies made of a body, and where nobody can say it."""

from typing import Any

import pytest

from interlock.errors import RequestError
from interlock.intents.check import changeable, from_check
from support.intents import CONTEXT, pod

_CHAT = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]}


@pytest.mark.parametrize(
    ("request_", "subject"),
    [
        ({"chat": _CHAT, "appliesPatches": True}, "chat"),
        ({"mcp": {"method": "tools/list"}, "appliesPatches": True}, "mcp"),
        ({"chat": _CHAT, "appliesPatches": False}, None),
        ({"chat": _CHAT, "appliesPatches": None}, None),
        ({"chat": _CHAT, "appliesPatches": 1}, None),
        ({"chat": _CHAT}, None),
        ({"chat": "text", "appliesPatches": True}, None),
        ({"chat": _CHAT, "mcp": {}, "appliesPatches": True}, None),
        ({"admission": {}, "appliesPatches": True}, None),
    ],
)
def test_a_body_is_changed_only_where_the_caller_says_that_it_passes_it_on(
    request_: dict[str, Any], subject: str | None
) -> None:
    assert changeable(request_) == subject


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
