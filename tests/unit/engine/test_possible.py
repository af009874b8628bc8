"""What is said of tool calls whose arguments nobody knows yet."""

from pathlib import Path
from typing import Any

import pytest

from interlock.engine import Engine
from interlock.engine.document import decide_document
from interlock.errors import RequestError
from interlock.units import Instant

_NOW = Instant(1_767_225_600_000)
_HEAD = """\
apiVersion: interlock.dev/v1alpha1
kind: PolicySet
metadata: {name: all}
spec:
  layers: [{name: organization, closed: [%s]}, {name: platform}]
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: own}
spec:
  layer: organization
  area: tools
  description: What the test is about.
"""

_TO = "variables: [{name: to, expression: tool.arguments.to}]\n"
_MINE = "variables: [{name: mine, expression: tool.server == 'files'}]\n"


def _engine(folder: Path, spec: str, closed: str = "") -> Engine:
    text = _HEAD % closed + "".join(f"  {line}\n" for line in spec.splitlines())
    (folder / "policies.yaml").write_text(text)
    return Engine.load(folder)


def _listed(**params: Any) -> dict[str, Any]:
    return {
        "mcp": {"method": "tools/call", "params": {"name": "send", **params}},
        "caller": {"server": "mail"},
        "withoutArguments": True,
    }


@pytest.mark.parametrize(
    ("spec", "is_possible"),
    [
        ("rules: [{name: r, message: no, forbid: tool.name == 'send'}]", False),
        ("rules: [{name: r, message: no, require: tool.arguments.to == 'me'}]", True),
        ("rules: [{name: r, message: no, require: intent.object.arguments.to == 'me'}]", True),
        ("rules: [{name: r, message: no, forbid: tool.name == 'send' || tool.arguments.to == 'you'}]", False),
        (
            "rules: [{name: r, message: no, require: tool.server == 'mail' && tool.arguments.to == 'me'}]",
            True,
        ),
        (
            "rules: [{name: r, message: no, require: tool.server == 'files' && tool.arguments.to == 'me'}]",
            False,
        ),
        ("rules: [{name: r, message: no, forbid: \"now > timestamp('2020-01-01T00:00:00Z')\"}]", True),
        (
            "match: {when: \"has(tool.arguments.to)\"}\nrules: [{name: r, message: no, require: 'false'}]",
            True,
        ),
        (
            "match: {when: \"!has(tool.arguments.to)\"}\nrules: [{name: r, message: no, require: 'false'}]",
            True,
        ),
        (_TO + "rules: [{name: r, message: no, require: variables.to == 'me'}]", True),
        (
            _MINE + "rules: [{name: r, message: no, require: variables.mine && has(tool.arguments.to)}]",
            False,
        ),
        ("limits: [{name: size, of: size(tool.name), ceiling: 2}]", False),
        ("limits: [{name: size, of: size(tool.arguments), floor: 1}]", True),
    ],
)
def test_a_call_is_impossible_only_where_it_is_denied_whatever_its_arguments_are(
    tmp_path: Path, spec: str, *, is_possible: bool
) -> None:
    decision = _engine(tmp_path, spec).check(_listed(), now=_NOW)  # type: ignore[arg-type]  # raw JSON
    assert decision.allowed is is_possible
    assert bool(decision.denials) is not is_possible


@pytest.mark.parametrize(
    ("spec", "is_possible"),
    [
        ("rules: [{name: r, permit: tool.name == 'read'}]", False),
        ("rules: [{name: r, permit: \"tool.arguments.to == 'me'\"}]", True),
        ("match: {actions: [model.chat]}\nrules: [{name: r, permit: \"tool.arguments.to == 'me'\"}]", False),
        ("match: {when: tool.name == 'read'}\nrules: [{name: r, permit: has(tool.arguments.to)}]", False),
        ("match: {when: has(tool.arguments.to)}\nrules: [{name: r, permit: 'true'}]", True),
        ("enforcement: audit\nrules: [{name: r, permit: has(tool.arguments.to)}]", False),
        ("rules: [{name: r, message: no, forbid: tool.name == 'read'}]", False),
    ],
)
def test_a_closed_layer_denies_for_good_only_what_none_of_its_rules_can_permit(
    tmp_path: Path, spec: str, *, is_possible: bool
) -> None:
    decision = _engine(tmp_path, spec, closed="tools").check(_listed(), now=_NOW)  # type: ignore[arg-type]  # raw JSON
    assert decision.allowed is is_possible
    assert bool(decision.missing) is not is_possible


def test_what_could_be_waived_is_possible(tmp_path: Path) -> None:
    engine = _engine(tmp_path, "rules: [{name: r, message: no, forbid: tool.name == 'send'}]")
    (digest,) = {rule.id.digest for each in engine.policies.compiled for rule in each.rules}
    (tmp_path / "waiver.yaml").write_text(f"""\
apiVersion: interlock.dev/v1alpha1
kind: Waiver
metadata: {{name: later}}
spec:
  layer: organization
  rules: [{{policy: own, rule: r, digest: "{digest}"}}]
  scope: "has(intent.object.arguments)"
  owner: jane
  approver: joe
  reason: a try
  starts: "2025-12-01T00:00:00Z"
  expires: "2026-02-01T00:00:00Z"
""")
    waiving = Engine.load(tmp_path)
    assert waiving.check(_listed(), now=_NOW).allowed  # type: ignore[arg-type]  # raw JSON


def test_a_replay_comes_to_the_same(tmp_path: Path) -> None:
    engine = _engine(tmp_path, "rules: [{name: r, message: no, require: tool.arguments.to == 'me'}]")
    assert decide_document(engine, _listed(), now=_NOW).decision == engine.check(_listed(), now=_NOW)  # type: ignore[arg-type]  # raw JSON
    assert decide_document(engine, {**_listed(), "appliesPatches": True}, now=_NOW).decision.allowed


@pytest.mark.parametrize(
    "check",
    [
        _listed(arguments={}),
        {"mcp": {"method": "tools/list"}, "withoutArguments": True},
        {"mcp": {"method": "tools/call"}, "withoutArguments": True},
        {"chat": {"model": "good"}, "withoutArguments": True},
        {**_listed(), "withoutArguments": 1},
        {"mcp": 1, "withoutArguments": True},
    ],
)
def test_only_a_call_that_has_none_is_without_arguments(tmp_path: Path, check: Any) -> None:
    engine = _engine(tmp_path, "rules: [{name: r, permit: 'true'}]")
    with pytest.raises(RequestError, match="withoutArguments"):
        engine.check(check, now=_NOW)
