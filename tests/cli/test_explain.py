"""`interlock explain`."""

import json
from pathlib import Path

import yaml

from interlock.loading.policyset import load
from support.commandline import Run
from support.reviews import call, chat, deployment, job


def _write(name: str, *documents: object) -> str:
    Path(name).write_text("---\n".join(yaml.safe_dump(each) for each in documents))
    return name


def test_a_denial_is_explained_with_places_and_values(run: Run) -> None:
    result = run("explain", "policies", _write("c.yaml", chat("bad-1")))
    assert result.exit_code == 1
    assert result.stdout == (
        "✗ deny  model.chat bad-1  (c.yaml:1)\n"
        "\n"
        "violated  organization models/never-bad models[0]  (policies/models.yaml:12:15)\n"
        "  forbid:\n"
        '    model.name.startsWith("bad")\n'
        "          │    │\n"
        "          │    true\n"
        '          "bad-1"\n'
        "  message: this model is not to be used\n"
        "  remedy: use good-1\n"
        "\n"
        "unpermitted  organization models[0]\n"
        "  layer `organization` is closed for models, and no policy of it permits `bad-1`\n"
        "  unpermitted  organization models/good models[0]  (policies/models.yaml:10:15)\n"
        "    permit:\n"
        '      model.name.startsWith("good")\n'
        "            │    │\n"
        "            │    false\n"
        '            "bad-1"\n'
    )


def test_an_allowance_is_explained_and_ends_with_zero(run: Run) -> None:
    result = run("explain", "policies", _write("c.yaml", chat("good-1")))
    assert result.exit_code == 0
    assert "permitted  organization models/good models[0]" in result.stdout
    assert "never-bad" not in result.stdout


def test_what_was_changed_is_shown_before_the_rules_that_saw_it(run: Run) -> None:
    result = run("explain", "policies", _write("job.yaml", job(team="a")))
    first, *changed = result.stdout.splitlines()[:3]
    assert first.startswith("✓ allow")
    assert changed == [
        '  changed: metadata.annotations.example.org/ends~by = "default" (jobs-end)',
        "  changed: spec.activeDeadlineSeconds = 3600 (jobs-end)",
    ]


def test_silent_rules_are_shown_on_request(run: Run) -> None:
    result = run("explain", "policies", _write("c.yaml", chat("good-1")), "--all")
    assert "satisfied  organization models/never-bad models[0]" in result.stdout


def test_rules_that_only_warn_are_marked(run: Run) -> None:
    result = run("explain", "policies", _write("web.yaml", deployment(12, team="shop")))
    assert result.exit_code == 0
    assert "violated (warn)  team few-pods/at-most-ten intent  (policies/workloads.yaml:" in result.stdout


def test_a_demand_that_no_rule_could_meet_says_so(run: Run) -> None:
    Path("policies/tools.yaml").unlink()
    result = run("explain", "policies", _write("c.yaml", call("read")))
    assert "  it has no rule that could: ask it for a policy that permits this\n" in result.stdout


def test_policies_that_do_not_apply_say_why_they_permit_nothing(run: Run) -> None:
    text = Path("policies/tools.yaml").read_text()
    Path("policies/tools.yaml").write_text(
        text.replace("  rules:", "  match: {actions: [tool.list]}\n  rules:")
    )
    result = run("explain", "policies", _write("c.yaml", call("read")))
    assert (
        "  notApplicable  organization tools/read tools[0]  (policies/tools.yaml:10:13)\n"
        "    does not apply: the policy is about `tool.list`, not `tool.call`\n"
    ) in result.stdout


def test_expressions_of_many_lines_are_shown_in_one_and_variables_below(run: Run) -> None:
    Path("policies/extra.yaml").write_text(
        "apiVersion: interlock.dev/v1alpha1\nkind: IntentPolicy\nmetadata: {name: extra}\nspec:\n"
        "  layer: team\n  area: models\n  description: x\n"
        "  variables: [{name: long, expression: size(model.name) > 3}]\n"
        "  rules:\n    - name: short\n      message: too long\n      forbid: |\n"
        "        variables.long\n          && true\n"
    )
    result = run("explain", "policies", _write("c.yaml", chat("good-1")))
    assert (
        "  forbid:\n"
        "    variables.long && true\n"
        "    │              │\n"
        "    true           true\n"
        "  variables.long:\n"
        "    size(model.name) > 3\n"
        "    │          │     │\n"
        "    6          │     true\n"
        '               "good-1"\n'
    ) in result.stdout


def _waive(scope: str) -> None:
    (policy,) = [each for each in load([Path("policies")]).policies if each.name == "models"]
    (digest,) = [rule.digest for rule in policy.rules if rule.name == "never-bad"]
    Path("policies/waiver.yaml").write_text(
        "apiVersion: interlock.dev/v1alpha1\nkind: Waiver\nmetadata: {name: trial}\nspec:\n"
        f"  layer: organization\n  rules: [{{policy: models, rule: never-bad, digest: '{digest}'}}]\n"
        f"  scope: {scope}\n  owner: ada\n  approver: grace\n  reason: A trial.\n"
        "  starts: 2026-01-01T00:00:00Z\n  expires: 2026-02-01T00:00:00Z\n"
    )


def test_waivers_are_explained(run: Run) -> None:
    _waive('"true"')
    told = run("explain", "policies", _write("c.yaml", chat("bad-1")), "--now", "2026-01-15T00:00:00Z").stdout
    terms = "(owner ada, approved by grace, until 2026-02-01T00:00:00.000Z): A trial.\n"
    assert f"  waiver: `trial` lifts this {terms}" in told
    told = run("explain", "policies", "c.yaml", "--now", "2026-02-15T00:00:00Z").stdout
    assert f"  waiver: `trial` lifts nothing here, it has expired {terms}" in told


def test_a_waived_violation_is_shown_by_check(run: Run) -> None:
    _waive('"true"')
    told = run("check", "policies", _write("c.yaml", chat("bad-1")), "--now", "2026-01-15T00:00:00Z").stdout
    assert (
        "waived: organization models/never-bad models[0]: this model is not to be used (waiver trial)\n" in told
    )


def test_json_holds_the_record_and_all_steps(run: Run) -> None:
    _waive('"false"')
    documents = _write("c.yaml", chat("bad-1"), chat("good-1"))
    result = run("explain", "policies", documents, "--output", "json", "--now", "2026-01-15T00:00:00Z")
    bad, good = json.loads(result.stdout)
    assert (bad["source"], bad["document"], bad["decision"]["decision"]) == (
        "c.yaml:1",
        "model.chat bad-1",
        "deny",
    )
    (rule,) = bad["rules"]
    assert (rule["outcome"], rule["clause"], rule["source"]) == (
        "violated",
        "forbid",
        "policies/models.yaml:12:15",
    )
    assert rule["steps"][0] == {"depth": 0, "expression": 'model.name.startsWith("bad")', "value": "true"}
    (waiver,) = rule["waivers"]
    assert (waiver["waiver"], waiver["lifts"], waiver["obstacle"]) == ("trial", False, "its scope is false")
    (missing,) = bad["missing"]
    assert (missing["item"], missing["considered"][0]["outcome"]) == ("models[0]", "unpermitted")
    assert good["missing"] == []


def test_several_documents_are_explained_one_by_one(run: Run) -> None:
    result = run("explain", "policies", _write("c.yaml", chat("bad-1"), chat("good-1"), {"a": 1}))
    assert result.exit_code == 2
    assert "\n\n✓ allow  model.chat good-1  (c.yaml:7)\n" in result.stdout
    assert result.stderr.startswith("c.yaml:13:1: ")


_SECOND_DEFAULT = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: other-end}
spec:
  layer: platform
  description: Jobs end.
  match: {actions: [workload.create], kinds: [Job]}
  defaults: [{path: [spec, activeDeadlineSeconds], value: 60}]
"""


def test_defaults_that_conflict_are_named(run: Run) -> None:
    Path("policies/second.yaml").write_text(_SECOND_DEFAULT)
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"}, "spec": {"template": {}}}
    reason = "`spec.activeDeadlineSeconds`: policies of one layer disagree: 3600, 60 (jobs-end, other-end)\n"
    checked = run("check", "policies", _write("job.yaml", job))
    explained = run("explain", "policies", "job.yaml")
    assert (checked.exit_code, explained.exit_code) == (1, 1)
    assert f"    {reason}" in checked.stdout
    assert f"  conflict  {reason}" in explained.stdout


def test_variables_and_what_does_not_apply_are_in_the_json(run: Run) -> None:
    text = Path("policies/tools.yaml").read_text()
    Path("policies/tools.yaml").write_text(
        text.replace("  rules:", "  match: {actions: [tool.list]}\n  rules:")
        + "---\napiVersion: interlock.dev/v1alpha1\nkind: IntentPolicy\nmetadata: {name: extra}\nspec:\n"
        "  layer: team\n  area: tools\n  description: x\n"
        "  variables: [{name: long, expression: size(tool.name)}]\n"
        "  rules: [{name: short, message: too long, forbid: variables.long > 2}]\n"
    )
    (entry,) = json.loads(run("explain", "policies", _write("c.yaml", call("read")), "--output", "json").stdout)
    (rule,) = [each for each in entry["rules"] if each["policy"] == "extra"]
    assert rule["variables"] == [
        {
            "name": "variables.long",
            "steps": [
                {"depth": 0, "expression": "size(tool.name)", "value": "4"},
                {"depth": 1, "expression": "tool.name", "value": '"read"'},
            ],
        }
    ]
    (considered,) = entry["missing"][0]["considered"]
    assert considered["obstacle"] == "is about `tool.list`, not `tool.call`"
    assert "steps" not in considered
    assert "expression" not in considered
