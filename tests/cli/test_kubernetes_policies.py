"""Kubernetes' own policies on the command line: checked, tested and replayed without a cluster."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from support.commandline import Run
from support.foreign.mutating import bind, mutating, patches
from support.foreign.policies import binding, policy

CONFIG: Final = {"apiVersion": "v1", "kind": "ConfigMap"}
LIMITS: Final = {**CONFIG, "metadata": {"name": "limits", "namespace": "shop"}, "data": {"most": "3"}}
WEB: Final = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {"replicas": 5},
}
JANE: Final[dict[str, Any]] = {
    "apiVersion": "interlock.dev/v1alpha1",
    "kind": "Requester",
    "spec": {"user": {"username": "jane"}, "access": [{"verb": "scale", "resource": "deployments"}]},
}
MOST: Final = {
    "expression": "object.spec.replicas <= int(params.data.most)",
    "messageExpression": "'at most ' + params.data.most + ' in ' + namespaceObject.metadata.name",
}
SCALES: Final = {
    "expression": "authorizer.requestResource.check('scale').allowed()",
    "message": "you may not scale",
    "reason": "Forbidden",
}
AROUND: Final[dict[str, Any]] = {"params": [LIMITS], **JANE["spec"]}
THEIRS: Final = (
    policy(MOST, SCALES, paramKind=CONFIG),
    binding(paramRef={"name": "limits", "parameterNotFoundAction": "Deny"}),
)


def write(name: str, *documents: object) -> str:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(yaml.safe_dump_all(documents), encoding="utf-8")
    return name


@pytest.fixture(autouse=True)
def _written(run: Run) -> None:
    del run  # its folder is entered
    write("theirs/policy.yaml", *THEIRS)
    write("web.yaml", WEB)
    write("cluster/limits.yaml", LIMITS)
    write("cluster/jane.yaml", JANE)


def test_what_is_in_the_cluster_is_an_option(run: Run) -> None:
    result = run("check", "theirs", "web.yaml", "--cluster", "cluster")
    assert result.exit_code == 1
    assert result.stdout == (
        "✗ deny  workload.create Deployment shop/web  (web.yaml:1)\n"
        "    ValidatingAdmissionPolicy p with binding b and params shop/limits: at most 3 in shop\n"
        "1 document: 0 allowed, 1 denied\n"
    )


def test_what_nobody_gives_is_not_there_and_not_allowed(run: Run) -> None:
    result = run("check", "theirs", "web.yaml")
    assert "no params found for policy binding" in result.stdout
    result = run("check", "theirs", "web.yaml", "--cluster", "cluster/limits.yaml", "--output", "json")
    (entry,) = json.loads(result.stdout)
    assert entry["decision"]["reasons"] == [
        {
            "code": "refused",
            "kind": "ValidatingAdmissionPolicy",
            "policy": "p",
            "binding": "b",
            "params": "shop/limits",
            "message": message,
            "reason": reason,
            "status": status,
        }
        for message, reason, status in (
            ("at most 3 in shop", "Invalid", 422),
            ("you may not scale", "Forbidden", 403),
        )
    ]


def test_warnings_and_audit_annotations_are_shown(run: Run) -> None:
    annotations = [{"key": "who", "valueExpression": "request.userInfo.username"}]
    write("theirs/policy.yaml", policy("false", auditAnnotations=annotations), binding(actions=["Warn"]))
    result = run("check", "theirs", "web.yaml", "--cluster", "cluster")
    assert result.exit_code == 0
    assert (
        "    warning: ValidatingAdmissionPolicy p with binding b: failed expression: false\n" in result.stdout
    )
    assert '    audit annotation: p/who = "jane"\n' in result.stdout


def test_of_what_is_no_request_of_kubernetes_they_say_nothing(run: Run) -> None:
    write("theirs/policy.yaml", policy("false"), binding())
    write("call.yaml", {"model": "gpt-5", "messages": [{"role": "user", "content": "hi"}]})
    result = run("check", "theirs", "call.yaml", "--output", "json")
    (entry,) = json.loads(result.stdout)
    assert {reason["code"] for reason in entry["decision"]["reasons"]} == {"unpermitted"}


def test_roles_in_the_cluster_say_what_the_user_may_do(run: Run) -> None:
    write("theirs/policy.yaml", policy(SCALES), binding())
    write("cluster/jane.yaml", {**JANE, "spec": {"user": {"username": "jane"}}})
    assert run("check", "theirs", "web.yaml", "--cluster", "cluster", "--log", "log").exit_code == 1
    rbac = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "scaler"}}
    rule = {"verbs": ["scale"], "apiGroups": ["apps"], "resources": ["deployments"]}
    gives = {
        "roleRef": {"kind": "ClusterRole", "name": "scaler"},
        "subjects": [{"kind": "User", "name": "jane"}],
    }
    roles = [
        {**rbac, "kind": "ClusterRole", "rules": [rule]},
        {**rbac, "kind": "ClusterRoleBinding", **gives},
    ]
    write("cluster/roles.yaml", *roles)
    assert run("check", "theirs", "web.yaml", "--cluster", "cluster", "--log", "log").exit_code == 0
    assert run("replay", "log", "theirs").stdout == "2 decisions of this policy set: 2 the same\n"


def test_a_cluster_that_can_not_be_read_ends_with_two(run: Run) -> None:
    write("cluster/jane.yaml", {**JANE, "spec": {"user": {"name": "jane"}}})
    result = run("check", "theirs", "web.yaml", "--cluster", "cluster")
    assert result.exit_code == 2
    assert result.stderr == "cluster/jane.yaml:1:1: `spec.user`: object contains unknown field `name`\n"


@pytest.mark.parametrize("cluster", [[], ["--cluster", "cluster"], ["--cluster", "cluster/limits.yaml"]])
def test_what_was_checked_is_replayed_without_the_cluster(run: Run, cluster: list[str]) -> None:
    checked = run("check", "theirs", "web.yaml", *cluster, "--log", "log.jsonl")
    assert checked.exit_code == 1
    result = run("replay", "log.jsonl", "theirs")
    assert (result.exit_code, result.stdout) == (0, "1 decision of this policy set: 1 the same\n")


# Changes


def test_what_mutating_policies_change_is_shown_and_tested_and_replayed(run: Run) -> None:
    change = patches(
        'op: "remove", path: "/spec/paused"',
        'op: "add", path: "/metadata/labels", value: {"asked-by": request.userInfo.username}',
    )
    write("theirs/policy.yaml", mutating(change), bind(), policy("!has(object.spec.paused)"), binding())
    write("web.yaml", {**WEB, "spec": {"replicas": 5, "paused": True}})
    result = run("check", "theirs", "web.yaml", "--cluster", "cluster", "--log", "log.jsonl")
    assert result.stdout == (
        "✓ allow  workload.create Deployment shop/web  (web.yaml:1)\n"
        '    changed: metadata.labels = {"asked-by": "jane"} (MutatingAdmissionPolicy p)\n'
        "    changed: spec.paused is removed (MutatingAdmissionPolicy p)\n"
        "1 document: 1 allowed, 0 denied\n"
    )
    assert run("replay", "log.jsonl", "theirs").exit_code == 0
    expected = [
        {"path": ["spec", "paused"], "removed": True},
        {"path": ["metadata", "labels"], "value": {"asked-by": "jane"}},
    ]
    given = {"input": {**WEB, "spec": {"replicas": 5, "paused": True}}}
    suite(case({"decision": "allow", "patches": expected, "exactly": True}, **given))
    assert "1 passed" in run("test", "theirs").stdout
    suite(case({"patches": [{"path": ["spec", "replicas"], "removed": True}]}, **given))
    result = run("test", "theirs")
    assert "expected  patches with `spec.replicas` = removed\n" in result.stdout
    assert "; spec.paused = removed\n" in result.stdout


@pytest.mark.parametrize("patch", [{"path": ["a"]}, {"path": ["a"], "value": 1, "removed": True}])
def test_a_patch_is_a_value_or_nothing(run: Run, patch: dict[str, Any]) -> None:
    suite(case({"patches": [patch]}))
    assert "must have a `value` or `removed: true`, one of them" in run("test", "theirs").stderr


# Explanations


def test_a_refusal_is_explained_by_the_values_in_what_failed(run: Run) -> None:
    result = run("explain", "theirs", "web.yaml", "--cluster", "cluster")
    assert result.exit_code == 1
    assert result.stdout == (
        "✗ deny  workload.create Deployment shop/web  (web.yaml:1)\n"
        "\n"
        "refused  ValidatingAdmissionPolicy p/b  (theirs/policy.yaml:21:17)\n"
        "  validations[0]:\n"
        "    object.spec.replicas <= int(params.data.most)\n"
        "                │        │  │               │\n"
        '                5        │  3               "3"\n'
        "                         false\n"
        "  params: shop/limits\n"
        "  message: at most 3 in shop\n"
    )


def test_what_failed_before_any_validation_is_explained_by_its_message_alone(run: Run) -> None:
    conditions = [{"name": "c", "expression": "object.spec.nothing"}]
    write("theirs/policy.yaml", policy("true", matchConditions=conditions), binding(actions=["Warn"]))
    result = run("explain", "theirs", "web.yaml", "--output", "json")
    (entry,) = json.loads(result.stdout)
    (refusal,) = entry["refusals"]
    assert (refusal["action"], "steps" in refusal) == ("Warn", False)
    assert refusal["message"] == "expression 'object.spec.nothing' resulted in error: no such key: nothing"


def test_what_is_explained_is_what_ours_made_of_the_object(run: Run) -> None:
    match = {"kinds": ["Deployment"]}
    change = {"path": ["spec", "replicas"], "value": 7}
    spec = {"layer": "platform", "description": "Seven.", "match": match, "locks": [change]}
    head = {"apiVersion": "interlock.dev/v1alpha1", "kind": "IntentPolicy", "metadata": {"name": "seven"}}
    write("theirs/policy.yaml", policy("object.spec.replicas < 6"), binding(), {**head, "spec": spec})
    result = run("explain", "theirs", "web.yaml", "--output", "json")
    (entry,) = json.loads(result.stdout)
    assert entry["refusals"][0]["steps"][1]["value"] == "7"


def test_variables_that_a_validation_reads_are_explained_as_well(run: Run) -> None:
    variables = [{"name": "most", "expression": "2 + 1"}, {"name": "other", "expression": "1"}]
    rule = "object.spec.replicas <= variables.most"
    write("theirs/policy.yaml", policy(rule, variables=variables), binding(actions=["Audit"]))
    result = run("explain", "theirs", "web.yaml", "--output", "json")
    (entry,) = json.loads(result.stdout)
    (refusal,) = entry["refusals"]
    assert refusal["steps"][1] == {"depth": 1, "expression": "object.spec.replicas", "value": "5"}
    assert [each["name"] for each in refusal["variables"]] == ["variables.most"]


def test_policies_that_look_at_more_than_was_logged_say_so_in_a_replay(run: Run) -> None:
    write("theirs/policy.yaml", policy("true"), binding())
    run("check", "theirs", "web.yaml", "--log", "log.jsonl")
    write("theirs/policy.yaml", policy("true", paramKind=CONFIG), binding(paramRef={"name": "limits"}))
    result = run("replay", "log.jsonl", "theirs", "--output", "json")
    assert result.exit_code == 1
    assert "it was not looked at when this was decided" in result.stdout


# Tests


def suite(*cases: dict[str, Any]) -> str:
    spec = {"policies": ["."], "cases": cases}
    head = {"apiVersion": "interlock.dev/v1alpha1", "kind": "PolicyTest", "metadata": {"name": "theirs"}}
    return write("theirs/tests.yaml", {**head, "spec": spec})


def case(expect: dict[str, Any], given: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    around = AROUND if given is None else given
    return {"name": "a case", "input": WEB, "given": around, "expect": expect, **more}


def test_a_case_says_what_is_around_the_request_and_what_they_say(run: Run) -> None:
    expected = {"kind": "ValidatingAdmissionPolicy", "policy": "p", "binding": "b", "params": "shop/limits"}
    suite(case({"decision": "deny", "reasons": [{**expected, "message": "at most 3"}], "exactly": True}))
    result = run("test", "theirs")
    assert result.stdout == (
        "✓ theirs  1 passed  (theirs/tests.yaml)\n"
        "1 case in 1 suite: 1 passed\n"
        "never exercised: p/validations[1]  (theirs/policy.yaml:23)\n"
    )


def test_a_case_names_what_is_not_as_expected(run: Run) -> None:
    suite(case({"reasons": [{"binding": "other"}]}))
    result = run("test", "theirs")
    assert result.exit_code == 1
    assert "expected  reasons with binding `other`\n" in result.stdout
    assert "came      refused p/b: at most 3 in shop\n" in result.stdout


def test_the_namespace_of_a_case_needs_no_more_than_what_matters(run: Run) -> None:
    write("theirs/policy.yaml", policy("namespaceObject.metadata.labels.stage == 'live'"), binding())
    suite(
        case({"decision": "allow"}, {"namespace": {"metadata": {"labels": {"stage": "live"}}}}, name="live"),
        case({"decision": "deny"}, {}, name="none"),
    )
    assert "2 passed" in run("test", "theirs").stdout


def test_audit_annotations_and_warnings_are_expected_too(run: Run) -> None:
    annotations = [{"key": "who", "valueExpression": "request.userInfo.username"}]
    write("theirs/policy.yaml", policy("false", auditAnnotations=annotations), binding(actions=["Warn"]))
    expect = {"decision": "allow", "warnings": [{"policy": "p"}], "auditAnnotations": {"p/who": "jane"}}
    suite(case(expect))
    assert "1 passed" in run("test", "theirs").stdout
    suite(case({"auditAnnotations": {}}))
    result = run("test", "theirs")
    assert "expected  audit annotations none\n" in result.stdout
    assert 'came      p/who = "jane"\n' in result.stdout


@pytest.mark.parametrize(
    "given", [{"params": [{"kind": "ConfigMap"}]}, {"namespace": {"metadata": []}}, {"params": [{}]}]
)
def test_what_can_not_be_around_a_request_fails_its_case(run: Run, given: dict[str, Any]) -> None:
    suite(case({"decision": "allow"}, given))
    result = run("test", "theirs")
    assert result.exit_code == 1
    assert "expected  what can be around a request\n" in result.stdout


def test_coverage_counts_validations_that_were_not_true(run: Run) -> None:
    suite(case({"decision": "deny"}))
    assert run("test", "theirs", "--coverage").stdout.endswith(
        "  p/validations[0]  not true 1\n  p/validations[1]  not true 0\n"
    )
