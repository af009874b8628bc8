"""Which Intents a policy is about."""

import pytest

from interlock.identity import Digest, RuleName
from interlock.model.labels import DEFAULT_LABELS, AttributionLabels
from interlock.model.limit import Limit
from interlock.model.policy import Effect, Match, Rule
from interlock.spans import Span, typed_in


@pytest.mark.parametrize(
    ("match", "covered"),
    [
        (Match(), True),
        (Match(actions=frozenset({"tool.call"})), True),
        (Match(actions=frozenset({"tool.list"})), False),
        (Match(kinds=frozenset({"Pod", "Job"})), True),
        (Match(kinds=frozenset({"Job"})), False),
        (Match(actions=frozenset({"tool.call"}), kinds=frozenset({"Job"})), False),
        (Match(actions=frozenset({"tool.call"}), kinds=frozenset({"Pod"})), True),
    ],
)
def test_a_match_covers_the_actions_and_kinds_that_it_names_or_all(match: Match, covered: bool) -> None:  # noqa: FBT001  # a table
    assert match.covers("tool.call", "Pod") is covered


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (Match(), Match(), True),
        (Match(actions=frozenset({"tool.call"})), Match(kinds=frozenset({"Pod"})), True),
        (Match(kinds=frozenset({"Pod", "Job"})), Match(kinds=frozenset({"Job", "Deployment"})), True),
        (Match(kinds=frozenset({"Pod"})), Match(kinds=frozenset({"Job"})), False),
        (
            Match(actions=frozenset({"tool.call"}), kinds=frozenset({"Pod"})),
            Match(actions=frozenset({"tool.list"}), kinds=frozenset({"Pod"})),
            False,
        ),
    ],
)
def test_matches_overlap_where_one_action_and_kind_is_covered_by_both(
    one: Match,
    other: Match,
    overlap: bool,  # noqa: FBT001  # a table
) -> None:
    assert one.overlaps(other) is other.overlaps(one) is overlap


def test_every_fact_of_an_attribution_has_labels_and_ours_come_first() -> None:
    for name in AttributionLabels.__slots__:
        labels = getattr(DEFAULT_LABELS, name)
        assert labels[0] == f"interlock.dev/{name.replace('_', '-')}"
        assert len(set(labels)) == len(labels)


def test_a_rule_can_be_waived_unless_it_says_otherwise() -> None:
    text, digest, span = typed_in("true"), Digest("sha256:1"), Span("policy.yaml", 1, 1)
    rule = Rule(name=RuleName("r"), effect=Effect.REQUIRE, expression=text, digest=digest, span=span)
    limit = Limit(name=RuleName("l"), of=text, digest=digest, span=span)
    assert rule.is_waivable
    assert limit.is_waivable
