"""What calls used, and the counts that bodies state."""

from fractions import Fraction

import pytest

from interlock.errors import RequestError
from interlock.prices import native
from interlock.prices.unit import INPUT_TOKENS, OUTPUT_TOKENS
from interlock.prices.usage import MOST, Usage, count_of
from support.prices import CACHED

SECONDS = native.UNITS["audio_seconds"]


def test_a_usage_tells_all_tokens_of_the_prompt_and_of_the_answer() -> None:
    usage = Usage({INPUT_TOKENS: 12, OUTPUT_TOKENS: 3, CACHED: 5})
    assert (usage.input_tokens, usage.output_tokens) == (12, 3)


def test_what_is_not_reported_is_none() -> None:
    usage = Usage({})
    assert (usage.input_tokens, usage.output_tokens) == (0, 0)


@pytest.mark.parametrize("count", [0, 1, MOST])
def test_a_count_is_taken_as_it_is_stated(count: int) -> None:
    assert count_of(count, INPUT_TOKENS, "$.usage") == count


def test_seconds_may_be_parts_of_one_and_stay_exact() -> None:
    assert count_of(0.1, SECONDS, "$.usage") == Fraction(1, 10)


@pytest.mark.parametrize(
    "count",
    [-1, MOST + 1, 10**400, True, "12", [1], {"a": 1}, 1.0, 1.5, float("nan"), float("inf"), -0.5, 1e300],
)
def test_a_count_is_a_whole_number_that_is_not_huge(count: object) -> None:
    with pytest.raises(RequestError, match="`inputTokens`: must be") as refused:
        count_of(count, INPUT_TOKENS, "$.usage")
    assert refused.value.path == "$.usage"


@pytest.mark.parametrize("count", [-0.5, 1e300, float("nan"), float("inf"), False, "1"])
def test_seconds_are_a_number_that_is_not_huge(count: object) -> None:
    with pytest.raises(RequestError, match="`audioSeconds`: must be") as refused:
        count_of(count, SECONDS, "$.usage")
    assert refused.value.path == "$.usage"
