"""What our service and the API server say of a Deployment, where policies are objects of the cluster."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from support.e2e import Cluster
from support.installation import documents
from support.manifests import named
from support.process import Running, eventually
from support.reviews import deployment, review

_SOON: Final = 60
_SENTINEL: Final = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: sentinel}
spec:
  matchConstraints:
    resourceRules:
      - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}
  validations: [{expression: object.metadata.name != 'sentinel', message: seen}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: sentinel}
spec: {policyName: sentinel, validationActions: [Deny]}
"""


def stored(cluster: Cluster, item: dict[str, Any]) -> dict[str, Any]:
    """`item` as `cluster` would store it, which it does not."""
    (found,) = documents(
        cluster.kubectl.done("create", "--dry-run=server", "-o", "yaml", "-f", "-", given=item)
    )
    return found


def answered(service: Running, path: str, item: dict[str, Any]) -> dict[str, Any]:
    """The response of our service to the administrator's wish to create `item`."""
    user = {"username": "admin", "groups": ["system:masters", "system:authenticated"]}
    sent = review(item, userInfo=user, namespace="default", name=item["metadata"]["name"])
    with service.client() as client:
        response: dict[str, Any] = client.post(f"{service.webhook}{path}", json=sent).json()["response"]
    return response


def ours(service: Running, item: dict[str, Any]) -> str:
    """Why our service denies the creation of `item`; empty where it allows."""
    response = answered(service, "/validate", item)
    return "" if response["allowed"] else str(response["status"]["message"])


def theirs(cluster: Cluster, item: dict[str, Any]) -> str:
    """Why the API server denies it."""
    said = cluster.kubectl("create", "--dry-run=server", "-f", "-", given=item)
    return "" if said.code == 0 else said.err


@contextmanager
def applied(cluster: Cluster, service: Running, policies: list[dict[str, Any]]) -> Iterator[None]:
    """`policies` in force, for `service` and for `cluster`, if that is real."""
    # It denies what nothing else does, so that it shows when all that was applied before it has been seen.
    given, sentinel = [*policies, *documents(_SENTINEL)], named("sentinel", deployment(1))
    cluster.kubectl.done("apply", "-f", "-", given=given)
    try:
        eventually(lambda: "seen" in ours(service, sentinel), _SOON)
        if cluster.real:
            eventually(lambda: "seen" in theirs(cluster, sentinel), _SOON)
        yield
    finally:
        cluster.kubectl.done("delete", "-f", "-", given=given)
        eventually(lambda: not ours(service, sentinel), _SOON)
        if cluster.real:
            eventually(lambda: not theirs(cluster, sentinel), _SOON)
