"""Which resources are scanned for which policies."""

import json

import pytest

from interlock_webhooks.cluster.discovery import Served
from interlock_webhooks.cluster.resource import Resource
from interlock_webhooks.scan.subjects import subjects
from support.budgets import policies
from support.documents import policy
from support.foreign.policies import binding
from support.foreign.policies import policy as validating_policy


def served(group: str, plural: str, kind: str, *, verbs: str = "get list watch") -> Served:
    """A resource of a cluster."""
    resource = Resource(group=group, version="v1", plural=plural, namespaced=True)
    return Served(resource=resource, kind=kind, verbs=frozenset(verbs.split()))


CLUSTER = (
    served("", "pods", "Pod"),
    served("", "secrets", "Secret"),
    served("", "configmaps", "ConfigMap"),
    served("", "events", "Event"),
    served("apps", "deployments", "Deployment"),
    served("authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview", verbs="create"),
    served("coordination.k8s.io", "leases", "Lease"),
    served("openreports.io", "reports", "Report"),
    served("ray.io", "rayclusters", "RayCluster"),
)


def about(match: str, area: str = "intent") -> str:
    """A policy on what `match` covers."""
    rules = "    - {name: never, forbid: 'true', message: no}\n"
    return policy(layer="platform", spec=f"  area: {area}\n  match: {match}\n", rules=rules)


def validating(*resources: str, operation: str = "CREATE") -> str:
    """A ValidatingAdmissionPolicy on those of any group."""
    rule = {"apiGroups": ["*"], "apiVersions": ["*"], "operations": [operation], "resources": [*resources]}
    constraints = {"resourceRules": [rule]}
    return (
        f"{json.dumps(validating_policy('true', matchConstraints=constraints))}\n---\n{json.dumps(binding())}"
    )


@pytest.mark.parametrize(
    ("document", "scanned"),
    [
        (about("{kinds: [Deployment]}"), "deployments"),
        (about("{kinds: [Secret]}"), "secrets"),
        (about("{kinds: [Deployment], actions: [workload.delete]}"), ""),
        (about("{actions: [tool.call]}"), ""),
        (about("{actions: ['workload.*']}"), "pods configmaps deployments rayclusters"),
        (about("{actions: ['workload.*']}", "models"), "pods deployments rayclusters"),
        (validating("deployments"), "deployments"),
        (validating("*"), "pods configmaps deployments rayclusters"),
        (validating("secrets"), "secrets"),
        (validating("pods", operation="DELETE"), ""),
        (validating("pods", operation="*"), "pods"),
    ],
)
def test_resources_are_scanned_that_policies_speak_of(document: str, scanned: str) -> None:
    found = subjects(policies(document), CLUSTER)
    assert {each.plural for each in found} == set(scanned.split())
