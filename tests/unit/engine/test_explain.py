"""Why decisions are what they are."""

from pathlib import Path
from typing import Any

import pytest

from interlock.cel.explanation.trace import lines
from interlock.engine import Engine
from interlock.engine.document import decide_document
from interlock.engine.explain import explain
from interlock.engine.explanation import Explanation
from interlock.loading.policyset import load
from interlock.model.verdict import Outcome
from interlock.units import Instant
from support.policies import write_policies
from support.reviews import call, chat, deployment, pod, review

_NOW = Instant(1_767_225_600_000)

_POLICY = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {{name: {name}}}
spec:
  layer: organization
  area: models
  description: For tests.
  {more}
  rules:
    - name: only
      {rule}
"""

_WAIVER = """\
apiVersion: interlock.dev/v1alpha1
kind: Waiver
metadata: {{name: {name}}}
spec:
  layer: organization
  rules:
    - {{policy: models, rule: never-bad, digest: '{digest}'}}
  scope: {scope}
  owner: ada
  approver: grace
  reason: A trial.
  starts: {starts}
  expires: {expires}
"""


def _engine(folder: Path, *, more: str = "", rule: str = "") -> Engine:
    write_policies(folder)
    if rule:
        (folder / "extra.yaml").write_text(_POLICY.format(name="extra", more=more, rule=rule))
    return Engine(load([folder]))


def _explained(engine: Engine, document: dict[str, Any]) -> Explanation:
    decided = decide_document(engine, document, now=_NOW)
    return explain(engine.policies, decided.intent, decided.decision)


def _outcomes(explanation: Explanation) -> dict[str, str]:
    return {f"{rule.rule.policy}/{rule.rule.rule}": rule.outcome for rule in explanation.rules}


def test_every_rule_that_applies_is_explained_the_silent_ones_too(tmp_path: Path) -> None:
    explanation = _explained(_engine(tmp_path), chat("bad-1"))
    assert _outcomes(explanation) == {"models/good": "unpermitted", "models/never-bad": "violated"}
    assert [rule.is_silent for rule in explanation.rules] == [True, False]


def test_a_denial_is_explained_down_to_its_values(tmp_path: Path) -> None:
    explanation = _explained(_engine(tmp_path), chat("bad-1"))
    (denied,) = [rule for rule in explanation.rules if rule.outcome == Outcome.VIOLATED]
    assert denied.step is not None
    assert list(lines(denied.step)) == [
        (0, 'model.name.startsWith("bad")', "true"),
        (1, "model.name", '"bad-1"'),
    ]
    assert denied.expression is not None
    assert denied.expression.text == 'model.name.startsWith("bad")'
    assert (denied.clause, denied.item) == ("forbid", "models[0]")
    assert (denied.message, denied.remedy) == ("this model is not to be used", "use good-1")


def test_an_allowance_is_explained_by_the_permit_that_it_rests_on(tmp_path: Path) -> None:
    explanation = _explained(_engine(tmp_path), chat("good-1"))
    assert explanation.decision.allowed
    assert _outcomes(explanation) == {"models/good": "permitted", "models/never-bad": "satisfied"}
    assert explanation.missing == ()


def test_a_missing_permit_lists_every_permit_that_could_have_met_it(tmp_path: Path) -> None:
    engine = _engine(tmp_path, more="match: {actions: [model.embed]}", rule='permit: "true"')
    (missing,) = _explained(engine, chat("other-1")).missing
    assert (missing.demand.layer, missing.demand.item) == ("organization", "models[0]")
    extra, good = missing.considered
    assert (extra.outcome, extra.step, extra.expression) == (Outcome.NOT_APPLICABLE, None, None)
    assert extra.obstacle == "is about `model.embed`, not `model.chat`"
    assert (good.rule.rule, good.outcome, good.obstacle) == ("good", "unpermitted", "")


def test_a_policy_for_other_kinds_says_so(tmp_path: Path) -> None:
    engine = _engine(tmp_path, more="match: {kinds: [Pod]}", rule='permit: "true"')
    (missing,) = _explained(engine, chat("other-1")).missing
    assert missing.considered[0].obstacle.startswith("is about `Pod`, not ")


def test_a_policy_whose_condition_is_false_is_explained_by_its_condition(tmp_path: Path) -> None:
    engine = _engine(tmp_path, more='match: {when: model.name == "x"}', rule='permit: "true"')
    explanation = _explained(engine, chat("other-1"))
    assert "extra/only" not in _outcomes(explanation)
    extra = explanation.missing[0].considered[0]
    assert (extra.clause, extra.obstacle) == ("match.when", "has a `match.when` that is false here")
    assert extra.step is not None
    assert extra.step.text == 'model.name == "x"'


@pytest.mark.parametrize(
    ("more", "rule", "clause"),
    [
        ("", "forbid: intent.models[9].name == model.name, message: no", "forbid"),
        (
            "match: {when: 'intent.models[9].name == model.name'}",
            "forbid: model.name == model.name, message: no",
            "match.when",
        ),
    ],
)
def test_an_error_is_explained_where_it_happened(tmp_path: Path, more: str, rule: str, clause: str) -> None:
    engine = _engine(tmp_path, more=more, rule="\n      ".join(rule.split(", ")))
    explanation = _explained(engine, chat("good-1"))
    assert not explanation.decision.allowed
    (failed,) = [each for each in explanation.rules if each.rule.policy == "extra"]
    assert (failed.outcome, failed.clause) == (Outcome.ERRORED, clause)
    assert failed.step is not None
    assert failed.step.result.startswith("error: ")
    assert failed.message.startswith("could not be evaluated: ")


def test_variables_that_were_read_are_explained_once_each_through_other_variables(tmp_path: Path) -> None:
    more = (
        "variables: [{name: short, expression: size(model.name)}, {name: unread, expression: '1'}, "
        "{name: is_short, expression: variables.short < 3}]"
    )
    engine = _engine(
        tmp_path, more=more, rule="forbid: variables.is_short || variables.short > 4\n      message: too long"
    )
    (extra,) = [each for each in _explained(engine, chat("good-1")).rules if each.rule.policy == "extra"]
    assert [(name, step.result) for name, step in extra.variables] == [
        ("variables.is_short", "false"),
        ("variables.short", "6"),
    ]


@pytest.mark.parametrize(
    ("scope", "starts", "expires", "obstacle"),
    [
        ("intent.action == 'model.chat'", "2025-12-01T00:00:00Z", "2026-02-01T00:00:00Z", ""),
        ("intent.action == 'tool.call'", "2025-12-01T00:00:00Z", "2026-02-01T00:00:00Z", "its scope is false"),
        (
            "intent.models[9].name == ''",
            "2025-12-01T00:00:00Z",
            "2026-02-01T00:00:00Z",
            "its scope could not be",
        ),
        (
            "intent.action == 'model.chat'",
            "2026-01-02T00:00:00Z",
            "2026-02-01T00:00:00Z",
            "it is not in force yet",
        ),
        ("intent.action == 'model.chat'", "2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z", "it has expired"),
    ],
)
def test_a_waiver_that_names_the_rule_says_why_it_lifts_nothing(
    tmp_path: Path, scope: str, starts: str, expires: str, obstacle: str
) -> None:
    (plain,) = [policy for policy in _engine(tmp_path).policies.policies if policy.name == "models"]
    digest = next(rule.digest for rule in plain.rules if rule.name == "never-bad")
    (tmp_path / "waiver.yaml").write_text(
        _WAIVER.format(name="trial", digest=digest, scope=scope, starts=starts, expires=expires)
    )
    explanation = _explained(Engine(load([tmp_path])), chat("bad-1"))
    (violated,) = [rule for rule in explanation.rules if rule.outcome == Outcome.VIOLATED]
    (naming,) = violated.waivers
    assert naming.waiver.name == "trial"
    assert naming.obstacle.startswith(obstacle)
    assert bool(naming.obstacle) == bool(obstacle)
    assert bool(explanation.decision.waived) == (not obstacle)


def test_rules_come_in_the_order_of_decisions(tmp_path: Path) -> None:
    explanation = _explained(_engine(tmp_path), deployment(12))
    assert list(_outcomes(explanation)) == ["few-pods/at-most-ten", "workloads/team"]


def test_explanations_agree_with_their_decision(tmp_path: Path) -> None:
    engine = _engine(tmp_path)
    for document in (chat("bad-1"), call("write"), pod(), review(deployment(12, team="shop"))):
        explanation = _explained(engine, document)
        said = explanation.decision
        denials = {(v.rule, v.item) for v in (*said.denials, *said.warnings, *said.audits)}
        violated = {(r.rule, r.item) for r in explanation.rules if r.outcome == Outcome.VIOLATED}
        assert violated == denials
        assert {missing.demand for missing in explanation.missing} == set(said.missing)
