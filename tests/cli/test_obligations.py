"""What every command says of obligations and advice."""

import json
from pathlib import Path

import pytest
import yaml

from support.commandline import Run
from support.reviews import chat, pod

_POLICIES = """\
apiVersion: interlock.dev/v1alpha1
kind: PolicySet
metadata: {name: ours}
spec:
  layers: [{name: organization}, {name: team}]
  obligations:
    - {name: keep, merge: max, description: Keep it.}
    - {name: redact, merge: union, description: Take these out.}
  advice:
    - {name: hint, merge: equal, description: Tell them.}
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: kept}
spec:
  layer: organization
  area: models
  description: What models are told is kept.
  match: {actions: [model.chat]}
  rules:
    - {name: all, permit: "true", obligations: {keep: 30}, advice: {hint: smaller}}
    - {name: large, permit: model.name == 'large', obligations: {redact: [email, "\\u001b[31mphone"]}}
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: kept-longer}
spec:
  layer: team
  area: models
  description: What models are told is kept.
  match: {actions: [model.chat]}
  rules:
    - {name: all, permit: "true", obligations: {keep: 90}}
"""


@pytest.fixture
def obliged(run: Run) -> Run:
    Path("own").mkdir()
    Path("own/policies.yaml").write_text(_POLICIES)
    able = {**chat("large"), "discharges": ["keep", "redact"]}
    Path("able.json").write_text(json.dumps(able))
    Path("unable.json").write_text(json.dumps({**able, "discharges": ["keep"]}))
    return run


def test_a_table_has_what_an_allowance_obliges_to(obliged: Run) -> None:
    result = obliged("check", "own", "able.json")
    assert result.exit_code == 0
    assert result.stdout == (
        "✓ allow  model.chat large  (able.json:1)\n"
        "    obligation: keep = 90 (kept, kept-longer)\n"
        '    obligation: redact = ["\\u001b[31mphone", "email"] (kept)\n'
        '    advice: hint = "smaller" (kept)\n'
        "1 document: 1 allowed, 0 denied\n"
    )


def test_a_table_says_what_the_caller_can_not_meet(obliged: Run) -> None:
    result = obliged("check", "own", "unable.json")
    assert result.exit_code == 1
    assert (
        "    whoever enforces this decision does not know how to meet the obligation `redact`\n"
        in result.stdout
    )
    assert "obligation:" not in result.stdout


def test_an_explanation_says_whose_obligations_they_are(obliged: Run) -> None:
    result = obliged("explain", "own", "able.json")
    assert result.stdout.startswith(
        "✓ allow  model.chat large  (able.json:1)\n"
        "  obligation: keep = 90 (kept, kept-longer)\n"
        '  obligation: redact = ["\\u001b[31mphone", "email"] (kept)\n'
        '  advice: hint = "smaller" (kept)\n'
    )
    assert '  obliges to: keep = 30\n  advises: hint = "smaller"\n' in result.stdout
    assert "  obliges to: keep = 90\n" in result.stdout


def test_an_explanation_says_which_rules_want_what_nobody_can_meet(obliged: Run) -> None:
    result = obliged("explain", "own", "unable.json")
    assert "  undischarged  whoever enforces this decision" in result.stdout
    assert '  obliges to: redact = ["\\u001b[31mphone", "email"]\n' in result.stdout
    assert "    remedy: enforce it where `redact` is known, and name it" in result.stdout
    assert result.stdout.endswith(
        "no help: organization kept/large models[0]: an obligation that the caller can't meet denies"
        " (OBL_UNKNOWN_DENIES)\n"
    )


def test_an_explanation_for_programs_has_what_each_rule_obliges_to(obliged: Run) -> None:
    (entry,) = json.loads(obliged("explain", "own", "able.json", "--output", "json").stdout)
    assert [each["name"] for each in entry["decision"]["obligations"]] == ["keep", "redact"]
    rules = {(rule["policy"], rule["rule"]): rule for rule in entry["rules"]}
    assert rules["kept", "all"]["obligations"] == {"keep": 30}
    assert rules["kept", "all"]["advice"] == {"hint": "smaller"}
    assert rules["kept", "large"]["obligations"] == {"redact": ["\x1b[31mphone", "email"]}
    assert "advice" not in rules["kept", "large"]


def test_a_policy_that_binds_gateways_alone_is_fine(obliged: Run) -> None:
    assert "warning" not in obliged("lint", "own").stdout


@pytest.mark.parametrize("match", ["{}", "{kinds: [Pod]}", "{actions: [model.chat, workload.create]}"])
def test_lint_warns_of_obligations_that_the_api_server_would_have_to_meet(obliged: Run, match: str) -> None:
    Path("own/policies.yaml").write_text(
        _POLICIES.replace("match: {actions: [model.chat]}", f"match: {match}", 1)
    )
    result = obliged("lint", "own")
    assert result.exit_code == 0
    assert (
        "own/policies.yaml:21:14: warning: the API server does not meet `keep`, so what this permits is denied "
        "there: match only `model.*` or `tool.*` actions\n"
    ) in result.stdout


def test_lint_warns_of_denials_whose_obligations_the_api_server_does_not_meet(obliged: Run) -> None:
    rule = "{name: never, forbid: 'false', message: no, obligations: {keep: 1}}"
    policy = (
        _POLICIES.partition("---\n")[2]
        .partition("---\n")[0]
        .replace("metadata: {name: kept}", "metadata: {name: x}")
    )
    text = policy.partition("  match")[0] + f"  rules:\n    - {rule}\n"
    Path("own/more.yaml").write_text(text)
    assert "does not meet `keep`, so its denials go without" in obliged("lint", "own").stdout


def test_what_lint_warns_of_is_so(obliged: Run) -> None:
    Path("own/policies.yaml").write_text(
        _POLICIES.replace("area: models", "area: intent")
        .replace("model.name == 'large'", '"true"')
        .replace("  match: {actions: [model.chat]}\n", "")
    )
    Path("pod.yaml").write_text(yaml.safe_dump(pod()))
    result = obliged("check", "own", "pod.yaml")
    assert result.exit_code == 1
    assert "does not know how to meet the obligation `keep`" in result.stdout
