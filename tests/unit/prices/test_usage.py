"""Counts as callers state them."""

from fractions import Fraction

import pytest

from interlock.errors import RequestError
from interlock.prices import native
from interlock.prices.published import usage_in
from interlock.prices.unit import INPUT_TOKENS, OUTPUT_TOKENS
from interlock.prices.usage import MOST, Usage
from support.prices import CACHED


def test_counts_go_by_their_names_in_json() -> None:
    usage = usage_in({"inputTokens": 12, "outputTokens": 3, "cacheReadTokens": 5, "webSearches": None})
    assert usage == Usage({INPUT_TOKENS: 12, OUTPUT_TOKENS: 3, CACHED: 5})
    assert (usage.input_tokens, usage.output_tokens) == (12, 3)


def test_what_is_not_reported_is_none() -> None:
    usage = usage_in({})
    assert (usage.input_tokens, usage.output_tokens) == (0, 0)


def test_seconds_may_be_parts_of_one_and_stay_exact() -> None:
    assert usage_in({"audioSeconds": 0.1}) == Usage({native.UNITS["audio_seconds"]: Fraction(1, 10)})


@pytest.mark.parametrize(
    "count",
    [-1, MOST + 1, 10**400, True, "12", [1], {"a": 1}, 1.0, 1.5, float("nan"), float("inf"), -0.5, 1e300],
)
def test_a_count_is_a_whole_number_that_is_not_huge(count: object) -> None:
    with pytest.raises(RequestError, match="`inputTokens`: must be") as refused:
        usage_in({"inputTokens": count})
    assert refused.value.path == "$.inputTokens"


@pytest.mark.parametrize("count", [-0.5, 1e300, float("nan"), float("inf"), False, "1"])
def test_seconds_are_a_number_that_is_not_huge(count: object) -> None:
    with pytest.raises(RequestError, match="`audioSeconds`: must be") as refused:
        usage_in({"audioSeconds": count})
    assert refused.value.path == "$.audioSeconds"


@pytest.mark.parametrize("counts", [None, 1, "x", [], [("inputTokens", 1)]])
def test_a_usage_is_an_object(counts: object) -> None:
    with pytest.raises(RequestError, match="a usage is an object") as refused:
        usage_in(counts)
    assert refused.value.path == "$"


@pytest.mark.parametrize("name", ["tokens", "input_tokens", "requests", "", "a\x00\nb", "é" * 300, "__class__"])
def test_a_name_that_nothing_is_counted_in_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(RequestError, match="no usage is counted in it") as refused:
        usage_in({name: 1})
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 120
