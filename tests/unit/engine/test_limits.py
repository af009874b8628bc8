"""Limits over one Intent: values, bounds, errors, waivers, and what is recorded of them."""

from pathlib import Path

import pytest

from interlock.cel.environment import Evaluator
from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.identity import PolicyName
from interlock.loading.policyset import load
from interlock.model.decision import Decision, Limitation
from interlock.model.intent import Intent
from interlock.model.limit import Bounds
from interlock.model.verdict import Outcome
from support.limits import OPEN, intent, limits, waiver_of
from support.waivers import NOW

TOKENS = "intent.usage.?outputTokens"
NAMES = "intent.models.map(m, m.name)"


def engine(tmp_path: Path, *documents: str, evaluator: Evaluator = Evaluator.INTERLOCK) -> Engine:
    path = tmp_path / "policies.yaml"
    path.write_text("---\n".join((OPEN, *documents)))
    return Engine(load([path], evaluator=evaluator))


def decide(tmp_path: Path, asked: Intent, *documents: str) -> Decision:
    return engine(tmp_path, *documents).decide(asked, now=NOW)


def errors(decision: Decision) -> list[str]:
    assert not decision.allowed
    assert decision.limits == ()
    return [verdict.error for verdict in decision.errors]


def test_a_value_within_is_allowed_and_the_bounds_are_told(tmp_path: Path) -> None:
    decision = decide(tmp_path, intent(4096), limits("a", f"of: {TOKENS}, ceiling: 4096, floor: 16"))
    assert decision.allowed
    assert decision.limits == (
        Limitation(TOKENS, "intent", Bounds(ceiling=4096, floor=16), (PolicyName("a"),)),
    )


@pytest.mark.parametrize(
    ("tokens", "message"), [(4097, "is above the ceiling of 4096"), (15, "is below the floor of 16")]
)
def test_a_value_out_of_bounds_denies_in_the_engine_s_own_words(
    tmp_path: Path, tokens: int, message: str
) -> None:
    decision = decide(
        tmp_path, intent(tokens), limits("a", f"of: {TOKENS}, ceiling: 4096, floor: 16, remedy: ask")
    )
    assert not decision.allowed
    (denial,) = decision.denials
    assert (denial.outcome, denial.message, denial.remedy) == (
        Outcome.VIOLATED,
        f"`{TOKENS}` {message}",
        "ask",
    )
    assert str(tokens) not in denial.message


def test_the_author_s_message_takes_the_place_of_the_engine_s(tmp_path: Path) -> None:
    decision = decide(tmp_path, intent(5), limits("a", f"of: {TOKENS}, ceiling: 4, message: too long"))
    assert [denial.message for denial in decision.denials] == ["too long"]


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63)])
def test_every_integer_of_64_bits_has_bounds(tmp_path: Path, value: int) -> None:
    policy = limits("a", f"of: intent.object.x, ceiling: {2**63 - 1}, floor: {-(2**63)}")
    assert decide(tmp_path, intent(object={"x": value}), policy).allowed


def test_what_is_absent_is_not_bounded(tmp_path: Path) -> None:
    decision = decide(tmp_path, intent(), limits("a", f"of: {TOKENS}, floor: 16"))
    assert decision.allowed
    assert [limit.bounds for limit in decision.limits] == [Bounds(floor=16)]


def test_limits_of_all_layers_meet_and_each_that_is_violated_says_so(tmp_path: Path) -> None:
    documents = (
        limits("a", f"of: {TOKENS}, ceiling: 100"),
        limits("b", "of: 'intent . usage  .?outputTokens', ceiling: 50, floor: 1", layer="team"),
    )
    decision = decide(tmp_path, intent(70), *documents)
    assert [denial.rule.policy for denial in decision.denials] == ["b"]
    assert decision.limits == (
        Limitation(TOKENS, "intent", Bounds(ceiling=50, floor=1), (PolicyName("a"), PolicyName("b"))),
    )
    assert len(decide(tmp_path, intent(101), *documents).denials) == 2


@pytest.mark.parametrize(
    ("bounds", "allowed", "message"),
    [
        ("allowed: [good, fine]", ["good", "fine"], ""),
        ("allowed: [good, fine]", ["good", "bad"], f"`{NAMES}` has a text that is none of `fine`, `good`"),
        ("blocked: [bad]", ["bad"], f"`{NAMES}` has a text that is one of `bad`"),
        ("blocked: [bad]", [], ""),
        ("allowed: \"['good']\"", ["good"], ""),
        ("allowed: \"['good']\"", ["fine"], f"`{NAMES}` has a text that is none of `good`"),
        ("blocked: intent.principal.groups", ["good"], ""),
    ],
)
def test_every_text_of_a_list_is_bounded(tmp_path: Path, bounds: str, allowed: list[str], message: str) -> None:
    decision = decide(tmp_path, intent(None, allowed), limits("a", f"of: '{NAMES}', {bounds}"))
    assert decision.allowed is (message == "")
    assert [denial.message for denial in decision.denials] == ([message] if message else [])


def test_an_item_of_an_area_is_bounded_for_itself(tmp_path: Path) -> None:
    decision = decide(
        tmp_path,
        intent(None, ["good", "bad"]),
        limits("a", "of: model.name, blocked: [bad]", spec="  area: models\n"),
    )
    assert [(denial.item, denial.message) for denial in decision.denials] == [
        ("models[1]", "`model.name` is one of `bad`")
    ]
    assert [limit.item for limit in decision.limits] == ["models[0]", "models[1]"]


def test_a_bound_is_computed_where_it_is_an_expression(tmp_path: Path) -> None:
    policy = limits(
        "a",
        f"of: {TOKENS}, ceiling: variables.most, floor: 1",
        spec="  variables: [{name: most, expression: size(intent.models) * 10}]\n",
    )
    decision = decide(tmp_path, intent(20, ["x", "y"]), policy)
    assert decision.allowed
    assert [limit.bounds for limit in decision.limits] == [Bounds(ceiling=20, floor=1)]
    assert not decide(tmp_path, intent(20, ["x"]), policy).allowed


@pytest.mark.parametrize(
    ("limit", "error"),
    [
        ("of: intent.usage.outputTokens, ceiling: 5", "no such key: outputTokens"),
        (f"of: {TOKENS}, ceiling: intent.usage.inputTokens", "ceiling: no such key: inputTokens"),
        ("of: intent.object.a, ceiling: 5", "must be int, but is string"),
        ("of: intent.object.d, ceiling: 5", "must be int, but is double"),
        ("of: intent.object.b, ceiling: 5", "must be int, but is bool"),
        ("of: intent.object.n, ceiling: 5", "must be int, but is null_type"),
        ("of: intent.object.large, floor: 5", "must fit into 64 bits"),
        ("of: intent.object.small, ceiling: 5", "must fit into 64 bits"),
        (f"of: {TOKENS}, ceiling: intent.object.large", "ceiling: must fit into 64 bits"),
        ("of: intent.object.i, allowed: [x]", "must be list(string), but is int"),
        ("of: intent.object.l, allowed: [x]", "must be list(string), but has int"),
        ("of: 'intent.object[?\"i\"]', blocked: [x]", "must be list(string), but is int"),
        (f"of: {TOKENS}, floor: intent.object.a", "floor: must be int, but is string"),
        ("of: intent.object.a, allowed: intent.object.a", "allowed: must be list(string), but is string"),
        ("of: intent.object.a, blocked: intent.object.l", "blocked: must be list(string), but has int"),
    ],
)
def test_an_error_of_the_measure_or_a_bound_denies(tmp_path: Path, limit: str, error: str) -> None:
    document = {"a": "x", "b": True, "d": 1.0, "i": 1, "l": ["x", 1], "n": None}
    document |= {"large": 2**63, "small": -(2**63) - 1}
    decision = decide(tmp_path, intent(object=document), limits("a", limit))
    assert errors(decision) == [error]
    assert decision.denials[0].message == f"could not be evaluated: {error}"


def test_a_policy_that_may_ignore_errors_bounds_nothing_where_it_fails(tmp_path: Path) -> None:
    policy = limits("a", "of: intent.usage.outputTokens, ceiling: 5", layer="team", spec="  onError: ignore\n")
    decision = decide(tmp_path, intent(), policy)
    assert decision.allowed
    assert [error.ignored for error in decision.errors] == [True]
    assert decision.limits == ()


def test_a_failing_condition_errs_every_limit_of_the_policy(tmp_path: Path) -> None:
    spec = "  match: {when: intent.attribution.team == 'x'}\n"
    decision = decide(tmp_path, intent(5), limits("a", f"of: {TOKENS}, ceiling: 9", spec=spec))
    assert errors(decision) == ["match.when: no such key: team"]


def test_a_false_condition_bounds_nothing(tmp_path: Path) -> None:
    spec = "  match: {when: intent.kind == 'x'}\n"
    decision = decide(tmp_path, intent(5), limits("a", f"of: {TOKENS}, ceiling: 4", spec=spec))
    assert decision.allowed
    assert decision.limits == ()


@pytest.mark.parametrize("tokens", [None, 5, 50])
def test_bounds_that_leave_nothing_deny_even_where_there_is_no_value(
    tmp_path: Path, tokens: int | None
) -> None:
    decision = decide(
        tmp_path,
        intent(tokens),
        limits("a", f"of: {TOKENS}, ceiling: 10"),
        limits("b", f"of: {TOKENS}, floor: '20'", layer="team"),
    )
    assert not decision.allowed
    assert [(conflict.subject, conflict.policies) for conflict in decision.conflicts] == [
        (f"limits of `{TOKENS}`", ("a", "b"))
    ]
    assert record(decision)["reasons"][-1]["code"] == "conflict"


@pytest.mark.parametrize(("mode", "field"), [("warn", "warnings"), ("audit", "audits")])
def test_a_limit_that_is_not_enforced_changes_nothing(tmp_path: Path, mode: str, field: str) -> None:
    tried = limits("b", f"of: {TOKENS}, ceiling: 1", layer="team", spec=f"  enforcement: {mode}\n")
    decision = decide(tmp_path, intent(5), limits("a", f"of: {TOKENS}, ceiling: 9"), tried)
    assert decision.allowed
    assert [limit.policies for limit in decision.limits] == [("a",)]
    assert [verdict.message for verdict in getattr(decision, field)] == [
        f"`{TOKENS}` is above the ceiling of 1"
    ]


def test_a_waived_limit_no_longer_bounds(tmp_path: Path) -> None:
    policies = (limits("a", f"of: {TOKENS}, ceiling: 1"), limits("b", f"of: {TOKENS}, ceiling: 9"))
    (digest,) = [denial.rule.digest for denial in decide(tmp_path, intent(5), *policies).denials]
    decision = decide(tmp_path, intent(5), *policies, waiver_of("a", "l0", digest))
    assert decision.allowed
    assert [verdict.rule.policy for verdict in decision.waived] == ["a"]
    assert decision.limits == (Limitation(TOKENS, "intent", Bounds(ceiling=9), (PolicyName("b"),)),)


def test_the_digest_covers_what_a_limit_means_and_no_words(tmp_path: Path) -> None:
    def digest(limit: str, spec: str = "") -> str:
        found = engine(tmp_path, limits("a", limit, spec=spec)).policies.compiled[0].limits[0]
        return found.id.digest

    base = digest(f"of: {TOKENS}, ceiling: 1")
    assert digest(f"of: {TOKENS}, ceiling: 1, message: m, remedy: r", "  enforcement: audit\n") == base
    assert digest(f"of: '{NAMES}', allowed: [b, a, a]") == digest(f"of: '{NAMES}', allowed: [a, b]")
    others = [
        digest(f"of: {TOKENS}, ceiling: 2"),
        digest(f"of: {TOKENS}, floor: 1"),
        digest(f"of: {TOKENS}, ceiling: '1'"),
        digest("of: intent.usage.?inputTokens, ceiling: 1"),
        digest(f"of: {TOKENS}, ceiling: 1", "  match: {actions: [model.chat]}\n"),
        digest(f"of: '{NAMES}', allowed: [a, b]"),
        digest(f"of: '{NAMES}', blocked: [a, b]"),
    ]
    assert len({base, *others}) == len(others) + 1


def test_a_library_s_function_is_the_same_measure_as_what_it_means(tmp_path: Path) -> None:
    library = """\
apiVersion: interlock.dev/v1alpha1
kind: FunctionLibrary
metadata: {name: usage}
spec:
  version: 1.0.0
  description: What is used.
  functions:
    - {name: tokens, parameters: [{name: u, type: usage}], result: dyn, expression: "u.?outputTokens"}
"""
    imports = "  imports: [{library: usage, version: 1.0.0}]\n"
    decision = decide(
        tmp_path,
        intent(5),
        library,
        limits("a", "of: usage.tokens(intent.usage), ceiling: 10", spec=imports),
        limits("b", "of: 'cel.bind(u, intent.usage, u.?outputTokens)', ceiling: 8"),
    )
    assert [(limit.bounds.ceiling, limit.policies) for limit in decision.limits] == [(8, ("a", "b"))]


def test_a_policy_over_its_budget_errs_in_its_limits_too(tmp_path: Path) -> None:
    costly = limits(
        "a",
        f"of: {TOKENS}, ceiling: 9",
        "of: 'size(lists.range(1000).map(n, n))', ceiling: 2000",
    )
    costs = OPEN.replace("  layers:", "  costs: {policy: 1000}\n  layers:")
    path = tmp_path / "policies.yaml"
    path.write_text(f"{costs}---\n{costly}")
    decision = Engine(load([path])).decide(intent(5), now=NOW)
    assert errors(decision) == ["the policy costs more than 1000 over one item"] * 2


def test_the_record_names_the_measure_of_a_violation_and_never_the_value(tmp_path: Path) -> None:
    decision = decide(
        tmp_path,
        intent(123456),
        limits("a", f"of: {TOKENS}, ceiling: 9, floor: 1"),
        limits("b", f"of: '{NAMES}', allowed: [b, a], blocked: [d, c]"),
    )
    recorded = record(decision)
    assert [reason["of"] for reason in recorded["reasons"]] == [TOKENS]
    assert recorded["limits"] == [
        {"of": NAMES, "item": "intent", "allowed": ["a", "b"], "blocked": ["c", "d"], "policies": ["b"]},
        {"of": TOKENS, "item": "intent", "ceiling": 9, "floor": 1, "policies": ["a"]},
    ]
    assert "123456" not in str(recorded)


def test_another_evaluator_decides_the_same(tmp_path: Path) -> None:
    documents = (
        limits("a", "of: intent.usage.outputTokens, ceiling: '4 + 4'"),
        limits("b", f"of: '{NAMES}', allowed: \"['good']\""),
    )
    for asked in (intent(8, ["good"]), intent(9, ["good"]), intent(8, ["bad"])):
        own = engine(tmp_path, *documents).decide(asked, now=NOW)
        other = engine(tmp_path, *documents, evaluator=Evaluator.CEL_PYTHON).decide(asked, now=NOW)
        assert record(own) == record(other)
