"""Kubernetes' own admission policies: our service says of a request what a real API server says.

What is expected is written here, as the source of k8s.io/apiserver has it. The emulated cluster evaluates no
policies, so there only ours is compared with it.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from support.e2e import Cluster
from support.installation import documents, installed
from support.manifests import named
from support.process import Running, eventually
from support.reviews import deployment, review

_SOON = 60
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
        "validations: [{expression: 'false', messageExpression: object.metadata.labels.no, message: plain}]",
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


def _ours(service: Running, item: dict[str, Any]) -> str:
    """Why our service denies the creation of `item` by the administrator; empty where it allows."""
    user = {"username": "admin", "groups": ["system:masters", "system:authenticated"]}
    sent = review(item, userInfo=user, namespace="default", name=item["metadata"]["name"])
    with service.client() as client:
        response = client.post(f"{service.webhook}/validate", json=sent).json()["response"]
    return "" if response["allowed"] else str(response["status"]["message"])


def _theirs(cluster: Cluster, item: dict[str, Any]) -> str:
    """Why the API server denies it."""
    said = cluster.kubectl("create", "--dry-run=server", "-f", "-", given=item)
    return "" if said.code == 0 else said.err


@pytest.mark.parametrize("case", _CASES)
def test_a_request_is_denied_as_the_api_server_denies_it(cluster: Cluster, service: Running, case: str) -> None:
    item = named("tried", deployment(6))
    dry = ("create", "--dry-run=server", "-o", "yaml", "-f", "-")
    (stored,) = documents(cluster.kubectl.done(*dry, given=item))
    expected = _CASES[case][2]
    # It denies what nothing else does, so that it shows when both have seen all that was applied before it.
    given = [*_of(case), *_of_sentinel()]
    cluster.kubectl.done("apply", "-f", "-", given=given)
    try:
        seen = named("sentinel", deployment(1))
        eventually(lambda: "seen" in _ours(service, seen), _SOON)
        said = _ours(service, stored)
        assert said == (f"{_DENIED}{expected}" if expected else "")
        if cluster.real:
            eventually(lambda: "seen" in _theirs(cluster, seen), _SOON)
            assert said in _theirs(cluster, item)
            assert bool(_theirs(cluster, item)) is bool(expected)
    finally:
        cluster.kubectl.done("delete", "-f", "-", given=given)
        eventually(lambda: not _ours(service, seen), _SOON)


def _of_sentinel() -> list[dict[str, Any]]:
    policy, binding = _of("a message")
    policy["metadata"]["name"] = binding["spec"]["policyName"] = "sentinel"
    binding["metadata"]["name"] = "sentinel"
    policy["spec"]["validations"] = [{"expression": "object.metadata.name != 'sentinel'", "message": "seen"}]
    return [policy, binding]
