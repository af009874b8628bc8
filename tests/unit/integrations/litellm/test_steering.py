"""What a client may have LiteLLM do beside what its call says: nothing but what changes nothing."""

from typing import Any

import pytest

from interlock.errors import RequestError
from interlock.integrations.litellm.steering import (
    check_steering,
    configured_fallbacks,
    named_fallbacks,
    reachable,
)

_OWN = frozenset({"metadata", "fallbacks", "silent_model"})


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"metadata": {}, "fallbacks": [], "max_tokens": 1, "top_k": 2},
        # What the proxy notes itself is not the client's.
        {"silent_model": "m", "_router_weights": {}, "proxy_server_request": {"body": {"metadata": {}}}},
    ],
)
def test_what_changes_nothing_is_let_through(sent: dict[str, Any]) -> None:
    check_steering(sent, _OWN)


@pytest.mark.parametrize(
    "name",
    [
        "additional_drop_params",
        "extra_body",
        "litellm_system_prompt",
        "router_settings_override",
        "silent_model",
        "_router_weights",
    ],
)
@pytest.mark.parametrize("noted", [False, True])
def test_what_has_litellm_do_something_else_is_refused_by_name(name: str, noted: bool) -> None:  # noqa: FBT001  # a row of the table
    sent: dict[str, Any] = {"model": "m", name: {}}
    with pytest.raises(RequestError, match=f"^`{name}`: LiteLLM would"):
        check_steering({"proxy_server_request": {"body": sent}} if noted else sent, _OWN)


def test_all_that_is_refused_is_told_at_once() -> None:
    with pytest.raises(RequestError, match=r"^`drop_params`, `extra_body`: "):
        check_steering({"extra_body": {}, "drop_params": True}, _OWN)


@pytest.mark.parametrize("name", ["Max_Tokens", "token\u017f"])
def test_a_name_that_some_providers_take_for_another_is_refused(name: str) -> None:
    with pytest.raises(RequestError, match="some read it as"):
        check_steering({"max_tokens": 1, name: 10**6}, _OWN)


@pytest.mark.parametrize("url", ["litellm_proxy", "litellm_proxy/mcp/files", "https://proxy.example/mcp/files"])
def test_tools_that_litellm_calls_itself_are_refused(url: str) -> None:
    tools = [{"type": "function", "function": {"name": "read"}}, {"type": "mcp", "server_url": url}]
    with pytest.raises(RequestError, match="call them yourself"):
        check_steering({"tools": tools}, _OWN)


@pytest.mark.parametrize(
    "tools",
    [
        None,
        {},
        ["litellm_proxy"],
        [{"type": "mcp"}, {"type": "mcp", "server_url": "https://files.example/mcp"}],
        [{"type": "function", "server_url": "litellm_proxy"}],
    ],
)
def test_tools_that_others_call_are_for_policies_to_decide(tools: object) -> None:
    check_steering({"tools": tools}, _OWN)


@pytest.mark.parametrize("noted", [None, {}, {"body": None}])
def test_without_a_note_of_what_was_sent_all_counts_as_sent(noted: object) -> None:
    with pytest.raises(RequestError, match="extra_body"):
        check_steering({"extra_body": {}, "proxy_server_request": noted}, _OWN)


@pytest.mark.parametrize(
    ("given", "names"), [(None, []), ([], []), (["a", {"model": "b"}], ["a", "b"]), (["a", "a"], ["a", "a"])]
)
def test_fallbacks_are_names_of_models(given: object, names: list[str]) -> None:
    assert named_fallbacks({"fallbacks": given}) == names


@pytest.mark.parametrize(
    "given",
    ["a", {}, [7], [{"model": 7}], [{"model": "a", "max_tokens": 10**6}], [{"a": ["b"]}], [{}], [["a"]]],
)
def test_fallbacks_with_anything_else_are_refused(given: object) -> None:
    with pytest.raises(RequestError, match="list of names"):
        named_fallbacks({"fallbacks": given})


def test_fallbacks_of_a_key_come_from_all_its_lists() -> None:
    settings = {
        "fallbacks": [{"a": ["b"]}, "c"],
        "context_window_fallbacks": [{"d": ["e"]}],
        "content_policy_fallbacks": None,
        "num_retries": 2,
    }
    assert configured_fallbacks({"router_settings_override": settings}) == [{"a": ["b"]}, {"d": ["e"]}]
    assert configured_fallbacks({"router_settings_override": None}) == configured_fallbacks({}) == []


def test_fallbacks_of_fallbacks_may_answer_too_and_none_is_looked_at_twice() -> None:
    lists: list[dict[str, list[Any]]] = [
        {"a": ["b", {"model": "c"}, 7]},
        {"b": ["d", "a"]},
        {"*": ["e"]},
        {"z": ["y"]},
    ]
    assert reachable("a", lists) == ["a", "b", "c", "e", "d"]
