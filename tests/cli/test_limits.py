"""Limits as the commands show them."""

import json
from pathlib import Path

from support.commandline import Run
from support.limits import OPEN, limits

_TOKENS = "intent.usage.?outputTokens"


def _write() -> None:
    Path("own").mkdir()
    spec = '  variables: [{name: most, expression: "has(intent.agent) ? 8 : 9"}]\n'
    documents = (
        OPEN,
        limits("a", f"of: {_TOKENS}, ceiling: variables.most, floor: 1", spec=spec),
        limits("b", f"of: {_TOKENS}, ceiling: 4, remedy: ask for less", layer="team"),
        limits("c", "of: model.name, allowed: [x, y], blocked: [z]", spec="  area: models\n"),
    )
    Path("own/policy.yaml").write_text("---\n".join(documents))
    chat = {"model": "z", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 7}
    Path("chat.json").write_text(json.dumps(chat))


def test_a_denial_by_a_limit_shows_what_is_left_and_whose_limits_they_are(run: Run) -> None:
    _write()
    result = run("check", "own", "chat.json")
    assert result.exit_code == 1
    assert result.stdout == (
        "✗ deny  model.chat z  (chat.json:1)\n"
        "    organization c/l0 models[0]: `model.name` is none of `x`, `y`\n"
        f"    team b/l0 intent: `{_TOKENS}` is above the ceiling of 4\n"
        "      remedy: ask for less\n"
        f"    limit: {_TOKENS} of intent is at most 4; at least 1 (a, b)\n"
        "    limit: model.name of models[0] is one of x, y; none of z (c)\n"
        "1 document: 0 allowed, 1 denied\n"
    )


def test_an_explanation_shows_the_measure_the_bounds_and_what_is_in_force(run: Run) -> None:
    _write()
    text = run("explain", "own", "chat.json", "--all").stdout
    assert "satisfied  organization a/l0 intent" in text
    assert "  limit:\n    intent.usage.?outputTokens\n" in text
    assert "  ceiling:\n    variables.most\n" in text
    assert "  sets: at most 9; at least 1\n  in force: at most 4; at least 1 (a, b)\n" in text
    assert "  sets: one of x, y; none of z\n  message:" in text


def test_an_explanation_as_json_has_the_bounds_by_name(run: Run) -> None:
    _write()
    ((entry,),) = [json.loads(run("explain", "own", "chat.json", "--all", "--output", "json").stdout)]
    rules = {rule["policy"]: rule for rule in entry["rules"]}
    assert rules["a"]["effect"] == "limit"
    assert rules["a"]["sets"] == {"ceiling": 9, "floor": 1}
    assert [computed["bound"] for computed in rules["a"]["computed"]] == ["ceiling"]
    assert rules["a"]["inForce"] == {"ceiling": 4, "floor": 1, "policies": ["a", "b"]}
    assert rules["c"]["inForce"] == {"allowed": ["x", "y"], "blocked": ["z"], "policies": ["c"]}
    assert "computed" not in rules["b"]


def test_every_expression_of_a_limit_is_linted(run: Run) -> None:
    Path("own").mkdir()
    loop = "size(intent.principal.groups.filter(g, g == 'a'))"
    limit = f"of: \"{loop}\", ceiling: \"'a' == 'a' || has(intent.agent) ? 1 : 2\""
    Path("own/policy.yaml").write_text("---\n".join((OPEN, limits("a", limit))))
    lines = run("lint", "own").stdout.splitlines()
    assert [line.split()[1] for line in lines[:2]] == ["a/l0", "a/l0"]
    assert any("is always true" in line for line in lines)


def test_tests_can_name_a_limit_and_see_whether_they_exercised_it(run: Run) -> None:
    _write()
    suite = """\
apiVersion: interlock.dev/v1alpha1
kind: PolicyTest
metadata: {name: limits}
spec:
  cases:
    - name: a long answer is denied
      input: {intent: {action: tool.list, usage: {outputTokens: 5}}}
      expect:
        decision: deny
        exactly: true
        reasons: [{policy: b, rule: l0, code: violated, message: above the ceiling of 4, remedy: ask}]
    - name: a short one is not
      input: {intent: {action: tool.list, usage: {outputTokens: 4}}}
      expect: {decision: allow, exactly: true}
"""
    Path("own/own_test.yaml").write_text(suite)
    result = run("test", "own", "--coverage")
    assert result.exit_code == 0
    assert "2 cases in 1 suite: 2 passed\n" in result.stdout
    assert "never exercised: a/l0" in result.stdout
    assert "a/l0  true 2, false 0, errors 0\n" in result.stdout
    assert "b/l0  true 1, false 1, errors 0\n" in result.stdout
    assert "c/l0  true 0, false 0, errors 0\n" in result.stdout
    assert "branches: 1 of 2 taken\n" in result.stdout
