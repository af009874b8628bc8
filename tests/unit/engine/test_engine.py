"""The shell: what an Engine makes of policies, Intents, time and its own failures."""

import time
from pathlib import Path
from typing import Any, cast

import pytest

from interlock.cel.environment import Evaluator
from interlock.engine import Engine
from interlock.errors import RequestError
from interlock.intents.admission import from_manifest
from interlock.loading.policyset import PolicySet, load
from interlock.model.decision import Decision
from interlock.model.intent import Intent
from support.strategies import NOW

HEAD = "apiVersion: interlock.dev/v1alpha1\nkind: IntentPolicy\n"
OPEN = """\
apiVersion: interlock.dev/v1alpha1
kind: PolicySet
metadata: {name: open}
spec:
  layers: [{name: organization}, {name: team, mayIgnoreErrors: true}]
"""


def policy(name: str, rules: str, spec: str = "", layer: str = "organization") -> str:
    """A policy document with these rules and further lines of its spec."""
    return (
        f"{HEAD}metadata: {{name: {name}}}\nspec:\n  layer: {layer}\n  description: under test\n{spec}"
        f"  rules:\n{rules}"
    )


def engine(tmp_path: Path, *documents: str, evaluator: Evaluator = Evaluator.INTERLOCK) -> Engine:
    """An engine that loaded these documents."""
    path = tmp_path / "policies.yaml"
    path.write_text("---\n".join(documents))
    return Engine(load([path], evaluator=evaluator))


def intent(**changes: Any) -> Intent:
    """A chat request to one model with one tool."""
    made: Any = {
        "action": "model.chat",
        "kind": "ChatCompletion",
        "principal": {"id": "ana", "type": "user", "groups": [], "claims": {}},
        "attribution": {"team": "search"},
        "models": [],
        "accelerators": [],
        "tools": [],
        "resources": [],
        "context": {},
        "data": {"classifications": []},
        "usage": {"outputTokens": 100},
        "images": [],
        "unresolved": [],
        "provenance": {},
        "object": {},
    }
    made.update(changes)
    plain: Intent = made
    return plain


LIMIT = policy("limit", "    - {name: tokens, require: intent.usage.outputTokens <= 1000, message: too many}\n")


def test_a_satisfied_policy_allows(tmp_path: Path) -> None:
    assert engine(tmp_path, OPEN, LIMIT).decide(intent(), now=NOW).allowed


def test_a_violation_denies_and_says_why(tmp_path: Path) -> None:
    decision = engine(tmp_path, OPEN, LIMIT).decide(intent(usage={"outputTokens": 5000}), now=NOW)
    assert not decision.allowed
    assert [(denial.rule.policy, denial.message) for denial in decision.denials] == [("limit", "too many")]


def test_a_rule_that_fails_denies(tmp_path: Path) -> None:
    decision = engine(tmp_path, OPEN, LIMIT).decide(intent(usage={}), now=NOW)
    assert not decision.allowed
    assert decision.denials[0].error == "no such key: outputTokens"


def test_a_failing_condition_errs_every_rule_of_the_policy(tmp_path: Path) -> None:
    spec = "  match: {when: intent.attribution.project == 'x'}\n"
    rules = "    - {name: a, require: 'true', message: m}\n    - {name: b, permit: 'true'}\n"
    decision = engine(tmp_path, OPEN, policy("p", rules, spec)).decide(intent(), now=NOW)
    assert not decision.allowed
    assert [error.rule.rule for error in decision.errors] == ["a", "b"]
    assert decision.permits == ()


def test_a_policy_that_may_ignore_errors_records_them(tmp_path: Path) -> None:
    rules = "    - {name: a, require: intent.attribution.project == 'x', message: m}\n"
    decision = engine(tmp_path, OPEN, policy("p", rules, "  onError: ignore\n", "team")).decide(
        intent(), now=NOW
    )
    assert decision.allowed
    assert [error.ignored for error in decision.errors] == [True]


def test_variables_are_read_by_name_and_only_when_needed(tmp_path: Path) -> None:
    spec = (
        "  variables:\n    - {name: limit, expression: '50'}\n    - {name: broken, expression: 1 / 0}\n"
        "    - {name: half, expression: variables.limit / 2}\n"
    )
    rules = "    - {name: a, require: intent.usage.outputTokens <= variables.half, message: m}\n"
    made = engine(tmp_path, OPEN, policy("p", rules, spec))
    assert not made.decide(intent(), now=NOW).allowed
    assert made.decide(intent(usage={"outputTokens": 25}), now=NOW).allowed


def test_a_computed_message_falls_back_to_the_fixed_one(tmp_path: Path) -> None:
    rules = (
        "    - name: a\n      forbid: 'true'\n      message: fixed\n"
        "      messageExpression: intent.attribution.project\n"
        "    - name: b\n      forbid: 'true'\n      messageExpression: \"'team ' + intent.attribution.team\"\n"
        "    - name: c\n      forbid: 'true'\n      messageExpression: intent.attribution.project\n"
    )
    decision = engine(tmp_path, OPEN, policy("p", rules)).decide(intent(), now=NOW)
    assert [denial.message for denial in decision.denials] == ["fixed", "team search", "failed: true"]


def test_past_its_deadline_the_engine_denies(tmp_path: Path) -> None:
    decision = engine(tmp_path, OPEN, LIMIT).decide(intent(), now=NOW, until=time.monotonic_ns() - 1)
    assert not decision.allowed
    assert decision.failure == "the decision ran out of time"


def test_past_its_time_nothing_is_allowed_even_if_nobody_objects(tmp_path: Path) -> None:
    decision = engine(tmp_path, OPEN).decide(intent(), now=NOW, until=time.monotonic_ns() - 1)
    assert decision.failure == "the decision ran out of time"
    assert not decision.allowed


SLOW = "intent.principal.groups.all(x, intent.principal.groups.all(y, x != y || x == y))"
CROWD = {"id": "ana", "type": "user", "groups": [str(n) for n in range(400)], "claims": {}}


def test_time_that_runs_out_is_no_error_that_a_policy_may_ignore(tmp_path: Path) -> None:
    rules = f"    - {{name: slow, message: m, forbid: '{SLOW}'}}\n"
    made = engine(tmp_path, OPEN, policy("p", rules, "  onError: ignore\n", layer="team"))
    assert not made.decide(intent(principal=CROWD), now=NOW).allowed
    decision = made.decide(intent(principal=CROWD), now=NOW, until=time.monotonic_ns() + 1_000_000)
    assert not decision.allowed
    assert decision.failure == "the decision ran out of time"


def test_what_is_not_enforced_has_little_time_where_somebody_waits(tmp_path: Path) -> None:
    rules = f"    - {{name: slow, message: m, require: '{SLOW}'}}\n"
    made = engine(tmp_path, OPEN, policy("p", rules, "  enforcement: audit\n"))
    assert made.decide(intent(principal=CROWD), now=NOW).untried == ""
    waited_for = made.decide(intent(principal=CROWD), now=NOW, until=time.monotonic_ns() + 60_000_000_000)
    assert waited_for.allowed
    assert waited_for.untried == "the decision ran out of time"


def test_every_rule_is_asked_however_many_there_are(tmp_path: Path) -> None:
    rules = "".join(f"    - {{name: r{number:03}, message: m, forbid: 'true'}}\n" for number in range(100))
    decision = engine(tmp_path, OPEN, policy("p", rules)).decide(intent(), now=NOW)
    assert [denial.rule.rule for denial in decision.denials] == [f"r{number:03}" for number in range(100)]


def test_what_is_not_enforced_spends_its_little_time_on_answers_alone(tmp_path: Path) -> None:
    """Code that is generated when it is first needed would take it from the first answer."""
    says = "messageExpression: \"'no ' + variables.v\""
    rules = f"    - {{name: r, {says}, forbid: variables.v == ''}}\n"
    spec = "  enforcement: warn\n  variables: [{name: v, expression: intent.action}]\n  match: {when: 'true'}\n"
    (compiled,) = engine(tmp_path, OPEN, policy("p", rules, spec)).policies.compiled
    programs = [program for _, program in compiled.deciding]
    assert len(programs) == 3
    assert all("evaluate" in vars(program) for program in (*programs, compiled.rules[0].message))


def test_an_engine_that_breaks_denies(tmp_path: Path) -> None:
    broken: Any = {"action": "model.chat", "kind": "ChatCompletion"}
    decision = engine(tmp_path, LIMIT).decide(broken, now=NOW)
    assert not decision.allowed
    assert decision.failure == "internal error: KeyError"


def test_runaway_loops_are_stopped_and_deny(tmp_path: Path) -> None:
    rules = (
        "    - name: a\n      message: m\n      require: |\n        true ||\n"
        "        intent.principal.groups.all(x, intent.principal.groups.all(y, x != y || x == y))\n"
        "    - name: b\n      message: m\n      require: |\n"
        "        intent.principal.groups.all(x, intent.principal.groups.all(y, x != y || x == y))\n"
    )
    principal = {"id": "ana", "type": "user", "groups": [str(n) for n in range(600)], "claims": {}}
    decision = engine(tmp_path, OPEN, policy("p", rules)).decide(intent(principal=principal), now=NOW)
    assert [denial.rule.rule for denial in decision.denials] == ["b"]
    assert "costs more than 1000000" in decision.denials[0].error


def test_all_expressions_of_a_policy_share_its_budget(tmp_path: Path) -> None:
    loop = "intent.principal.groups.all(x, x != '')"
    rules = "".join(f'    - {{name: r{number}, message: m, require: "{loop}"}}\n' for number in range(12))
    principal = {"id": "ana", "type": "user", "groups": ["staff"] * 1000, "claims": {}}
    decided = {
        budget: engine(tmp_path, OPEN + f"  costs: {{policy: {budget}}}\n", policy("p", rules)).decide(
            intent(principal=principal), now=NOW
        )
        for budget in (30_000, 10_000_000)
    }
    assert decided[10_000_000].allowed
    # All of them and not the last ones: the order of rules means nothing.
    assert {denial.rule.rule for denial in decided[30_000].denials} == {f"r{number}" for number in range(12)}
    assert {denial.error for denial in decided[30_000].denials} == {
        "the policy costs more than 30000 over one item"
    }


def test_all_expressions_of_a_decision_share_its_budget(tmp_path: Path) -> None:
    rules = "    - {name: r, message: m, require: \"intent.principal.groups.all(x, x != '')\"}\n"
    policies = [policy(f"p{number}", rules) for number in range(5)]
    principal = {"id": "ana", "type": "user", "groups": ["staff"] * 1000, "claims": {}}
    for budget, allowed in ((20_000, False), (50_000, True), (100_000_000, True)):
        decision = engine(tmp_path, OPEN + f"  costs: {{decision: {budget}}}\n", *policies).decide(
            intent(principal=principal), now=NOW
        )
        assert decision.allowed is allowed
        assert ("costs too much" in decision.failure) is not allowed


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_a_message_reads_is_paid_by_the_rule_that_reads_it_too(
    tmp_path: Path, order: tuple[int, int]
) -> None:
    """Else whether a policy keeps to its budget would depend on the order of its rules."""
    variables = "  variables: [{name: all, expression: \"intent.principal.groups.all(x, x != '')\"}]\n"
    rules = (
        "    - {name: says, messageExpression: \"variables.all ? 'a' : 'b'\", require: 'false'}\n",
        "    - {name: reads, message: m, require: variables.all}\n",
    )
    principal = {"id": "ana", "type": "user", "groups": ["staff"] * 1000, "claims": {}}
    made = engine(
        tmp_path, OPEN + "  costs: {policy: 500}\n", policy("p", rules[order[0]] + rules[order[1]], variables)
    )
    decision = made.decide(intent(principal=principal), now=NOW)
    assert [denial.rule.rule for denial in decision.denials] == ["reads", "says"]
    assert {denial.error for denial in decision.denials} == {"the policy costs more than 500 over one item"}


def test_what_is_not_enforced_has_a_budget_of_its_own(tmp_path: Path) -> None:
    rules = "    - {name: r, message: m, require: \"intent.principal.groups.all(x, x != '')\"}\n"
    tried = [policy(f"p{number}", rules, "  enforcement: audit\n") for number in range(5)]
    principal = {"id": "ana", "type": "user", "groups": ["staff"] * 1000, "claims": {}}
    costs = OPEN + "  costs: {decision: 20000}\n"
    made = engine(tmp_path, costs, policy("enforced", rules), *tried)
    decision = made.decide(intent(principal=principal), now=NOW)
    assert decision.allowed
    assert decision.untried.startswith("the decision costs too much")


def test_both_evaluators_decide_alike(tmp_path: Path) -> None:
    spec = "  variables: [{name: limit, expression: '50'}]\n"
    rules = "    - {name: a, require: intent.usage.outputTokens <= variables.limit, message: m}\n"
    for usage in ({"outputTokens": 5}, {"outputTokens": 500}, {}):
        decisions = [
            engine(tmp_path, OPEN, policy("p", rules, spec), evaluator=each).decide(
                intent(usage=usage), now=NOW
            )
            for each in Evaluator
        ]
        assert decisions[0].allowed is decisions[1].allowed


LABEL = f"""\
{HEAD}metadata: {{name: NAME}}
spec:
  layer: organization
  description: everything has a team
  match: {{kinds: [Pod]}}
  defaults:
    - {{path: [metadata, labels, team], value: VALUE}}
"""
NEEDS_TEAM = policy(
    "needs-team", "    - {name: team, require: has(intent.attribution.team), message: no team}\n"
)


def pod(policies: PolicySet, **metadata: Any) -> tuple[dict[str, Any], Any]:
    """A Pod and how it is read."""
    document = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", **metadata},
        "spec": {"containers": []},
    }
    context = Engine(policies).context_at(NOW)
    return document, lambda each: from_manifest(each, context)


def mutated(made: Engine, document: dict[str, Any], extract: Any) -> Decision:
    read, changes = made.mutate(document, extract)
    return made.decide(read, now=NOW, changes=changes)


def test_what_is_decided_is_the_object_with_its_defaults(tmp_path: Path) -> None:
    made = engine(tmp_path, OPEN, NEEDS_TEAM, LABEL.replace("NAME", "label").replace("VALUE", "search"))
    document, extract = pod(made.policies)
    assert not made.decide(extract(document), now=NOW).allowed
    decision = mutated(made, document, extract)
    assert decision.allowed
    assert [(patch.path, patch.value) for patch in decision.patches] == [
        (("metadata", "labels", "team"), "search")
    ]


def test_an_object_that_policies_make_unreadable_is_denied(tmp_path: Path) -> None:
    made = engine(tmp_path, OPEN, LABEL.replace("NAME", "label").replace("VALUE", "search"))
    document, extract = pod(made.policies)

    def strict(each: dict[str, Any]) -> Intent:
        if "labels" in each["metadata"]:
            raise RequestError("labels are not read", path="$")
        return cast("Intent", extract(each))

    decision = mutated(made, document, strict)
    assert not decision.allowed
    assert [(each.reason, each.policies) for each in decision.conflicts] == [
        ("labels are not read", ("label",))
    ]


@pytest.mark.parametrize("fact", ["kind", "action"])
def test_an_object_that_policies_make_another_is_denied(tmp_path: Path, fact: str) -> None:
    made = engine(tmp_path, OPEN, LABEL.replace("NAME", "label").replace("VALUE", "search"))
    document, extract = pod(made.policies)

    def turning(each: dict[str, Any]) -> Intent:
        read = extract(each)
        return cast("Intent", {**read, fact: "other"} if "labels" in each["metadata"] else read)

    decision = mutated(made, document, turning)
    assert not decision.allowed
    (conflict,) = decision.conflicts
    assert conflict.reason.startswith("it was workload.create of Pod and would be ")


def test_a_condition_that_runs_out_of_time_denies_without_a_decision(tmp_path: Path) -> None:
    when = "object.spec.containers.all(x, object.spec.containers.all(y, x != y || x == y))"
    slow = LABEL.replace("value: VALUE", f"value: search, when: '{when}'").replace("NAME", "label")
    made = engine(tmp_path, OPEN, slow)
    document, extract = pod(made.policies)
    document["spec"]["containers"] = [{"name": str(number), "image": "a"} for number in range(300)]
    read, changes = made.mutate(document, extract, until=time.monotonic_ns() + 1_000_000)
    decision = made.decide(read, now=NOW, changes=changes)
    assert (decision.allowed, decision.failure) == (False, "the decision ran out of time")


def test_defaults_that_conflict_deny(tmp_path: Path) -> None:
    one = LABEL.replace("NAME", "one").replace("VALUE", "search")
    two = LABEL.replace("NAME", "two").replace("VALUE", "ads")
    made = engine(tmp_path, OPEN, one, two)
    document, extract = pod(made.policies)
    decision = mutated(made, document, extract)
    assert not decision.allowed
    assert [conflict.policies for conflict in decision.conflicts] == [("one", "two")]
    document, extract = pod(made.policies, labels={"team": "mine"})
    assert mutated(made, document, extract).allowed


def test_defaults_of_policies_that_are_not_enforced_change_nothing(tmp_path: Path) -> None:
    audited = (
        LABEL.replace("NAME", "one")
        .replace("VALUE", "search")
        .replace("  layer", "  enforcement: audit\n  layer")
    )
    made = engine(tmp_path, OPEN, audited)
    document, extract = pod(made.policies)
    assert mutated(made, document, extract).patches == ()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_digest_does_not_depend_on_order_or_files(tmp_path: Path, order: tuple[int, ...]) -> None:
    documents = [OPEN, LIMIT, NEEDS_TEAM]
    expected = engine(tmp_path, *documents).policies.digest
    (tmp_path / "policies.yaml").unlink()
    for number in order:
        (tmp_path / f"{'cab'[number]}.yaml").write_text(documents[number])
    assert load([tmp_path]).digest == expected


def test_the_digest_changes_with_the_meaning(tmp_path: Path) -> None:
    digests = {
        engine(tmp_path, OPEN, LIMIT.replace("1000", limit).replace("too many", message)).policies.digest
        for limit, message in [("1000", "too many"), ("1001", "too many"), ("1000", "fewer please")]
    }
    assert len(digests) == 3
