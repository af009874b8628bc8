"""EXACT_MONEY: what is charged is exact to the pico-USD, no float is in it, and a worst case bounds it.

Over every price of the release, at random instants, and over made up ones.
"""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil
from typing import Final

from genai_prices.types import Usage as PackageUsage
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.errors import RequestError
from interlock.instants import rfc3339
from interlock.prices.cost import Cost, cost, worst
from interlock.prices.rate import Rate
from interlock.prices.row import Row
from interlock.prices.unit import REQUESTS, Side, Unit
from interlock.prices.usage import Count, Usage
from interlock.units import Instant, Tokens, micro_usd
from support.prices import (
    COUNTED,
    Entry,
    entries,
    instants,
    made_rows,
    published_entries,
    published_rows,
    token_usages,
    usages,
)

_PICO: Final = 10**12

rows = published_rows | made_rows
terms = st.dictionaries(
    st.sampled_from(["service_tier", "speed", "processing", "route", "search_type"]),
    st.sampled_from(["default", "priority", "flex", "fast", "batch", "mistral/eu", "web"]),
)


def _flat(row: Row) -> Row:
    """The row without tiers, minimal charges and a price of the call itself."""
    rates = {unit: Rate(rate.base) for unit, rate in row.rates.items() if unit != REQUESTS}
    return replace(row, rates=rates, least={})


@given(rows, token_usages, terms)
def test_a_usage_never_costs_more_than_the_worst_case_of_its_tokens(
    row: Row, usage: Usage, on: dict[str, str]
) -> None:
    most = worst(row, input_tokens=usage.input_tokens, output_tokens=usage.output_tokens)
    assert micro_usd(cost(row, usage).total) <= most
    assert micro_usd(cost(row.under(on), usage).total) <= most


@settings(max_examples=5)
@given(instants, token_usages, terms)
def test_no_entry_of_the_release_costs_more_than_its_worst_case(
    at: Instant, usage: Usage, on: dict[str, str]
) -> None:
    for entry in entries():
        row = entry.row(at)
        most = worst(row, input_tokens=usage.input_tokens, output_tokens=usage.output_tokens)
        assert micro_usd(cost(row.under(on), usage).total) <= most


@given(rows, st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_worst_case_never_falls_with_more_tokens(row: Row, inputs: int, outputs: int, more: int) -> None:
    least = worst(row, input_tokens=Tokens(inputs), output_tokens=Tokens(outputs))
    assert least <= worst(row, input_tokens=Tokens(inputs + more), output_tokens=Tokens(outputs))
    assert least <= worst(row, input_tokens=Tokens(inputs), output_tokens=Tokens(outputs + more))


@given(rows, terms, st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_worst_case_on_known_terms_is_no_higher(
    row: Row, on: dict[str, str], inputs: int, outputs: int
) -> None:
    tokens = {"input_tokens": Tokens(inputs), "output_tokens": Tokens(outputs)}
    assert worst(row.under(on), **tokens) <= worst(row, **tokens)


@given(rows, usages(COUNTED), usages(COUNTED))
def test_without_tiers_usages_cost_together_what_they_cost_apart(row: Row, one: Usage, other: Usage) -> None:
    flat = _flat(row)
    both = Usage({unit: count + other.counts[unit] for unit, count in one.counts.items()})
    together, apart = cost(flat, both).total, cost(flat, one).total + cost(flat, other).total
    if all(rate.base.denominator == 1 for rate in flat.rates.values()):
        assert together == apart
    assert together <= apart < together + len(Side)


@given(rows, usages(COUNTED))
def test_what_is_charged_is_whole_and_nothing_of_a_price_is_a_float(row: Row, usage: Usage) -> None:
    charged = cost(row, usage)
    assert {type(side) for side in (charged.input, charged.output, charged.other)} == {int}
    assert type(worst(row, input_tokens=Tokens(1), output_tokens=Tokens(1))) is int
    assert {
        type(price)
        for rate in row.rates.values()
        for price in (rate.base, *(tier.price for tier in rate.tiers))
    } == {Fraction}


@given(published_entries, instants, usages(COUNTED), terms)
def test_a_cost_is_what_the_package_says_rounded_up(
    entry: Entry, at: Instant, usage: Usage, on: dict[str, str]
) -> None:
    counts = {unit.name: int(count) for unit, count in usage.counts.items() if unit != REQUESTS}
    theirs = entry.model.get_prices(_moment(at), on).calc_price(PackageUsage(**counts))
    ours = cost(replace(entry.row(at).under(on), least={}), usage)
    assert (ours.input, ours.output) == (_rounded(theirs["input_price"]), _rounded(theirs["output_price"]))
    other = theirs["total_price"] - theirs["input_price"] - theirs["output_price"]
    assert ours.other == _rounded(other)


@given(rows, st.dictionaries(st.sampled_from(COUNTED), st.integers(0, 10**6), max_size=6))
def test_counts_that_do_not_fit_together_cost_something_or_are_an_error_with_a_place(
    row: Row, counts: dict[Unit, Count]
) -> None:
    match _cost_or_place(row, Usage(counts)):
        case Cost() as charged:
            assert min(charged.input, charged.output, charged.other) >= 0
        case place:
            assert place.startswith("$.")


def _cost_or_place(row: Row, usage: Usage) -> Cost | str:
    try:
        return cost(row, usage)
    except RequestError as error:
        return error.path


def _moment(at: Instant) -> datetime:
    return datetime.fromisoformat(rfc3339(at))


def _rounded(price: Decimal) -> int:
    """US dollars in pico-USD, rounded up; the package's own rounding is far below that."""
    with localcontext(prec=60):
        return ceil((price * _PICO).quantize(Decimal("1e-9")))
