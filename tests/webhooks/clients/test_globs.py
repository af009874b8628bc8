"""Which texts patterns mean, held to what a regular expression says."""

import re2
from hypothesis import given
from hypothesis import strategies as st

from interlock_webhooks.clients.globs import EVERYTHING, NOTHING, Globs

# Few letters, so that patterns and texts meet.
_PATTERNS = st.text("ab*", max_size=8)
_TEXTS = st.text("ab", max_size=10)


@given(st.lists(_PATTERNS, max_size=3), _TEXTS)
def test_patterns_mean_what_a_regular_expression_matches(patterns: list[str], text: str) -> None:
    matched = any(re2.fullmatch(pattern.replace("*", ".*"), text) for pattern in patterns)
    assert Globs.of(patterns).mean(text) == bool(matched)


@given(st.text())
def test_everything_is_every_text_and_nothing_is_none(text: str) -> None:
    assert EVERYTHING.mean(text)
    assert EVERYTHING.is_everything
    assert not NOTHING.mean(text)
    assert not NOTHING.is_everything


@given(st.text(), st.text())
def test_a_pattern_without_a_star_means_itself_alone(pattern: str, text: str) -> None:
    if "*" not in pattern:
        assert Globs.of([pattern]).mean(text) == (pattern == text)


def test_letters_that_are_special_elsewhere_mean_themselves() -> None:
    assert not Globs.of(["a.c", "a?c", "[abc]"]).mean("abc")
    assert Globs.of(["[a]*"]).mean("[a]\n\udcff")
