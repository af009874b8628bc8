"""Requests of other APIs are decided as the chat that asks for the same, and changed in their own words."""

from typing import Any

import pytest

from interlock.errors import RequestError
from interlock.integrations.litellm.body import body_of, changes
from interlock.integrations.litellm.dialects import usage_of

_HELLO = [{"role": "user", "content": "hello"}]
_FUNCTION = {"type": "function", "function": {"name": "read"}}


@pytest.mark.parametrize(
    ("kind", "request_", "chat"),
    [
        (
            "aresponses",
            {
                "model": "m",
                "input": "hello",
                "instructions": "be brief",
                "max_output_tokens": 5,
                "tools": [{"type": "function", "name": "read", "parameters": {}}, {"type": "web_search"}, 7],
            },
            {
                "model": "m",
                "instructions": "be brief",
                "max_completion_tokens": 5,
                "messages": _HELLO,
                "tools": [_FUNCTION, {"type": "web_search"}, 7],
            },
        ),
        # What another API calls its limit limits nothing in this one.
        (
            "aresponses",
            {"model": "m", "input": "hello", "max_tokens": 5, "max_completion_tokens": 5},
            {"model": "m", "messages": _HELLO},
        ),
        (
            "anthropic_messages",
            {"model": "m", "messages": _HELLO, "max_completion_tokens": 5},
            {"model": "m", "messages": _HELLO},
        ),
        (
            "text_completion",
            {"model": "m", "prompt": "hello", "max_tokens": 50, "max_completion_tokens": 5},
            {"model": "m", "messages": _HELLO, "max_tokens": 50},
        ),
        (
            "responses",
            {"model": "m", "input": [{"role": "user", "content": "hi"}], "tools": []},
            {
                "model": "m",
                "messages": [{"role": "user", "content": '[{"role": "user", "content": "hi"}]'}],
            },
        ),
        (
            "anthropic_messages",
            {
                "model": "m",
                "messages": _HELLO,
                "system": "be brief",
                "max_tokens": 5,
                "tools": [{"name": "read", "input_schema": {}}, {"type": "web_search_20250305", "name": "web"}],
            },
            {
                "model": "m",
                "messages": _HELLO,
                "system": "be brief",
                "max_tokens": 5,
                "tools": [_FUNCTION, {"type": "web_search_20250305", "name": "web"}],
            },
        ),
        ("atext_completion", {"model": "m", "prompt": "hello"}, {"model": "m", "messages": _HELLO}),
        (
            "text_completion",
            {"model": "m", "prompt": ["hello", "hello"], "n": 2, "best_of": 3},
            {"model": "m", "messages": [*_HELLO, *_HELLO], "n": 6, "best_of": 3},
        ),
        (
            "text_completion",
            {"model": "m", "prompt": ["hello", "hello"], "n": True},
            {"model": "m", "messages": [*_HELLO, *_HELLO], "n": 2},
        ),
    ],
)
def test_a_request_is_the_chat_that_asks_for_the_same(
    kind: str, request_: dict[str, Any], chat: dict[str, Any]
) -> None:
    assert body_of(request_, [], kind) == chat


@pytest.mark.parametrize(
    ("kind", "request_", "said"),
    [
        ("aresponses", {"model": "m", "input": "x", "previous_response_id": "r"}, "previous_response_id"),
        ("aresponses", {"model": "m", "input": "x", "conversation": {"id": "c"}}, "conversation"),
        ("aresponses", {"model": "m", "prompt": {"id": "p"}}, "prompt"),
        ("atext_completion", {"model": "m", "prompt": [1, 2]}, "must be a text"),
        ("atext_completion", {"model": "m", "prompt": []}, "must be a text"),
        ("atext_completion", {"model": "m"}, "must be a text"),
    ],
)
def test_what_nobody_knows_the_size_of_is_refused(kind: str, request_: dict[str, Any], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        body_of(request_, [], kind)


def test_a_change_has_the_name_that_the_request_has_for_it() -> None:
    body = {"model": "m", "max_completion_tokens": 9}
    changed = {"model": "m", "max_completion_tokens": 5}
    assert changes(body, changed, "aresponses") == {"max_output_tokens": 5}
    assert changes(body, changed, "acompletion") == {"max_completion_tokens": 5}
    assert changes({"max_tokens": 9}, {"max_tokens": 5}, "anthropic_messages") == {"max_tokens": 5}


@pytest.mark.parametrize("name", ["messages", "tools", "n"])
def test_what_the_request_has_otherwise_cannot_be_changed(name: str) -> None:
    with pytest.raises(RequestError, match=name):
        changes({}, {name: []}, "aresponses")
    assert changes({}, {name: []}, "acompletion") == {name: []}


@pytest.mark.parametrize(
    ("used", "shown"),
    [
        ({"prompt_tokens": 3}, {"prompt_tokens": 3}),
        (
            {"input_tokens": 10, "output_tokens": 5, "input_tokens_details": {"cached_tokens": 4}},
            {
                "prompt_tokens": 10,
                "completion_tokens": 5,
                "prompt_tokens_details": {"cached_tokens": 4},
                "cache_creation_input_tokens": 0,
            },
        ),
        (
            {"input_tokens": 3, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 2},
            {
                "prompt_tokens": 9,
                "completion_tokens": 0,
                "prompt_tokens_details": {"cached_tokens": 4},
                "cache_creation_input_tokens": 2,
            },
        ),
    ],
)
def test_usage_is_shown_as_chats_show_it(used: dict[str, Any], shown: dict[str, Any]) -> None:
    assert usage_of(used) == shown
