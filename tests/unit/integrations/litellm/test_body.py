"""What LiteLLM is about to call becomes OpenAI's body, and what it used is priced as who answered prices it."""

from typing import Any

import pytest

from interlock.clock import now
from interlock.engine.pricing import Told, reported
from interlock.integrations.litellm.body import body_of, changes, plain_name, settlement_of
from interlock.loading.catalogs import shipped

_REQUEST: dict[str, Any] = {
    "model": "smart",
    "messages": [{"role": "user", "content": "hello"}],
    "max_tokens": 5,
    "documents": ["long"],
    "stream": True,
    "metadata": {"user_api_key": "88dc"},
    "litellm_call_id": "1",
    "litellm_logging_obj": object(),
    "proxy_server_request": {"body": {}},
    "user_callback": object(),
}


def test_the_body_is_all_that_the_client_asks_for_and_nothing_that_the_proxy_notes() -> None:
    body = body_of(_REQUEST, ["openai/gpt-5", "smart", "azure/gpt-5", "openai/gpt-5"])
    assert body == {
        "model": "smart",
        "messages": _REQUEST["messages"],
        "max_tokens": 5,
        "documents": ["long"],
        "stream": True,
        "models": ["gpt-5", "azure/gpt-5"],
    }


def test_models_of_the_clients_own_stay() -> None:
    assert body_of({"model": "a", "models": ["b"]}, ["c"])["models"] == ["b", "c"]
    assert "models" not in body_of({"model": "openai/a"}, ["a"])
    assert body_of({"model": "openai/a"}, [])["model"] == "a"
    assert body_of({"model": 7}, ["a"]) == {"model": 7, "models": ["a"]}


@pytest.mark.parametrize(
    ("model", "name"),
    [("openai/gpt-5", "gpt-5"), ("azure/gpt-5", "azure/gpt-5"), ("gpt-5", "gpt-5"), ("openai", "openai")],
)
def test_only_a_prefix_that_says_whose_model_it_is_is_left_out(model: str, name: str) -> None:
    assert plain_name(model) == name


def test_changes_are_what_policies_made_otherwise() -> None:
    body = {"model": "a", "max_tokens": 5, "models": ["a"]}
    assert changes(body, {"model": "b", "max_tokens": 5, "models": ["x"], "temperature": 0}) == {
        "model": "b",
        "temperature": 0,
    }


_USED = {
    "prompt_tokens": 1_000,
    "completion_tokens": 100,
    "total_tokens": 1_100,
    "prompt_tokens_details": {"cached_tokens": 400, "audio_tokens": None},
}


@pytest.mark.parametrize(
    ("model", "provider", "body"),
    [
        ("gpt-5", "openai", {"model": "gpt-5", "usage": _USED}),
        (
            "claude-sonnet-4-5",
            "anthropic",
            {
                "model": "claude-sonnet-4-5",
                "usage": {"input_tokens": 600, "cache_read_input_tokens": 400, "output_tokens": 100},
            },
        ),
        (
            "gemini-2.5-pro",
            "google",
            {
                "modelVersion": "gemini-2.5-pro",
                "usageMetadata": {
                    "promptTokenCount": 1_000,
                    "cachedContentTokenCount": 400,
                    "candidatesTokenCount": 100,
                },
            },
        ),
    ],
)
def test_what_litellm_counts_costs_what_the_providers_own_body_would(
    model: str, provider: str, body: dict[str, Any]
) -> None:
    at, catalog = now(), shipped()
    named = {"google": "gemini"}.get(provider, provider)
    settled = settlement_of("h", _USED, model=model, provider=named)
    told = Told(provider=provider, model=model)
    ours = reported(settled.response, catalog, at, Told(**settled.named))
    assert ours.price is not None
    assert ours == reported(body, catalog, at, told)


def test_what_nobody_writes_down_elsewhere_is_read_as_openai_shows_it() -> None:
    settled = settlement_of(
        "h", {"prompt_tokens": 1, "completion_tokens": 2}, model="own", provider="hosted_vllm"
    )
    assert (settled.provider, settled.model, settled.hold) == ("openai", "own", "h")


def test_anthropics_cache_is_beside_its_input_also_where_litellm_counts_it_so() -> None:
    used = {"prompt_tokens": 10, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 3}
    settled = settlement_of("h", used, model="claude-sonnet-4-5", provider="anthropic")
    assert settled.response == {
        "model": "claude-sonnet-4-5",
        "usage": {
            "input_tokens": 3,
            "cache_read_input_tokens": 4,
            "cache_creation_input_tokens": 3,
            "output_tokens": 0,
        },
    }
