"""Why a limit was kept or not: what it measured, what it sets, and what all of them leave."""

from pathlib import Path

from interlock.cel.explanation.trace import lines
from interlock.engine import Engine
from interlock.engine.explain import explain
from interlock.engine.explanation import ExplainedRule
from interlock.loading.policyset import load
from interlock.model.intent import Intent
from interlock.model.limit import Bound, Bounds
from interlock.model.verdict import Outcome
from support.limits import OPEN, intent, limits
from support.strategies import NOW

_TOKENS = "intent.usage.?outputTokens"


def _explained(tmp_path: Path, asked: Intent, *documents: str) -> list[ExplainedRule]:
    path = tmp_path / "policies.yaml"
    path.write_text("---\n".join([OPEN, *documents]))
    engine = Engine(load([path]))
    return list(explain(engine.policies, asked, engine.decide(asked, now=NOW)).rules)


def test_a_violated_limit_is_explained_down_to_the_values_of_its_measure(tmp_path: Path) -> None:
    (rule,) = _explained(tmp_path, intent(5), limits("a", f"of: {_TOKENS}, ceiling: 4, remedy: ask"))
    assert (rule.outcome, rule.clause, rule.remedy) == (Outcome.VIOLATED, "limit", "ask")
    assert rule.message == f"`{_TOKENS}` is above the ceiling of 4"
    assert rule.step is not None
    assert next(lines(rule.step)) == (0, _TOKENS, "optional.of(5)")
    assert rule.bound == Bound(_TOKENS, Bounds(ceiling=4))
    assert rule.computed == ()
    assert not rule.is_silent


def test_bounds_that_are_expressions_are_explained_with_the_variables_that_they_read(tmp_path: Path) -> None:
    spec = "  variables: [{name: most, expression: 2 + 2}]\n"
    (rule,) = _explained(
        tmp_path, intent(5), limits("a", f"of: {_TOKENS}, ceiling: variables.most, floor: '1'", spec=spec)
    )
    assert [(name, step.text, step.result) for name, step in rule.computed] == [
        ("ceiling", "variables.most", "4"),
        ("floor", "1", "1"),
    ]
    assert [(name, step.result) for name, step in rule.variables] == [("variables.most", "4")]
    assert rule.bound == Bound(_TOKENS, Bounds(ceiling=4, floor=1))


def test_what_all_limits_leave_is_told_with_whose_they_are(tmp_path: Path) -> None:
    rules = _explained(
        tmp_path,
        intent(3),
        limits("a", f"of: {_TOKENS}, ceiling: 9"),
        limits("b", f"of: {_TOKENS}, ceiling: 4", layer="team"),
    )
    assert [(rule.outcome, rule.is_silent) for rule in rules] == [(Outcome.SATISFIED, True)] * 2
    for rule in rules:
        assert rule.together is not None
        assert rule.together.bounds == Bounds(ceiling=4)
        assert rule.together.policies == ("a", "b")


def test_a_limit_that_failed_says_where_and_sets_nothing(tmp_path: Path) -> None:
    (rule,) = _explained(tmp_path, intent(5), limits("a", f"of: {_TOKENS}, ceiling: intent.object.most"))
    assert (rule.outcome, rule.bound, rule.together) == (Outcome.ERRORED, None, None)
    assert rule.message == "could not be evaluated: ceiling: no such key: most"
    ((name, step),) = rule.computed
    assert (name, step.result) == ("ceiling", "error: no such key: most")


def test_a_limit_whose_policy_does_not_apply_is_explained_by_its_condition(tmp_path: Path) -> None:
    spec = "  match: {when: intent.attribution.team == 'x'}\n"
    (rule,) = _explained(tmp_path, intent(5), limits("a", f"of: {_TOKENS}, ceiling: '4'", spec=spec))
    assert (rule.outcome, rule.clause, rule.computed) == (Outcome.ERRORED, "match.when", ())
