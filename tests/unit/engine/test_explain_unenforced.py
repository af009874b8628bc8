"""What explanations say of rules that are not enforced."""

from interlock.engine import Engine
from interlock.engine.explain import explain
from support.waivers import NOW, asks_for, policies_with, waiver


def test_of_two_waivers_of_a_rule_that_only_warns_one_lifts() -> None:
    engine = Engine(policies_with([waiver(name, "old", policy="tried") for name in ("a", "b")]))
    intent = asks_for("old", engine)
    explanation = explain(engine.policies, intent, engine.decide(intent, now=NOW))
    (violated,) = [rule for rule in explanation.rules if not rule.is_silent]
    assert (violated.rule.policy, violated.message) == ("tried", "will be too old")
    assert {each.waiver.name: each.obstacle for each in violated.waivers} == {"a": "", "b": "`a` does already"}
