"""Which prices the release has for what, at which instant."""

import subprocess
import sys
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Final

import pytest
from genai_prices import data_snapshot
from genai_prices.data import providers
from genai_prices.types import (
    ClauseEquals,
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    TimeOfDateConstraint,
)
from hypothesis import given
from hypothesis import strategies as st

from interlock.instants import instant_of
from interlock.prices import native
from interlock.prices.cost import cost
from interlock.prices.published import find
from interlock.prices.row import Row
from interlock.prices.tariff import Tariff
from interlock.prices.unit import INPUT_TOKENS, OUTPUT_TOKENS
from interlock.prices.usage import Usage
from interlock.units import Instant
from support.prices import NOW

OPENAI: Final = next(provider for provider in providers if provider.id == "openai")


def _found(model: str, provider: str | None, at: Instant = NOW) -> Row:
    row = find(model, provider, at)
    assert row is not None
    return row


def _made(prices: ModelPrice | list[ConditionalPrice]) -> ModelInfo:
    return ModelInfo(id="m", match=ClauseEquals("m"), prices=prices)


def _dollars(price: int) -> ModelPrice:
    return ModelPrice(input_mtok=Decimal(price))


def _history(*prices: ConditionalPrice) -> Tariff:
    tariff = native.tariff_of(OPENAI, _made(list(prices)))
    assert tariff is not None
    return tariff


def _at(year: int, month: int, day: int, hour: int = 0) -> Instant:
    return instant_of(datetime(year, month, day, hour, tzinfo=UTC))


def _input_price(tariff: Tariff, at: Instant) -> Fraction:
    """US dollars per million."""
    row = tariff.row(at)
    assert row is not None
    return row.rates[INPUT_TOKENS].base / 10**6


def test_a_model_has_the_price_of_the_provider_that_is_told() -> None:
    assert _found("claude-sonnet-4-5", "anthropic").provider == "anthropic"
    assert _found("claude-sonnet-4-5", "google").provider == "google"


def test_without_a_provider_it_is_the_one_that_such_models_are_of() -> None:
    row = _found("gpt-4o", None)
    assert (row.provider, row.model) == ("openai", "gpt-4o")
    assert row.digest == _found("gpt-4o", "openai").digest


def test_what_a_token_costs_is_in_pico_usd() -> None:
    row = _found("gpt-4o", "openai")
    assert row.rates[INPUT_TOKENS].base == Fraction(2_500_000)
    assert row.rates[OUTPUT_TOKENS].base == Fraction(10_000_000)


def test_prices_by_the_thousand_and_the_hour_are_of_one() -> None:
    prices = ModelPrice(web_searches_kcount=Decimal(10), audio_hours=Decimal("0.111"))
    row = _history(ConditionalPrice(prices=prices)).row(NOW)
    assert row is not None
    assert {unit.name: rate.base for unit, rate in row.rates.items()} == {
        "web_searches": Fraction(10**10),
        "audio_seconds": Fraction(111 * 10**9, 3600),
    }


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("no-such-model", None),
        ("no-such-model", "openai"),
        ("gpt-4o", "no-such-provider"),
        ("", None),
        ("", ""),
        ("\x00", "openai"),
        ("gpt-4o" + "x" * 600, None),
        ("gpt-4o", "openai" + "x" * 600),
        ("litellm/" * 30, "litellm"),
    ],
)
def test_what_the_package_does_not_know_has_no_price(model: str, provider: str | None) -> None:
    assert find(model, provider, NOW) is None


@given(st.text(), st.none() | st.text() | st.sampled_from(["openai", "litellm", "azure"]))
def test_any_name_has_a_price_or_none(model: str, provider: str | None) -> None:
    row = find(model, provider, NOW)
    assert row is None or row.rates


def test_all_names_of_a_model_have_one_row() -> None:
    assert _found("gpt-4o", "openai") is _found("GPT-4o-2024-08-06", None)


def test_a_model_that_is_listed_without_any_price_has_none() -> None:
    assert native.find_tariff("gemma-3", "google") is not None
    assert find("gemma-3", "google", NOW) is None


def test_the_last_price_whose_day_has_come_counts_and_before_any_the_first() -> None:
    tariff = _history(
        ConditionalPrice(StartDateConstraint(date(2026, 1, 1)), prices=_dollars(1)),
        ConditionalPrice(StartDateConstraint(date(2026, 6, 1)), prices=_dollars(2)),
        ConditionalPrice(StartDateConstraint(date(2026, 3, 1)), prices=_dollars(3)),
    )
    days = [_at(2025, 12, 31), _at(2026, 1, 1), _at(2026, 2, 28, 23), _at(2026, 3, 1), _at(2026, 7, 1)]
    assert [_input_price(tariff, at) for at in days] == [1, 1, 1, 3, 3]


def test_a_price_changes_with_the_hour_and_the_row_is_the_same_object_between() -> None:
    tariff = _history(
        ConditionalPrice(prices=_dollars(1)),
        ConditionalPrice(TimeOfDateConstraint(time(16, 30), time(0, 30)), prices=_dollars(2)),
    )
    hours = [_at(2026, 6, 15, 16), _at(2026, 6, 15, 17), _at(2026, 6, 16, 0), _at(2026, 6, 16, 1)]
    assert [_input_price(tariff, at) for at in hours] == [1, 2, 2, 1]
    assert tariff.row(hours[0]) is tariff.row(hours[3])


def test_a_model_has_no_price_while_its_list_gives_none() -> None:
    tariff = _history(
        ConditionalPrice(prices=_dollars(1)),
        ConditionalPrice(StartDateConstraint(date(2026, 1, 1)), prices=ModelPrice()),
    )
    assert tariff.row(_at(2025, 12, 31)) is not None
    assert tariff.row(_at(2026, 1, 1)) is None


def test_whisper_at_groq_is_charged_ten_seconds_at_least() -> None:
    row = _found("whisper-large-v3", "groq")
    three, ten, eleven = (cost(row, Usage({native.UNITS["audio_seconds"]: count})) for count in (3, 10, 11))
    assert three == ten
    assert three.total < eleven.total


def test_terms_are_of_the_provider_whose_model_it_is() -> None:
    assert _found("gpt-4o", "openai").variants
    entry = _entry("openai", "gpt-4o")
    elsewhere = native.tariff_of(Provider(id="p", name="P", api_pattern=""), entry)
    assert elsewhere is not None
    assert not elsewhere.variants


def test_what_prices_a_part_and_not_the_whole_is_no_price() -> None:
    assert native.tariff_of(OPENAI, _made(ModelPrice(cache_read_mtok=Decimal(1)))) is None
    assert (
        native.tariff_of(OPENAI, _made(ModelPrice(input_mtok=Decimal(1), cache_read_mtok=Decimal(1))))
        is not None
    )


def test_every_entry_of_the_release_can_be_used() -> None:
    unusable = [
        (provider.id, model.id)
        for provider in providers
        for model in provider.models
        if native.tariff_of(provider, model) is None
    ]
    assert unusable == []


def _run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


def test_the_package_is_not_loaded_before_a_price_is_asked_for() -> None:
    ended = _run(
        """\
import sys
from interlock.prices import cost, published, row, usage
assert not any(name.startswith("genai_prices") for name in sys.modules)
published.find("gpt-4o", None, 0)
assert "genai_prices" in sys.modules
"""
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_nothing_asks_the_network() -> None:
    ended = _run(
        """\
import sys
heard = []
sys.addaudithook(lambda event, _: heard.append(event) if event.startswith("socket.") else None)
from interlock.prices import published
assert published.find("gpt-4o", None, 0) is not None
published.read({"model": "gpt-4o", "usage": {"prompt_tokens": 1, "completion_tokens": 1}})
assert "socket.connect" not in heard and "socket.getaddrinfo" not in heard, heard
assert "threading" not in sys.modules or sys.modules["threading"].active_count() == 1
"""
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_prices_that_a_process_gives_the_package_are_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        data_snapshot, "_custom_snapshot", data_snapshot.DataSnapshot([], from_auto_update=True)
    )
    assert native.find_tariff("gpt-4o", None) is not None


def _entry(provider: str, model: str) -> ModelInfo:
    models = next(each.models for each in providers if each.id == provider)
    return next(each for each in models if each.id == model)
