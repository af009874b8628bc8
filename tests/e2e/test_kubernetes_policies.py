"""Kubernetes' own admission policies: our service says of a request what a real API server says.

What is expected is written here, as the source of k8s.io/apiserver has it. The emulated cluster evaluates no
policies, so there only ours is compared with it.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from support.e2e import Cluster
from support.installation import documents, installed
from support.kubernetes import jsonpatch
from support.manifests import named
from support.process import Running
from support.reviews import deployment
from support.verdicts import answered, applied, ours, stored, theirs

_POLICY = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: tried}
spec:
  matchConstraints:
    resourceRules:
      - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}
"""
_BINDING = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: bound}
spec:
  policyName: tried
  validationActions: [Deny]
"""
_MUTATING = """\
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: tried}
spec:
  reinvocationPolicy: Never
  matchConstraints:
    resourceRules:
      - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: bound}
spec: {policyName: tried}
"""
_DENIED = "ValidatingAdmissionPolicy 'tried' with binding 'bound' denied request: "

# Of each case: more of the policy's spec, more of the binding's, and why a Deployment of 6 pods is denied.
_CASES: dict[str, tuple[str, str, str]] = {
    "a message": ("validations: [{expression: object.spec.replicas < 6, message: too many}]", "", "too many"),
    "no message": (
        "validations: [{expression: object.spec.replicas < 6}]",
        "",
        "failed expression: object.spec.replicas < 6",
    ),
    "a message that is computed": (
        """validations: [{expression: object.spec.replicas < 6, messageExpression: "'not ' +
        string(object.spec.replicas)", message: unused}]""",
        "",
        "not 6",
    ),
    "a message that can not be computed": (
        """validations: [{expression: 'false', message: plain, messageExpression:
        "'no ' + object.metadata.labels.nothing"}]""",
        "",
        "plain",
    ),
    "an error": (
        "validations: [{expression: object.metadata.labels.nothing == 'a'}]",
        "",
        "expression 'object.metadata.labels.nothing == 'a'' resulted in error: no such key: nothing",
    ),
    "an error that is ignored": (
        "failurePolicy: Ignore\nvalidations: [{expression: object.metadata.labels.nothing == 'a'}]",
        "",
        "",
    ),
    "a condition that is not met": (
        """matchConditions: [{name: few, expression: object.spec.replicas < 6}]
validations: [{expression: 'false'}]""",
        "",
        "",
    ),
    "variables": (
        """variables: [{name: pods, expression: object.spec.replicas}]
validations: [{expression: variables.pods < 6}]""",
        "",
        "failed expression: variables.pods < 6",
    ),
    "a default of the API server": (
        "validations: [{expression: object.spec.template.spec.restartPolicy != 'Always', message: always}]",
        "",
        "always",
    ),
    "the namespace": (
        """validations: [{message: here, expression: "namespaceObject.metadata
        .labels['kubernetes.io/metadata.name'] != 'default'"}]""",
        "",
        "here",
    ),
    "another namespace": (
        "validations: [{expression: 'false'}]",
        "matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}}",
        "",
    ),
    "who asks": ("validations: [{expression: request.userInfo.username != 'admin', message: you}]", "", "you"),
    "a binding that only warns": (
        "validations: [{expression: 'false'}]",
        "validationActions: [Warn]",
        "",
    ),
}


@pytest.fixture(scope="module")
def service(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with installed(cluster, tmp_path_factory.mktemp("installed")) as started:
        yield started


def _of(case: str) -> list[dict[str, Any]]:
    """The policy and the binding of `case`."""
    spec, bound, _ = _CASES[case]
    (policy,), (binding,) = documents(_POLICY), documents(_BINDING)
    for body, more in ((policy, spec), (binding, bound)):
        for given in documents(more):
            body["spec"] |= given
    return [policy, binding]


@pytest.mark.parametrize("case", _CASES)
def test_a_request_is_denied_as_the_api_server_denies_it(cluster: Cluster, service: Running, case: str) -> None:
    item = named("tried", deployment(6, team="a"))
    seen = stored(cluster, item)
    expected = _CASES[case][2]
    with applied(cluster, service, _of(case)):
        said = ours(service, seen)
        assert said == (f"{_DENIED}{expected}" if expected else "")
        if cluster.real:
            assert said in theirs(cluster, item)
            assert bool(theirs(cluster, item)) is bool(expected)


# Of each case: more of the policy's spec, and what is changed in a Deployment of 6 pods.
_CHANGES: dict[str, tuple[str, dict[str, Any]]] = {
    "an object that is merged": (
        """mutations: [{patchType: ApplyConfiguration, applyConfiguration: {expression: "Object{metadata:
        Object.metadata{labels: {'added': 'yes'}}}"}}]""",
        {"labels": {"interlock.dev/team": "a", "added": "yes"}},
    ),
    "a patch": (
        """mutations: [{patchType: JSONPatch, jsonPatch: {expression: "[JSONPatch{op: 'add', path:
        '/metadata/labels', value: {'pods': string(object.spec.replicas)}}]"}}]""",
        {"labels": {"pods": "6"}},
    ),
    "what comes second sees what came first": (
        """mutations: [{patchType: ApplyConfiguration, applyConfiguration: {expression: "Object{spec:
        Object.spec{replicas: 3}}"}}, {patchType: JSONPatch, jsonPatch: {expression: "[JSONPatch{op: 'add',
        path: '/metadata/labels', value: {'pods': string(object.spec.replicas)}}]"}}]""",
        {"labels": {"pods": "3"}, "replicas": 3},
    ),
    "a condition that is not met": (
        """matchConditions: [{name: few, expression: object.spec.replicas < 6}]
mutations: [{patchType: ApplyConfiguration, applyConfiguration: {expression: "Object{spec:
        Object.spec{replicas: 3}}"}}]""",
        {},
    ),
}


@pytest.mark.parametrize("case", _CHANGES)
def test_an_object_is_changed_as_the_api_server_changes_it(
    cluster: Cluster, service: Running, case: str
) -> None:
    if cluster.real and "mutatingadmissionpolicies" not in cluster.kubectl.done("api-resources", "-o", "name"):
        pytest.skip("this API server has no mutating policies")
    item = named("tried", deployment(6, team="a"))
    seen = stored(cluster, item)
    more, expected = _CHANGES[case]
    policy, binding = documents(_MUTATING)
    for each in documents(more):
        policy["spec"] |= each
    with applied(cluster, service, [policy, binding]):
        response = answered(service, "/mutate", seen)
        operations = json.loads(base64.b64decode(response["patch"])) if "patch" in response else []
        said = _seen(jsonpatch.applied(seen, operations))
        assert said == {"labels": {"interlock.dev/team": "a"}, "replicas": 6} | expected
        if cluster.real:
            assert _seen(stored(cluster, item)) == said


def _seen(item: dict[str, Any]) -> dict[str, Any]:
    return {"labels": item["metadata"].get("labels") or {}, "replicas": item["spec"]["replicas"]}
