"""What calls to models cost at most that no Catalog has a price of."""

from typing import Any

import pytest

from interlock.intents.chat import from_chat
from interlock.intents.context import ExtractionContext
from interlock.model.catalog import Catalog, ModelEntry
from interlock.model.intent import Intent
from interlock.model.labels import DEFAULT_LABELS
from interlock.prices import published
from interlock.prices.cost import worst
from interlock.units import Instant, MicroUsdPerMillionTokens, Tokens

AT = Instant(1_780_000_000_000)
"""In May 2026."""

CLAUDE = "claude-sonnet-4-5"


def chat(catalog: Catalog | None = None, model: str = CLAUDE, **body: Any) -> Intent:
    context = ExtractionContext(catalog or Catalog(), DEFAULT_LABELS, AT)
    message = {"role": "user", "content": "hello"}
    return from_chat({"model": model, "messages": [message], "max_tokens": 100} | body, {}, context)


def test_a_model_of_no_catalog_costs_what_is_published_at_worst() -> None:
    intent = chat()
    row = published.find(CLAUDE, None, AT)
    assert row is not None
    read = Tokens(intent["usage"]["inputTokens"])
    assert intent["usage"]["cost"] == worst(row, input_tokens=read, output_tokens=Tokens(100))
    assert intent["models"][0]["priceDigest"] == row.digest


def test_a_price_of_the_catalog_counts_before() -> None:
    entry = ModelEntry(
        names=("claude-*",),
        class_name="frontier",
        provider="anthropic",
        hosting="external",
        input_price=MicroUsdPerMillionTokens(0),
        output_price=MicroUsdPerMillionTokens(7_000_000),
    )
    assert chat(Catalog(models=(entry,)))["usage"]["cost"] == 700


def test_a_model_that_nobody_prices_is_of_unknown_cost() -> None:
    intent = chat(model="mystery-model-1")
    assert "cost" not in intent["usage"]
    assert "priceDigest" not in intent["models"][0]


@pytest.mark.parametrize(
    "body",
    [
        {"web_search_options": {}},
        {"tools": [{"type": "web_search_20250305"}]},
        {"plugins": [{"id": "web"}]},
    ],
)
def test_searches_that_the_provider_charges_for_make_the_cost_unknown(body: dict[str, Any]) -> None:
    assert "cost" not in chat(**body)["usage"]


def test_tools_that_the_caller_runs_cost_nothing_more() -> None:
    tools = [{"type": "function", "function": {"name": "search"}}]
    assert "cost" in chat(tools=tools)["usage"]


def test_the_dearest_of_all_models_that_may_answer_counts() -> None:
    alone, both = chat(model="gpt-4o-mini"), chat(model="gpt-4o-mini", models=[CLAUDE])
    assert both["usage"]["cost"] > alone["usage"]["cost"]
