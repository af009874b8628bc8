"""Digests of rows, and rows of Catalog entries."""

from dataclasses import replace
from fractions import Fraction

import pytest

from interlock.model.catalog import ModelEntry
from interlock.prices import native
from interlock.prices.cost import cost
from interlock.prices.rate import Rate, Tier
from interlock.prices.row import Row, Source, Variant, of_catalog
from interlock.prices.unit import INPUT_TOKENS, OUTPUT_TOKENS, REQUESTS, Side
from interlock.prices.usage import Usage
from interlock.units import MicroUsdPerMillionTokens
from support.prices import NOW, entries, made_row

RATE = Rate(Fraction(1, 3), (Tier(5, Fraction(2)),))
ROW = made_row({INPUT_TOKENS: RATE, OUTPUT_TOKENS: RATE}, Variant({"a": "b"}, {INPUT_TOKENS: RATE}), least={})
ENTRY = ModelEntry(
    names=("ours", "ours-*"),
    class_name="frontier",
    provider="us",
    hosting="external",
    input_price=MicroUsdPerMillionTokens(2_250_000),
    output_price=MicroUsdPerMillionTokens(9_000_000),
)


def test_rows_that_say_the_same_have_one_digest() -> None:
    same = made_row(
        {
            OUTPUT_TOKENS: Rate(Fraction("2") / 6, (Tier(5, Fraction("2.000")),)),
            INPUT_TOKENS: RATE,
        },
        Variant({"a": "b"}, {INPUT_TOKENS: RATE}),
    )
    assert same.digest == ROW.digest


@pytest.mark.parametrize(
    "other",
    [
        replace(ROW, provider="q"),
        replace(ROW, model="n"),
        replace(ROW, source=Source.CATALOG),
        replace(ROW, rates={INPUT_TOKENS: RATE}),
        replace(ROW, rates={INPUT_TOKENS: RATE, OUTPUT_TOKENS: Rate(Fraction(1, 3))}),
        replace(ROW, rates={INPUT_TOKENS: RATE, OUTPUT_TOKENS: replace(RATE, base=Fraction(1, 4))}),
        replace(ROW, variants=()),
        replace(ROW, variants=(Variant({"a": "c"}, {INPUT_TOKENS: RATE}),)),
        replace(ROW, least={INPUT_TOKENS: 1}),
    ],
)
def test_rows_that_say_something_else_have_another_digest(other: Row) -> None:
    assert other.digest != ROW.digest


def test_no_two_models_of_the_release_have_one_digest() -> None:
    digests = {entry.row(NOW).digest for entry in entries()}
    assert len(digests) == len(entries())


def test_what_the_catalog_says_is_exact() -> None:
    row = of_catalog(ENTRY)
    assert row is not None
    assert (row.source, row.provider, row.model) == (Source.CATALOG, "us", "ours")
    charged = cost(row, Usage({INPUT_TOKENS: 1, OUTPUT_TOKENS: 1}))
    assert (charged.input, charged.output) == (2_250_000, 9_000_000)
    assert row.unbounded == ()


def test_a_catalog_row_changes_its_digest_with_its_prices_only_where_names_stay() -> None:
    row, other = of_catalog(ENTRY), of_catalog(replace(ENTRY, names=("ours", "more"), class_name="small"))
    dearer = of_catalog(replace(ENTRY, output_price=MicroUsdPerMillionTokens(9_000_001)))
    assert row is not None
    assert other is not None
    assert dearer is not None
    assert row.digest == other.digest != dearer.digest


def test_an_entry_without_a_price_has_no_row() -> None:
    assert of_catalog(replace(ENTRY, input_price=None, output_price=None)) is None
    assert of_catalog(replace(ENTRY, output_price=None)) is None


def test_the_units_that_everything_has_are_those_of_the_package() -> None:
    assert {unit: native.UNITS[unit.name] for unit in (INPUT_TOKENS, OUTPUT_TOKENS, REQUESTS)} == {
        unit: unit for unit in (INPUT_TOKENS, OUTPUT_TOKENS, REQUESTS)
    }
    assert [unit.side for unit in (INPUT_TOKENS, OUTPUT_TOKENS, REQUESTS)] == list(Side)
    assert native.UNITS["cache_write_1h_tokens"].wire_name == "cacheWrite1hTokens"
