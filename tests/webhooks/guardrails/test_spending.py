"""Gateways that never tell what became of a call spend at once what it may use at most."""

from typing import Any

import pytest

from support.budgets import limited
from support.checkcalls import Serve, used
from support.conversing import is_allowance, send

_LITELLM = {
    "path": "/beta/litellm_basic_guardrail_api",
    "body": {
        "input_type": "request",
        "texts": [""],
        "model": "priced",
        "additional_provider_specific_params": {"max_tokens": 100},
    },
}
_AGENTGATEWAY = {
    "path": "/request",
    "headers": {"interlock-chat": '{"model": "priced", "max_tokens": 100}'},
    "body": {"body": {"messages": [{"role": "user", "content": ""}]}},
}
_DOCKER = {"path": "/docker/before", "body": {"method": "tools/call", "params": {"name": "read"}}}
_TOOLHIVE: dict[str, Any] = {
    "path": "/toolhive/validate",
    "body": {
        "version": "v0.1.0",
        "uid": "1",
        "mcp_request": {"method": "tools/call", "params": {"name": "read"}},
    },
}


def _again(message: dict[str, Any]) -> dict[str, Any]:
    return {**message, "body": {**message["body"], "uid": "2"}}


@pytest.mark.parametrize("message", [_LITELLM, _AGENTGATEWAY], ids=["litellm", "agentgateway"])
def test_a_call_to_a_model_spends_all_that_it_may_use(serve: Serve, message: dict[str, Any]) -> None:
    app = serve(limited("tokens", 200))
    assert is_allowance(send(app, message))
    assert used(app) == (104, 0)
    assert not is_allowance(send(app, message))
    assert used(app) == (104, 0)


@pytest.mark.parametrize("message", [_DOCKER, _TOOLHIVE], ids=["docker", "toolhive"])
def test_a_tool_call_spends_a_call(serve: Serve, message: dict[str, Any]) -> None:
    app = serve(limited("calls", 1))
    assert is_allowance(send(app, message))
    assert used(app) == (1, 0)
    assert not is_allowance(send(app, _again(message)))


def test_the_same_message_of_toolhive_is_one_call(serve: Serve) -> None:
    app = serve(limited("calls", 1))
    assert send(app, _TOOLHIVE).json() == send(app, _TOOLHIVE).json()
    assert used(app) == (1, 0)


@pytest.mark.parametrize(
    "message",
    [
        {**_TOOLHIVE, "path": "/toolhive/mutate"},
        {
            "path": "/toolhive/decision",
            "body": {"operation": "mcp:tool:call", "resource": "mrn:mcp:files:tool:read"},
        },
        {**_LITELLM, "body": {"input_type": "response", "texts": ["hello"]}},
        {"path": "/response", "body": {"body": {"choices": []}}},
    ],
    ids=["toolhive mutates", "toolhive asks", "litellm answers", "agentgateway answers"],
)
def test_what_is_only_asked_and_what_comes_back_spends_nothing(serve: Serve, message: dict[str, Any]) -> None:
    app = serve(limited("calls", 1))
    assert send(app, message).status == 200
    assert used(app) == (0, 0)


def test_budgets_alone_make_a_429_where_the_protocol_has_statuses(serve: Serve) -> None:
    app = serve(limited("tokens", 50))
    assert send(app, _AGENTGATEWAY).json()["action"]["status_code"] == 429
    app = serve(limited("calls", 1))
    send(app, _TOOLHIVE)
    denied = send(app, _again(_TOOLHIVE)).json()
    assert (denied["code"], denied["reason"]) == (429, "budget_exhausted")


def test_toolhive_is_told_the_hold(serve: Serve) -> None:
    app = serve(limited("calls", 1))
    assert send(app, _TOOLHIVE).json()["details"]["hold"]
