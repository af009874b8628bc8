"""What each part of a policy becomes."""

from collections.abc import Mapping
from typing import Any

import pytest

from interlock.cel.libraries.kubernetes.versions import NEWEST, Version
from support.documents import library, policy
from support.exporting import exported_from

_CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: mice.acme.example}
spec:
  group: acme.example
  names: {kind: Mouse, plural: mice}
  versions:
    - name: v1
      served: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties: {max-turns: {type: integer}}
"""


def _objects(rules: str = "", *more: str, **spec: str) -> Any:
    return _objects_of(NEWEST, rules, *more, **spec)


def _objects_of(release: Version, rules: str = "", *more: str, **spec: str) -> Any:
    given = {"match": "{actions: [workload.create], kinds: [Deployment]}", **spec}
    lines = "".join(f"  {key}: {value}\n" for key, value in given.items())
    text = policy(layer="team", spec=lines, rules=rules or _rule("intent.principal.id != 'jane'"))
    found = exported_from(text, *more, release=release)
    assert not found.misfits
    return found.objects


def _rule(expression: str, effect: str = "require", more: str = "message: no") -> str:
    return f"    - name: r\n      {more}\n      {effect}: |\n        {expression}\n"


def _spec(rules: str = "", *more: str, **spec: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _objects(rules, *more, **spec)[0]["spec"]
    return found


def _expression(expression: str, **spec: str) -> str:
    (validation,) = _spec(_rule(expression), **spec)["validations"]
    return str(validation["expression"])


def _variables(expression: str, **spec: str) -> dict[str, str]:
    found = _spec(_rule(expression), **spec).get("variables", [])
    return {each["name"]: each["expression"] for each in found}


@pytest.mark.parametrize(
    ("match", "rules"),
    [
        (
            "{actions: [workload.create], kinds: [Deployment, StatefulSet]}",
            [("apps", ["CREATE"], ["deployments", "deployments/scale", "statefulsets", "statefulsets/scale"])],
        ),
        (
            "{kinds: [Pod]}",
            [("", ["CREATE", "UPDATE", "DELETE"], ["pods", "pods/ephemeralcontainers", "pods/resize"])],
        ),
        (
            "{actions: [workload.delete, model.chat], kinds: [Ingress, NetworkPolicy, Endpoints]}",
            [
                ("", ["DELETE"], ["endpoints"]),
                ("networking.k8s.io", ["DELETE"], ["ingresses", "networkpolicies"]),
            ],
        ),
        (
            "{kinds: [Event]}",
            [
                ("", ["CREATE", "UPDATE", "DELETE"], ["events"]),
                ("events.k8s.io", ["CREATE", "UPDATE", "DELETE"], ["events"]),
            ],
        ),
        ("{kinds: [Mouse]}", [("acme.example", ["CREATE", "UPDATE", "DELETE"], ["mice"])]),
        ("{actions: [workload.update]}", [("*", ["UPDATE"], ["*"])]),
    ],
)
def test_kinds_and_actions_become_rules(match: str, rules: list[tuple[str, list[str], list[str]]]) -> None:
    found = _spec("", _CRD, match=match)["matchConstraints"]["resourceRules"]
    assert [(each["apiGroups"], each["operations"], each["resources"]) for each in found] == [
        ([group], operations, resources) for group, operations, resources in rules
    ]
    assert all(each["apiVersions"] == ["*"] for each in found)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("intent.action == 'workload.create' && intent.principal.id == 'a'", 'variables.principalId == "a"'),
        ("intent.kind == 'Job' || intent.principal.id == 'a'", 'variables.principalId == "a"'),
        ("intent.workload.group == 'apps'", 'request.resource.group == "apps"'),
        ("intent.workload.kind == object.kind", '"Deployment" == object.kind'),
        ("!has(intent.subresource)", "!has(request.subResource)"),
        ("intent.subresource == 'scale'", 'request.subResource == "scale"'),
        ("intent.?subresource.orValue('') == ''", 'request.?subResource.orValue("") == ""'),
        ("object.metadata.name == 'web'", "object.metadata.name == 'web'"),
        ("intent.object.metadata.name == 'web'", 'object.metadata.name == "web"'),
        ("object.metadata.labels.`a-b` == 'c'", 'object.metadata.labels["a-b"] == "c"'),
        ("has(object.metadata.labels.`a-b`)", '"a-b" in object.metadata.labels'),
        ("has(object.spec.replicas)", "has(object.spec.replicas)"),
        (
            "has(intent.object.spec.word)",
            "(type(object.spec) == map ? has(object.spec.word) : object.spec.word) ? true : false",
        ),
        ("has(intent.run) || object.spec.paused", "false || object.spec.paused"),
        ("has(intent.workload.labels)", "size(variables.objectLabels) > 0"),
        ("has(intent.attribution.team)", "size(variables.attributionTeam) > 0"),
        ("intent.attribution.team == 'a'", 'variables.attributionTeam[0] == "a"'),
        ("intent.attribution.?team.orValue('') == 'a'", 'variables.attributionTeam[?0].orValue("") == "a"'),
        ("has(intent.agent)", "size(variables.agentName) > 0"),
        ("intent.object.spec.flag", "object.spec.flag ? true : false"),
        ("object.spec.paused", "object.spec.paused ? true : false"),
        ("object.spec.`replicas` > 1", "object.spec.replicas > 1"),
        ("object.metadata.__namespace__ == 'a'", 'object.metadata.namespace == "a"'),
        ("[1].all(e, cel.bind(f, object.spec.replicas, f > e))", "[1].all(e, object.spec.replicas > e)"),
    ],
)
def test_an_expression_reads_the_request_instead(expression: str, expected: str) -> None:
    assert _expression(expression) == expected


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ("[workload.update]", "object.metadata.name == 'a'"),
        ("[workload.delete]", 'oldObject.metadata.name == "a"'),
        ("[workload.*]", 'variables.subject.metadata.name == "a"'),
    ],
)
def test_what_is_deleted_is_decided_as_it_was(actions: str, expected: str) -> None:
    match = f"{{actions: {actions}, kinds: [Deployment]}}"
    assert _expression("object.metadata.name == 'a'", match=match) == expected


def test_an_action_among_several_is_its_operation() -> None:
    match = "{kinds: [Deployment]}"
    assert _expression("intent.action != 'workload.delete'", match=match) == 'request.operation != "DELETE"'
    assert _expression("intent.action in ['workload.delete']", match=match) == (
        '{"CREATE": "workload.create", "UPDATE": "workload.update", "DELETE": "workload.delete"}'
        '[request.operation] in ["workload.delete"]'
    )


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ("[Pod, Job]", 'request.kind.kind == "Job"'),
        (
            "[Pod, Deployment]",
            '{"deployments": "Deployment", "pods": "Pod"}[request.resource.resource] == "Job"',
        ),
    ],
)
def test_a_kind_among_several_is_not_that_of_a_scale(kinds: str, expected: str) -> None:
    match = f"{{actions: [workload.update], kinds: {kinds}}}"
    assert _expression("intent.kind == 'Job'", match=match) == expected


def test_a_function_of_a_library_is_put_in() -> None:
    imports = "[{library: limits, version: 1.0.0}]"
    (validation,) = _spec(_rule("limits.isLarge(object.spec.replicas)"), library(), imports=imports)[
        "validations"
    ]
    assert validation["expression"] == "object.spec.replicas > 8"


def test_a_custom_field_is_read_by_its_own_name() -> None:
    (validation,) = _spec(_rule("object.spec.max__dash__turns < 9"), _CRD, match="{kinds: [Mouse]}")[
        "validations"
    ]
    assert validation["expression"] == 'variables.subject.spec["max-turns"] < 9'


def test_labels_count_before_annotations_and_objects_before_their_pods() -> None:
    found = _variables("intent.attribution.useCase == 'a'")
    assert list(found) == ["podMetadata", "attributionUseCase"]
    assert found["podMetadata"] == "object.?spec.?template.?metadata"
    assert found["attributionUseCase"].split("\n") == [
        "[",
        '  ?object.?metadata.?labels[?"interlock.dev/use-case"],',
        '  ?object.?metadata.?labels[?"use-case"],',
        '  ?variables.podMetadata.?labels[?"interlock.dev/use-case"],',
        '  ?variables.podMetadata.?labels[?"use-case"],',
        '  ?object.?metadata.?annotations[?"interlock.dev/use-case"],',
        '  ?object.?metadata.?annotations[?"use-case"],',
        '  ?variables.podMetadata.?annotations[?"interlock.dev/use-case"],',
        '  ?variables.podMetadata.?annotations[?"use-case"]',
        '].filter(text, text != "")',
    ]


def test_kinds_keep_their_pods_in_their_own_places() -> None:
    match = "{actions: [workload.create], kinds: [CronJob, Deployment, Job, Pod, Service]}"
    found = _variables("has(image.digest)", match=match, area="images")["podSpec"]
    assert found.split("\n") == [
        'request.kind.kind == "Service"',
        "? optional.none()",
        ': request.kind.kind == "Pod"',
        "  ? object.?spec",
        '  : request.kind.kind == "CronJob"',
        "    ? object.?spec.?jobTemplate.?spec.?template.?spec",
        "    : object.?spec.?template.?spec",
    ]


def test_only_variables_that_are_read_are_written_in_their_order() -> None:
    variables = (
        "[{name: a, expression: '1'}, {name: b, expression: variables.a + 1}, {name: c, expression: now}]"
    )
    assert _variables("variables.b > 0", variables=variables) == {"a": "1", "b": "variables.a + 1"}


def test_a_condition_on_the_request_alone_becomes_one_of_the_policy() -> None:
    when = "{actions: [workload.create], kinds: [Deployment], when: \"object.metadata.name == 'a'\"}"
    found = _spec(match=when)
    assert found["matchConditions"] == [{"name": "when", "expression": 'object.metadata.name == "a"'}]


def test_a_condition_on_what_needs_a_variable_is_asked_in_each_validation() -> None:
    when = "{actions: [workload.create], kinds: [Deployment], when: \"intent.principal.id == 'a'\"}"
    found = _spec(_rule("object.spec.replicas < 3"), match=when)
    assert "matchConditions" not in found
    assert [each["name"] for each in found["variables"]] == ["principalId", "applies"]
    assert found["validations"][0]["expression"] == "variables.applies ? object.spec.replicas < 3 : true"


def test_what_is_forbidden_is_negated() -> None:
    (validation,) = _spec(_rule("object.spec.paused && has(object.spec.replicas)", "forbid"))["validations"]
    assert validation["expression"] == "!(object.spec.paused && has(object.spec.replicas))"


@pytest.mark.parametrize(
    ("more", "message", "saying"),
    [
        ("message: no", "no", None),
        (
            "messageExpression: \"'by ' + intent.principal.id\"",
            "failed: object.spec.paused",
            '"by " + variables.principalId',
        ),
        ("{message: no, messageExpression: \"'no'\"}", "no", '"no"'),
    ],
)
def test_a_rule_has_its_message(more: str, message: str, saying: str | None) -> None:
    rules = f"    - {{name: r, require: object.spec.paused, {more.strip('{}')}}}\n"
    (validation,) = _spec(rules)["validations"]
    assert (validation["message"], validation.get("messageExpression")) == (message, saying)
    assert validation["reason"] == "Forbidden"


@pytest.mark.parametrize(
    ("limit", "expression", "message"),
    [
        (
            "of: object.spec.replicas, ceiling: 3",
            "object.spec.replicas <= 3",
            "`object.spec.replicas` is above the ceiling of 3",
        ),
        (
            "of: object.spec.?replicas, floor: 2",
            "object.spec.?replicas.hasValue() ? object.spec.?replicas.value() >= 2 : true",
            "`object.spec.?replicas` is below the floor of 2",
        ),
        (
            "of: intent.object.spec.word, ceiling: 3, message: too many",
            "type(object.spec.word) == int && object.spec.word <= 3",
            "too many",
        ),
        (
            "of: object.kind, allowed: [a, b], blocked: [c]",
            'object.kind in ["a", "b"] && !(object.kind in ["c"])',
            "`object.kind` is none of `a`, `b`",
        ),
        (
            "of: intent.principal.groups, blocked: [c]",
            'variables.principalGroups.all(text, !(text in ["c"]))',
            "`intent.principal.groups` has a text that is one of `c`",
        ),
    ],
)
def test_a_limit_becomes_a_validation(limit: str, expression: str, message: str) -> None:
    validation = _spec(limits=f"[{{name: l, {limit}}}]")["validations"][1]
    assert (validation["expression"], validation["message"]) == (expression, message)


@pytest.mark.parametrize(("enforcement", "action"), [("enforce", "Deny"), ("warn", "Warn"), ("audit", "Audit")])
def test_enforcement_is_the_action_of_the_binding(enforcement: str, action: str) -> None:
    _, binding = _objects(enforcement=enforcement)
    assert binding["spec"] == {"policyName": "gpu-quota", "validationActions": [action]}


@pytest.mark.parametrize(("on_error", "expected"), [("deny", "Fail"), ("ignore", "Ignore")])
def test_what_errors_mean_is_the_failure_policy(on_error: str, expected: str) -> None:
    assert _spec(onError=on_error)["failurePolicy"] == expected


def test_objects_say_what_they_were_written_from() -> None:
    first, second = (each["metadata"] for each in _objects())
    assert first == second
    assert first["name"] == "gpu-quota"
    assert first["labels"] == {"app.kubernetes.io/managed-by": "interlock"}
    assert first["annotations"]["kubernetes.io/description"] == "Nobody takes more than their share."
    (changed, _) = _objects(_rule("intent.principal.id != 'ada'"))
    before = first["annotations"]["interlock.dev/policy-digest"]
    assert changed["metadata"]["annotations"]["interlock.dev/policy-digest"] != before


@pytest.mark.parametrize(
    ("release", "version"), [(Version(1, 29), "v1beta1"), (Version(1, 30), "v1"), (Version(1, 37), "v1")]
)
def test_a_release_has_its_version_of_the_api(release: Version, version: str) -> None:
    assert {each["apiVersion"] for each in _objects_of(release)} == {f"admissionregistration.k8s.io/{version}"}
