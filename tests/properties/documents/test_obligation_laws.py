"""Laws of obligations in full: policies as documents, loaded, and asked about a call through a gateway."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
import yaml
from hypothesis import event, given
from hypothesis import strategies as st

from interlock.engine.decide import Engine
from interlock.engine.document import decide_as_it_stands
from interlock.errors import AuthorError
from interlock.identity import LayerName
from interlock.loading.policyset import load
from interlock.model.area import Area
from interlock.model.decision import Decision
from interlock.model.obligation import Merge, Obligation
from interlock.model.policy import Effect
from interlock.model.verdict import Outcome, Verdict
from interlock.units import Instant
from support.obligations import ORGANIZATION, TEAM, obligation, obligations, owed, rule, said

_NAMES: Final = tuple(obligation(merge, 0).name for merge in Merge)
_TRUTHS: Final[dict[str, bool | None]] = {
    "true": True,
    "tool.name == 'a'": True,
    "tool.name.startsWith('b')": False,
    "intent.usage.outputTokens < 9": None,
    "[0, 1][size(tool.name) + 1] == 0": None,
}
"""What each condition is for the tool `a`; None for an error."""
_PERMITTING: Final = tuple(text for text, truth in _TRUTHS.items() if truth)


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule, in a policy of its own."""

    layer: LayerName
    effect: Effect
    condition: str
    obliges: tuple[Obligation, ...]

    def verdict(self, number: int) -> Verdict:
        """What the design says that the rule says of the tool."""
        truth = _TRUTHS[self.condition]
        by = rule(f"p{number}", self.effect, self.obliges, layer=self.layer)
        if truth is None:
            return said(by, Outcome.ERRORED)
        speaks = truth is not (self.effect is Effect.REQUIRE)
        if self.effect is Effect.PERMIT:
            return said(by, Outcome.PERMITTED if speaks else Outcome.NOT_APPLICABLE)
        return said(by, Outcome.VIOLATED if speaks else Outcome.SATISFIED)

    def document(self, number: int) -> dict[str, Any]:
        values = {each.name: _written(each) for each in self.obliges}
        written: dict[str, Any] = {"name": "r", self.effect.value: self.condition}
        if self.effect is not Effect.PERMIT:
            written["message"] = "no"
        if values:
            written["obligations"] = values
        return _document(
            "IntentPolicy",
            f"p{number}",
            {"layer": self.layer, "area": "tools", "description": "A law.", "rules": [written]},
        )


def _written(each: Obligation) -> Any:  # any YAML
    return sorted(each.value, reverse=True) if isinstance(each.value, frozenset) else each.value


def _document(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "interlock.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}


_SET: Final = _document(
    "PolicySet",
    "ours",
    {
        "layers": [{"name": ORGANIZATION, "closed": ["tools"]}, {"name": TEAM}],
        "obligations": [{"name": f"by-{each}", "merge": each.value, "description": "Do it."} for each in Merge],
    },
)


def _engine(documents: Iterable[dict[str, Any]]) -> Engine:
    with TemporaryDirectory() as folder:
        path = Path(folder, "policies.yaml")
        path.write_text(yaml.safe_dump_all(documents), encoding="utf-8")
        return Engine(load([path]))


def _decided(rules: Sequence[_Rule], discharges: Iterable[str]) -> Decision:
    engine = _engine([*(each.document(number) for number, each in enumerate(rules)), _SET])
    call = {"method": "tools/call", "params": {"name": "a"}}
    request = {"mcp": call, "discharges": sorted(discharges)}
    return decide_as_it_stands(engine, request, now=Instant(0)).decision


@st.composite
def _rules(draw: st.DrawFn) -> list[_Rule]:
    merges = draw(st.lists(st.sampled_from(Merge), min_size=1, max_size=2, unique=True))
    is_harmless = draw(st.booleans())
    found = [_Rule(ORGANIZATION, Effect.PERMIT, "true", ())] if is_harmless else []
    effects = [Effect.PERMIT] if is_harmless else [Effect.PERMIT, Effect.FORBID, Effect.REQUIRE]
    for _ in range(draw(st.integers(1, 4))):
        conditions = _PERMITTING if is_harmless else tuple(_TRUTHS)
        found.append(
            _Rule(
                draw(st.sampled_from([ORGANIZATION, TEAM])),
                draw(st.sampled_from(effects)),
                draw(st.sampled_from(conditions)),
                draw(obligations(merges)),
            )
        )
    return draw(st.permutations(found))


def _verdicts(rules: Sequence[_Rule]) -> list[Verdict]:
    return [each.verdict(number) for number, each in enumerate(rules)]


@given(_rules())
def test_obl_complete(rules: list[_Rule]) -> None:
    decision, expected = _decided(rules, _NAMES), owed(_verdicts(rules), {Area.TOOLS: 1})
    event(f"allowed: {decision.allowed}, owed: {len(expected)}")
    conflicts = {f"obligation `{name}`": who for name, (value, who) in expected.items() if value is None}
    assert {each.subject: each.policies for each in decision.conflicts} == conflicts
    if decision.allowed or decision.denials or decision.missing:
        assert {each.name: (each.value, each.policies) for each in decision.obligations} == {
            name: due for name, due in expected.items() if due[0] is not None
        }


@given(_rules(), st.sets(st.sampled_from(_NAMES)))
def test_obl_unknown_denies(rules: list[_Rule], discharges: set[str]) -> None:
    decision, able = _decided(rules, discharges), _decided(rules, _NAMES)
    due = [each.name for each in able.obligations]
    assert decision.undischarged == tuple(name for name in due if able.allowed and name not in discharges)
    assert decision.allowed == (able.allowed and not decision.undischarged)


@given(_rules(), st.data())
def test_error_never_drops_an_obligation(rules: list[_Rule], data: st.DataObject) -> None:
    at = data.draw(st.sampled_from(range(len(rules))))
    condition = data.draw(st.sampled_from([text for text, truth in _TRUTHS.items() if truth is None]))
    changed = rules[at]
    failing = _Rule(changed.layer, changed.effect, condition, changed.obliges)
    before = _decided(rules, _NAMES)
    after = _decided([*rules[:at], failing, *rules[at + 1 :]], _NAMES)
    assert before.allowed or not after.allowed
    if before.allowed and after.allowed:
        assert after.obligations == before.obligations


@pytest.mark.parametrize("field", ["obligations", "advice"])
def test_what_is_not_declared_does_not_load(field: str) -> None:
    policy = _Rule(TEAM, Effect.PERMIT, "true", ()).document(0)
    policy["spec"]["rules"][0][field] = {"retain": 1}
    with pytest.raises(AuthorError, match=f"`retain`: declare it in `{field}` of the PolicySet"):
        _engine([policy, _SET])
