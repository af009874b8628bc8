"""Providers' responses, which say what a call used and what it cost."""

from typing import Any

import pytest

from support.budgets import limited
from support.checkcalls import Serve, check, post, used

RESPONSE: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-4o-2024-08-06",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 1000,
        "completion_tokens": 10,
        "total_tokens": 1010,
        "prompt_tokens_details": {"cached_tokens": 400},
    },
}


def test_a_providers_response_says_what_was_used_and_what_it_cost(serve: Serve) -> None:
    app = serve(limited("cost", '"100"'))
    hold = check(app)["hold"]["id"]
    answer = post(app, "/v1/settle", {"hold": hold, "response": RESPONSE, "provider": "openai"}).json()
    # 600 at 2.50 USD a million, 400 from the cache at 1.25, 10 written at 10.00
    assert answer["cost"] == "0.0021"
    assert answer["price"].startswith("sha256:")
    assert used(app) == (2100, 0)


def test_prices_of_the_catalog_count_before_those_that_are_published(serve: Serve) -> None:
    app = serve(limited("cost", '"100"'))
    hold = check(app)["hold"]["id"]
    response = RESPONSE | {"model": "priced"}
    body = {"hold": hold, "response": response, "provider": "openai"}
    assert post(app, "/v1/settle", body).json()["cost"] == "0.00102"


def test_tokens_of_a_response_are_booked(serve: Serve) -> None:
    app = serve(limited("tokens", 2000))
    post(app, "/v1/settle", {"hold": check(app)["hold"]["id"], "response": RESPONSE, "provider": "openai"})
    assert used(app) == (1010, 0)


def test_an_unpriced_response_costs_what_was_held(serve: Serve) -> None:
    app = serve(limited("cost", '"100"'))
    hold = check(app)["hold"]["id"]
    response = RESPONSE | {"model": "nobody-knows-it"}
    answer = post(app, "/v1/settle", {"hold": hold, "response": response, "provider": "openai"}).json()
    assert "cost" not in answer
    assert used(app) == (204, 0)


def test_what_is_stated_counts_before_what_is_read(serve: Serve) -> None:
    app = serve(limited("tokens", 2000))
    hold = check(app)["hold"]["id"]
    body = {"hold": hold, "response": RESPONSE, "provider": "openai", "used": {"tokens": 7}}
    assert post(app, "/v1/settle", body).status == 200
    assert used(app) == (7, 0)


@pytest.mark.parametrize(
    "response",
    [
        {},
        {"model": "gpt-4o"},
        RESPONSE | {"usage": None},
        RESPONSE | {"usage": {"prompt_tokens": -1, "completion_tokens": 1}},
        RESPONSE | {"usage": {"prompt_tokens": "many", "completion_tokens": 1}},
        RESPONSE | {"usage": {"prompt_tokens": 2**60, "completion_tokens": 1}},
        RESPONSE | {"usage": [RESPONSE["usage"]]},
        RESPONSE | {"model": {"name": "gpt-4o"}},
    ],
)
def test_a_response_that_can_not_be_read_is_refused_and_settles_nothing(serve: Serve, response: Any) -> None:
    app = serve(limited("tokens", 2000))
    hold = check(app)["hold"]["id"]
    answer = post(app, "/v1/settle", {"hold": hold, "response": response, "provider": "openai"})
    assert (answer.status, answer.json()["error"]["code"]) == (400, "request.invalid")
    assert used(app) == (0, 104)
