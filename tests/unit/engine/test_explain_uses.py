"""What explanations say of waivers whose uses are counted."""

from typing import Any

from interlock.cli.explained import explained
from interlock.cli.explanation import written
from interlock.engine import Engine
from interlock.engine.explain import explain
from interlock.engine.explanation import Explanation
from interlock.model.balances import Balances
from support.waivers import NOW, asks_for, policies_with, waiver


def _explained(*waivers: Any, left: dict[str, int]) -> Explanation:
    engine = Engine(policies_with(waivers))
    intent = asks_for("large", engine)
    uses = {each.name: left[each.name] for each in engine.policies.waivers if each.name in left}
    return explain(engine.policies, intent, engine.decide(intent, now=NOW, balances=Balances(uses=uses)))


def _obstacles(explanation: Explanation) -> dict[str, str]:
    (violated,) = [rule for rule in explanation.rules if rule.rule.policy == "models" and not rule.is_silent]
    return {naming.waiver.name: naming.obstacle for naming in violated.waivers}


def test_a_waiver_that_is_used_up_says_so() -> None:
    explanation = _explained(waiver("trial", "small", uses=3), left={"trial": 0})
    assert _obstacles(explanation) == {"trial": "all its uses are taken"}
    assert not explanation.decision.allowed


def test_a_waiver_with_a_use_left_lifts() -> None:
    assert _obstacles(_explained(waiver("trial", "small", uses=3), left={"trial": 1})) == {"trial": ""}


def test_a_waiver_that_another_spares_says_which() -> None:
    waivers = [waiver("a", "small", uses=3), waiver("b", "small", uses=3), waiver("free", "small")]
    assert _obstacles(_explained(*waivers, left={})) == {
        "a": "`free` does already",
        "b": "`free` does already",
        "free": "",
    }
    assert _obstacles(_explained(*waivers[:2], left={"a": 0})) == {"a": "all its uses are taken", "b": ""}


def test_how_many_uses_there_are_in_all_is_among_the_terms() -> None:
    explanation = _explained(waiver("free", "small"), waiver("trial", "small", uses=3), left={"trial": 0})
    text = "\n".join(line.plain for line in written(explanation, shows_all=False))
    assert "`free` lifts this (owner ada, approved by grace, until 2026-02-01T00:00:00.000Z): a trial" in text
    assert (
        "`trial` lifts nothing here, `free` does already"
        " (owner ada, approved by grace, until 2026-02-01T00:00:00.000Z, uses in all 3): a trial"
    ) in text
    rules = explained(explanation, shows_all=False)["rules"]
    (said,) = [rule["waivers"] for rule in rules if rule["policy"] == "models"]
    assert [(each["waiver"], each["lifts"], each.get("maxUses")) for each in said] == [
        ("free", True, None),
        ("trial", False, 3),
    ]
