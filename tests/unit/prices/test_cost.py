"""What usages cost at made up prices, and at most."""

from fractions import Fraction
from typing import Final

import pytest

from interlock.errors import RequestError
from interlock.prices import native
from interlock.prices.cost import Cost, cost, worst
from interlock.prices.rate import Rate, Tier
from interlock.prices.row import Rates, Variant
from interlock.prices.unit import INPUT_TOKENS, OUTPUT_TOKENS, REQUESTS, Unit
from interlock.prices.usage import Usage
from interlock.units import MicroUsd, PicoUsd, Tokens
from support.prices import CACHED, WRITTEN, made_row

MICRO: Final = 1_000_000
AUDIO: Final = native.UNITS["input_audio_tokens"]
CACHED_AUDIO: Final = native.UNITS["cache_audio_read_tokens"]
SECONDS: Final = native.UNITS["audio_seconds"]
SEARCHES: Final = native.UNITS["web_searches"]

PLAIN: Final[Rates] = {INPUT_TOKENS: Rate(Fraction(2)), OUTPUT_TOKENS: Rate(Fraction(10))}
CACHING: Final[Rates] = {**PLAIN, CACHED: Rate(Fraction(1)), WRITTEN: Rate(Fraction(3))}


def _cost(rates: Rates, counts: dict[Unit, int]) -> Cost:
    return cost(made_row(rates), Usage(counts))


def _worst(rates: Rates, *variants: Variant, inputs: int = 0, outputs: int = 0) -> MicroUsd:
    return worst(made_row(rates, *variants), input_tokens=Tokens(inputs), output_tokens=Tokens(outputs))


def test_each_side_is_charged_at_its_price() -> None:
    assert _cost(PLAIN, {INPUT_TOKENS: 100, OUTPUT_TOKENS: 7}) == Cost(
        input=PicoUsd(200), output=PicoUsd(70), other=PicoUsd(0)
    )


def test_what_has_a_price_as_a_part_is_not_charged_again_as_the_whole() -> None:
    assert _cost(CACHING, {INPUT_TOKENS: 100, CACHED: 60, WRITTEN: 30}).input == 10 * 2 + 60 * 1 + 30 * 3


def test_a_part_without_a_price_costs_what_the_whole_does() -> None:
    assert _cost(PLAIN, {INPUT_TOKENS: 100, CACHED: 60}).input == 200


def test_a_unit_without_a_price_that_is_no_part_costs_nothing() -> None:
    assert _cost(PLAIN, {SEARCHES: 3}).total == 0


def test_a_call_is_charged_once() -> None:
    assert _cost({**PLAIN, REQUESTS: Rate(Fraction(5))}, {}).other == 5


def test_a_tier_prices_all_tokens_once_the_prompt_is_above_it() -> None:
    tiered: Rates = {
        INPUT_TOKENS: Rate(Fraction(2), (Tier(100, Fraction(4)),)),
        OUTPUT_TOKENS: Rate(Fraction(10), (Tier(100, Fraction(15)), Tier(200, Fraction(1)))),
    }
    assert _cost(tiered, {INPUT_TOKENS: 100, OUTPUT_TOKENS: 1}).total == 200 + 10
    assert _cost(tiered, {INPUT_TOKENS: 101, OUTPUT_TOKENS: 1}).total == 404 + 15
    assert _cost(tiered, {INPUT_TOKENS: 201, OUTPUT_TOKENS: 1}).total == 804 + 1


def test_a_price_that_is_no_whole_number_of_pico_usd_is_rounded_up() -> None:
    third: Rates = {INPUT_TOKENS: Rate(Fraction(1, 3)), OUTPUT_TOKENS: Rate(Fraction(1, 3))}
    assert _cost(third, {INPUT_TOKENS: 3, OUTPUT_TOKENS: 4}) == Cost(
        input=PicoUsd(1), output=PicoUsd(2), other=PicoUsd(0)
    )


@pytest.mark.parametrize(("seconds", "billed"), [(0, 0), (1, 10), (10, 10), (11, 11)])
def test_where_there_is_any_of_it_at_least_the_minimum_is_charged(seconds: int, billed: int) -> None:
    row = made_row({SECONDS: Rate(Fraction(1))}, least={SECONDS: 10})
    assert cost(row, Usage({SECONDS: seconds})).total == billed


def test_terms_replace_the_prices_that_they_name_and_the_first_that_are_met_count() -> None:
    row = made_row(
        PLAIN,
        Variant({"speed": "fast", "service_tier": "flex"}, {INPUT_TOKENS: Rate(Fraction(7))}),
        Variant({"speed": "fast"}, {INPUT_TOKENS: Rate(Fraction(9)), OUTPUT_TOKENS: Rate(Fraction(99))}),
    )
    usage = Usage({INPUT_TOKENS: 1, OUTPUT_TOKENS: 1})
    assert cost(row, usage).total == 2 + 10
    assert cost(row.under({}), usage).total == 2 + 10
    assert cost(row.under({"speed": "fast", "more": "x"}), usage).total == 9 + 99
    assert cost(row.under({"speed": "fast", "service_tier": "flex"}), usage).total == 7 + 99


def test_a_whole_that_is_less_than_its_parts_is_refused() -> None:
    with pytest.raises(RequestError, match="`inputTokens`: is less than its parts together, 12") as refused:
        _cost(CACHING, {INPUT_TOKENS: 11, CACHED: 6, WRITTEN: 6})
    assert refused.value.path == "$.inputTokens"


def test_a_whole_must_be_given_where_a_part_is() -> None:
    with pytest.raises(RequestError, match="`inputTokens`: must be given, as `cacheReadTokens` may be"):
        _cost(CACHING, {CACHED: 6})


def test_what_two_units_have_in_common_must_be_given_where_it_has_a_price() -> None:
    rates = {**PLAIN, CACHED: Rate(Fraction(1)), AUDIO: Rate(Fraction(9)), CACHED_AUDIO: Rate(Fraction(4))}
    counts = {INPUT_TOKENS: 100, CACHED: 60, AUDIO: 50}
    with pytest.raises(RequestError, match="`cacheAudioReadTokens`: must be given, as `cacheReadTokens`, `inp"):
        _cost(rates, counts)
    charged = _cost(rates, {**counts, CACHED_AUDIO: 20})
    assert charged.input == 20 * 4 + 30 * 9 + 40 * 1 + 10 * 2


def test_the_worst_case_takes_each_token_for_the_dearest_sort() -> None:
    assert _worst(CACHING, inputs=MICRO, outputs=MICRO) == 3 + 10


def test_the_worst_case_takes_a_tier_only_if_a_prompt_can_reach_it_and_a_cheaper_one_never() -> None:
    tiered: Rates = {
        INPUT_TOKENS: Rate(Fraction(MICRO), (Tier(10, Fraction(2 * MICRO)), Tier(20, Fraction(0))))
    }
    assert _worst(tiered, inputs=10) == 10
    assert _worst(tiered, inputs=11) == 22
    assert _worst(tiered, inputs=30) == 60


def test_the_worst_case_is_on_whatever_terms_and_has_the_price_of_the_call() -> None:
    rates = {**PLAIN, REQUESTS: Rate(Fraction(5 * MICRO))}
    fast = Variant({"speed": "fast"}, {INPUT_TOKENS: Rate(Fraction(4))})
    assert _worst(rates, fast, inputs=MICRO) == 4 + 5


def test_the_worst_case_is_rounded_up() -> None:
    assert _worst(PLAIN, inputs=1) == 1
    assert _worst(PLAIN) == 0


def test_a_row_names_what_tokens_do_not_bound_and_is_not_free() -> None:
    some = Rate(Fraction(1))
    row = made_row({**PLAIN, SEARCHES: some, SECONDS: Rate(Fraction(0)), REQUESTS: some})
    assert row.unbounded == ("webSearches",)
    assert made_row({**PLAIN, SECONDS: Rate(Fraction(0), (Tier(9, Fraction(1)),))}).unbounded == (
        "audioSeconds",
    )
    assert made_row(PLAIN, Variant({"a": "b"}, {SEARCHES: some})).unbounded == ("webSearches",)
