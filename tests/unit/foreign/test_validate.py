"""What the API server makes of validating policies: the traps that an engine of its own falls into.

Source: k8s.io/apiserver, admission/plugin/policy/validating.
"""

import time
from typing import Any

import pytest
from msgspec import json

from interlock.cel.values import OutOfTime
from interlock.foreign.cluster import Snapshot
from interlock.foreign.review import NoNamespaceError, Review
from interlock.foreign.validate import validate
from interlock.model.ruling import VALIDATION_FAILURE, Denial
from support.foreign.policies import CLUSTER, POD, SHOP, binding, compiled, policy, said
from support.foreign.requests import allow, request_for

FAILS = "object.spec.nothing"
"""An expression that has no value."""


def messages(*documents: dict[str, Any], **more: Any) -> list[str]:
    return [denial.message for denial in said(*documents, **more).denials]


def test_every_policy_has_to_pass() -> None:
    found = said(policy("false", name="a"), policy("true", name="b"), policy("false", name="c"))
    assert [denial.policy for denial in found.denials] == ["a", "c"]


def test_a_policy_without_a_binding_is_not_in_force() -> None:
    assert said(policy("false"), policy("true", name="q"), binding(policy="q")).allowed


def test_all_that_fails_is_told_and_the_first_is_what_the_user_hears() -> None:
    found = said(policy({"expression": "false", "message": "one"}, "true", "1 > 2"))
    assert [str(denial) for denial in found.denials] == [
        "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: one",
        "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: 1 > 2",
    ]


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ({}, 422),
        ({"reason": "Invalid"}, 422),
        ({"reason": "Forbidden"}, 403),
        ({"reason": "RequestEntityTooLarge"}, 413),
        ({"reason": "Unauthorized"}, 401),
        ({"reason": "Other"}, 422),
    ],
)
def test_a_reason_has_its_code(reason: dict[str, str], code: int) -> None:
    (denial,) = said(policy({"expression": "false", **reason})).denials
    assert (denial.reason, denial.code) == (reason.get("reason", "Invalid"), code)


@pytest.mark.parametrize("value", ["null", "1", "'true'", "[]"])
def test_what_is_not_true_has_failed(value: str) -> None:
    assert not said(policy(f"dyn({value})")).allowed


# Messages


@pytest.mark.parametrize(
    ("computed", "message"),
    [
        ("'computed'", "computed"),
        ("'  computed '", "computed"),
        ("' '", "fixed"),
        ("'two\\nlines'", "fixed"),
        ("object.spec.nothing", "fixed"),
        ("dyn(1)", "fixed"),
        ("dyn(null)", "fixed"),
        ("[1,2,3,4,5,6,7,8,9,10].map(x, '" + "x" * 513 + "').join('')", "fixed"),
        ("[1,2,3,4,5,6,7,8,9,10].map(x, '" + "x" * 512 + "').join('')", "x" * 5120),
    ],
)
def test_a_message_is_computed_or_else_the_fixed_one(computed: str, message: str) -> None:
    rule = {"expression": "false", "message": " fixed ", "messageExpression": computed}
    assert messages(policy(rule)) == [message]


def test_a_message_can_not_ask_the_authorizer_nor_read_what_does() -> None:
    rule = {"expression": "variables.mayDelete && false", "message": "fixed", "messageExpression": "'no'"}
    variables = [{"name": "mayDelete", "expression": "authorizer.requestResource.check('delete').allowed()"}]
    assert messages(policy(rule, variables=variables)) == ["no"]
    rule["messageExpression"] = "variables.mayDelete ? 'may' : 'may not'"
    assert messages(policy(rule, variables=variables)) == ["fixed"]


# Failures


def test_an_expression_that_fails_does_what_the_failure_policy_says() -> None:
    (denial,) = said(policy(FAILS)).denials
    assert denial == Denial(
        policy="p",
        binding="b",
        message=f"expression '{FAILS}' resulted in error: no such key: nothing",
        is_error=True,
        actions=("Deny",),
    )
    assert denial.code == 422
    assert said(policy(FAILS, failurePolicy="Ignore")).allowed


@pytest.mark.parametrize("action", ["Warn", "Audit"])
def test_an_expression_that_fails_where_nobody_denies_does_not_deny(action: str) -> None:
    found = said(policy(FAILS), binding(actions=[action]))
    assert found.allowed
    assert (len(found.warnings), len(found.audited)) == ((1, 0) if action == "Warn" else (0, 1))


@pytest.mark.parametrize("action", ["Deny", "Warn", "Audit"])
def test_a_binding_that_can_not_be_applied_denies_whatever_its_actions_are(action: str) -> None:
    kind = {"apiVersion": "v1", "kind": "ConfigMap"}
    missing = {"name": "x", "parameterNotFoundAction": "Deny"}
    found = said(policy("true", paramKind=kind), binding(actions=[action], paramRef=missing))
    (denial,) = found.denials
    assert denial.message == "failed to configure binding: paramKind kind `v1, Kind=ConfigMap` not known"
    assert said(policy("true", paramKind=kind, failurePolicy="Ignore"), binding(paramRef=missing)).allowed


def test_one_expression_that_fails_leaves_the_others_as_they_are() -> None:
    assert messages(policy("false", FAILS, "true", failurePolicy="Ignore")) == ["failed expression: false"]


def test_a_request_in_no_namespace_that_is_there_is_refused_whatever_policies_say() -> None:
    with pytest.raises(NoNamespaceError, match='namespaces "shop" not found'):
        said(policy("true", failurePolicy="Ignore"), cluster=Snapshot())
    assert said(policy("false"), binding(matchResources={"resourceRules": [RULE_FOR_NODES]})).allowed


RULE_FOR_NODES = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["nodes"]}


def test_nobody_is_answered_who_does_not_wait() -> None:
    review = Review(request_for(POD), CLUSTER, allow, until=time.monotonic_ns())
    with pytest.raises(OutOfTime):
        validate(compiled(policy("true"), binding()), review)


# Actions


def test_a_warning_names_policy_and_binding() -> None:
    (warned,) = said(policy({"expression": "false", "message": "no"}), binding(actions=["Warn"])).warnings
    assert warned.warning == "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': no"


def test_what_is_audited_goes_into_one_annotation() -> None:
    found = said(policy("true", {"expression": "false", "message": "no"}), binding(actions=["Audit", "Deny"]))
    assert not found.allowed
    assert json.decode(found.audit_annotations()[VALIDATION_FAILURE]) == [
        {
            "message": "no",
            "policy": "p",
            "binding": "b",
            "expressionIndex": 1,
            "validationActions": ["Audit", "Deny"],
        }
    ]


def test_no_more_than_fifty_failures_are_audited() -> None:
    found = said(policy(*["false"] * 60), binding(actions=["Audit"]))
    assert len(json.decode(found.audit_annotations()[VALIDATION_FAILURE])) == 50


# Annotations


def test_annotations_are_named_after_their_policy() -> None:
    annotations = [
        {"key": "name", "valueExpression": "object.metadata.name"},
        {"key": "empty", "valueExpression": "'  '"},
        {"key": "none", "valueExpression": "null"},
    ]
    found = said(policy("false", auditAnnotations=annotations))
    assert found.annotations == {"p/name": "web"}
    assert not found.allowed


def test_values_of_several_bindings_are_joined_and_equal_ones_told_once() -> None:
    annotations = [{"key": "a", "valueExpression": "variables.limit"}]
    variables = [{"name": "limit", "expression": "object.metadata.name"}]
    documents = [binding("b"), binding("c")]
    found = said(policy("true", auditAnnotations=annotations, variables=variables), *documents)
    assert found.annotations == {"p/a": "web"}


def test_a_value_is_cut() -> None:
    long = "[" + ",".join(["'" + "é" * 100 + "'"] * 60) + "].join('')"
    found = said(policy("true", auditAnnotations=[{"key": "a", "valueExpression": long}]))
    assert len(found.annotations["p/a"].encode()) == 10 * 1024


@pytest.mark.parametrize("action", ["Deny", "Warn", "Audit"])
@pytest.mark.parametrize("value", [FAILS, "dyn(1)"])
def test_an_annotation_that_fails_denies_whatever_the_actions_are(action: str, value: str) -> None:
    annotations = [{"key": "a", "valueExpression": value}]
    assert not said(policy("true", auditAnnotations=annotations), binding(actions=[action])).allowed
    ignored = policy("true", auditAnnotations=annotations, failurePolicy="Ignore")
    assert said(ignored, binding(actions=[action])).allowed


# What expressions see


@pytest.mark.parametrize(
    "expression",
    [
        "object.metadata.name == 'web' && oldObject == null",
        "request.operation == 'CREATE' && request.kind.kind == 'Pod' && request.resource.resource == 'pods'",
        "request.name == 'web' && request.namespace == 'shop' && !request.dryRun",
        "!has(request.subResource) && !has(request.options)",
        "request.userInfo.username == 'ann' && 'dev' in request.userInfo.groups && !has(request.userInfo.uid)",
        "namespaceObject.metadata.labels.stage == 'live' && namespaceObject.metadata.UID == '7'",
        "authorizer.group('').resource('pods').check('create').allowed()",
        "authorizer.requestResource.check('create').allowed()",
    ],
)
def test_an_expression_sees_the_request(expression: str) -> None:
    user = {"username": "ann", "groups": ["dev"], "uid": ""}
    assert messages(policy(expression), request=request_for(POD, user=user)) == []


def test_a_request_for_a_namespace_is_in_none() -> None:
    request = request_for(SHOP, namespace="shop")
    assert messages(policy("namespaceObject == null"), request=request) == []


def test_an_object_that_is_deleted_is_the_old_one() -> None:
    request = request_for(None, POD, operation="DELETE")
    assert messages(policy("object == null && oldObject.metadata.name == 'web'"), request=request) == []


def test_a_variable_is_computed_when_it_is_read_and_kept_with_its_error() -> None:
    variables = [
        {"name": "broken", "expression": "object.spec.nothing"},
        {"name": "containers", "expression": "object.spec.containers"},
        {"name": "count", "expression": "size(variables.containers)"},
    ]
    assert messages(policy("variables.count == 1", "true || variables.broken", variables=variables)) == []
    assert len(messages(policy("variables.broken", "variables.broken", variables=variables))) == 2
