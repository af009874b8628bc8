"""What the shell makes of rules that oblige: messages, and callers who discharge nothing."""

from pathlib import Path
from typing import Any

import pytest

from interlock.engine.decide import Engine
from interlock.engine.document import decide_as_it_stands, decide_document
from interlock.loading.policyset import load
from interlock.model.decision import Decision
from interlock.units import Instant
from support.documents import policy
from support.reviews import chat, pod

_SET = """\
apiVersion: interlock.dev/v1alpha1
kind: PolicySet
metadata: {name: ours}
spec:
  layers: [{name: organization}, {name: team, mayIgnoreErrors: true}]
  obligations: [{name: keep, merge: max, description: Keep it.}]
"""


def _engine(folder: Path, rules: str, spec: str = "", layer: str = "organization") -> Engine:
    path = folder / "policies.yaml"
    path.write_text("---\n".join([_SET, policy(layer=layer, spec=spec, rules=rules)]))
    return Engine(load([path]))


def _chat(engine: Engine, *discharges: str) -> Decision:
    request: dict[str, Any] = {**chat("m"), "discharges": list(discharges)}
    return decide_as_it_stands(engine, request, now=Instant(0)).decision


_FAILING = "    - {name: long, permit: intent.usage.outputTokens > 9, obligations: {keep: 365}}\n"


def test_a_permit_that_obliges_and_fails_says_why_that_denies(tmp_path: Path) -> None:
    decision = _chat(_engine(tmp_path, _FAILING), "keep")
    (denial,) = decision.denials
    assert not decision.allowed
    assert denial.message == (
        "could not be evaluated, so nobody knows whether its obligations are due: no such key: outputTokens"
    )
    assert denial.error == "no such key: outputTokens"


def test_nobody_can_choose_to_ignore_that(tmp_path: Path) -> None:
    decision = _chat(_engine(tmp_path, _FAILING, "  onError: ignore\n", layer="team"), "keep")
    (denial,) = decision.denials
    assert not denial.ignored


def test_where_nobody_knows_whether_a_policy_applies_its_permits_deny_too(tmp_path: Path) -> None:
    rules = "    - {name: any, permit: 'true', obligations: {keep: 1}}\n"
    engine = _engine(tmp_path, rules, "  match: {when: intent.usage.outputTokens > 9}\n")
    assert [denial.error for denial in _chat(engine, "keep").denials] == [
        "match.when: no such key: outputTokens"
    ]


@pytest.mark.parametrize("discharges", [(), ("other",)])
def test_who_can_not_meet_an_obligation_is_denied(tmp_path: Path, discharges: tuple[str, ...]) -> None:
    engine = _engine(tmp_path, "    - {name: any, permit: 'true', obligations: {keep: 1}}\n")
    decision = _chat(engine, *discharges)
    assert (decision.allowed, decision.undischarged, decision.obligations) == (False, ("keep",), ())
    assert _chat(engine, "keep", *discharges).allowed


def test_the_api_server_is_denied_what_obliges(tmp_path: Path) -> None:
    engine = _engine(tmp_path, "    - {name: any, permit: 'true', obligations: {keep: 1}}\n")
    decision = decide_document(engine, pod(), now=Instant(0)).decision
    assert decision.undischarged == ("keep",)


def test_a_limit_that_is_passed_obliges_a_denial(tmp_path: Path) -> None:
    limits = "  limits: [{name: few, of: intent.models.size(), ceiling: 0, obligations: {keep: 7}}]\n"
    engine = _engine(tmp_path, "    - {name: any, permit: 'true', obligations: {keep: 1}}\n", limits)
    decision = _chat(engine, "keep")
    assert [(due.name, due.value) for due in decision.obligations] == [("keep", 7)]
