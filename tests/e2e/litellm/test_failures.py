"""Behind the real LiteLLM proxy, no hold is left, however a call ends, and nothing goes on undecided."""

import asyncio
from typing import Any

import pytest

from support.documents import policy
from support.fakemodel import INPUT, Model
from support.gatewaycrowd import OUTPUT, Place, body, chat, leave, post, service, spent
from support.litellmproxy import Proxy

_CALL = INPUT + 2 * OUTPUT
_HELD = 6 + 2 * OUTPUT
"""Micro-USD that a call of one word holds."""


@pytest.mark.parametrize(("word", "status"), [("fail", 500), ("refuse", 400)])
def test_a_call_that_fails_gives_back_what_it_held(litellm: Proxy, here: Place, word: str, status: int) -> None:
    with service(here) as running:
        assert chat(litellm, word).status_code == status
        assert spent(running) == 0


def test_a_call_that_nobody_answered_in_time_is_booked_as_it_was_held(litellm: Proxy, here: Place) -> None:
    with service(here) as running:
        assert chat(litellm, "hang", timeout=1).status_code == 408
        assert _CALL - INPUT < spent(running) <= _HELD


def test_a_client_that_leaves_in_the_middle_of_a_stream_pays_for_all_that_it_held(
    litellm: Proxy, here: Place
) -> None:
    with service(here) as running:
        asyncio.run(leave(litellm, "/v1/chat/completions", body("stall")))
        assert _CALL - INPUT < spent(running) <= _HELD


def test_a_stream_of_which_nobody_says_how_it_ended_is_booked_as_it_was_held(
    litellm: Proxy, here: Place
) -> None:
    with service(here) as running:
        messages = [{"role": "user", "content": "stop"}]
        asked = {"model": "priced", "messages": messages, "max_tokens": OUTPUT, "stream": True}
        assert "event: error" in post(litellm, "/v1/messages", asked).text
        response = {"model": "priced", "input": "stall", "max_output_tokens": OUTPUT}
        asyncio.run(leave(litellm, "/v1/responses", response))
        assert 2 * (_CALL - INPUT) < spent(running, seconds=120) <= 2 * _HELD


def test_a_fallback_pays_for_the_model_that_answered(litellm: Proxy, model: Model, here: Place) -> None:
    with service(here) as running:
        assert chat(litellm, model="flaky").status_code == 200
        assert [asked["model"] for asked in model.asked] == ["flaky", "priced"]
        assert spent(running) == _CALL


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_from_the_cache_costs_nothing(
    litellm: Proxy,
    model: Model,
    here: Place,
    stream: bool,  # noqa: FBT001  # a row of the table
) -> None:
    with service(here) as running:
        for _ in range(2):
            asked = chat(litellm, f"cached {stream}", cache={"use-cache": True}, stream=stream)
            assert asked.status_code == 200
            spent(running)
        assert len(model.asked) == 1
        assert spent(running) == _CALL


def test_nobody_ends_a_hold_by_saying_whose_it_is(litellm: Proxy, here: Place) -> None:
    with service(here) as running:
        assert chat(litellm, "refuse", metadata={"interlock": "anything"}).status_code == 400
        assert chat(litellm, metadata={"interlock": "anything"}).status_code == 200
        assert spent(running) == _CALL


def test_embeddings_are_decided_and_booked_too(litellm: Proxy, here: Place) -> None:
    with service(here) as running:
        assert post(litellm, "/v1/embeddings", {"model": "priced", "input": "hello"}).status_code == 200
        assert spent(running) == INPUT


def test_what_is_not_decided_does_not_go_on(litellm: Proxy, model: Model, here: Place) -> None:
    with service(here):
        refused = post(litellm, "/v1/images/generations", {"model": "priced", "prompt": "a cat"})
        assert refused.status_code == 403
        assert model.asked == []


@pytest.mark.parametrize(
    "sent",
    [
        {"extra_body": {"max_tokens": 5_000}},
        {"additional_drop_params": ["max_tokens"]},
        {"litellm_system_prompt": "word " * 5_000},
        {"silent_model": "flaky"},
        {"router_settings_override": {"fallbacks": [{"priced": ["flaky"]}]}},
        {"fallbacks": [{"model": "priced", "max_tokens": 5_000}]},
        {"num_retries": 9, "timeout": 0.1},
        {"Max_Tokens": 5_000},
        {"tools": [{"type": "mcp", "server_url": "litellm_proxy", "require_approval": "never"}]},
    ],
)
def test_a_client_has_litellm_do_nothing_that_was_not_decided(
    litellm: Proxy, model: Model, here: Place, sent: dict[str, Any]
) -> None:
    with service(here) as running:
        assert chat(litellm, **sent).status_code == 400
        assert (model.asked, spent(running)) == ([], 0)


def test_a_deployment_that_is_asked_for_by_its_id_is_decided_by_its_model(
    litellm: Proxy, model: Model, here: Place
) -> None:
    rule = """{name: known, forbid: "intent.models.exists(m, m.name == 'priced')", message: not this one}"""
    with service(here):
        id_ = chat(litellm).headers["x-litellm-model-id"]
    with service(Place(here.folder / "closed", here.port), policy(layer="platform", rules=f"    - {rule}\n")):
        model.asked.clear()
        refused = chat(litellm, model=id_)
        assert refused.status_code == 403
        assert "not this one" in refused.json()["error"]["message"]
        assert model.asked == []


def test_a_limit_by_a_name_of_another_api_is_none(litellm: Proxy, model: Model, here: Place) -> None:
    with service(here):
        asked = {"model": "priced", "input": "hello", "max_tokens": 10, "max_completion_tokens": 10}
        assert post(litellm, "/v1/responses", asked).status_code == 403
        assert model.asked == []


def test_without_the_service_nothing_goes_on(litellm: Proxy, model: Model) -> None:
    assert chat(litellm).status_code == 503
    assert model.asked == []
