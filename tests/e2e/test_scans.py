"""What people read in a cluster of what policies say: reports of what is there, and Events of what is not."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from support.e2e import Cluster
from support.installation import NAMESPACE, documents, installed
from support.installed import registered
from support.manifests import created, named
from support.openreports import DEFINITIONS
from support.policies import WORKLOADS
from support.process import eventually
from support.reviews import pod

_SOON = 60
_RULES = [
    {"apiGroups": ["openreports.io"], "resources": ["reports", "clusterreports"], "verbs": ["*"]},
    {"apiGroups": ["events.k8s.io"], "resources": ["events"], "verbs": ["create"]},
    {"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]},
]
_ROLE = "scans"


def _rights() -> list[dict[str, Any]]:
    """What the chart gives the service where it is to scan, and more."""
    rbac = "rbac.authorization.k8s.io"
    account = {"kind": "ServiceAccount", "name": NAMESPACE, "namespace": NAMESPACE}
    metadata = {"metadata": {"name": _ROLE}}
    version = {"apiVersion": f"{rbac}/v1"}
    reference = {"apiGroup": rbac, "kind": "ClusterRole", "name": _ROLE}
    return [
        {**version, "kind": "ClusterRole", **metadata, "rules": _RULES},
        {**version, "kind": "ClusterRoleBinding", **metadata, "roleRef": reference, "subjects": [account]},
    ]


@pytest.fixture(scope="module", autouse=True)
def service(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("scanning")
    cluster.kubectl.done("apply", "-f", "-", given=[*DEFINITIONS, *_rights()])
    with (
        created(cluster, named("before", pod())),
        installed(cluster, folder, "--scan-every", "1h") as started,
        registered(cluster, started),
    ):
        cluster.kubectl.done("apply", "-f", "-", given=documents(WORKLOADS))
        cluster.kubectl.done("wait", "--for=condition=Ready", "--timeout=60s", "intentpolicies", "--all")
        yield
        cluster.kubectl.done("delete", "intentpolicies", "--all")


def _items(cluster: Cluster, *asked: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(cluster.kubectl.done("get", *asked, "-o", "json"))["items"]
    return found


def test_what_was_there_before_a_policy_has_a_report_of_what_it_says(cluster: Cluster) -> None:
    def failed() -> list[str]:
        return [
            f"{report['scope']['name']}: {result['policy']}/{result['rule']}"
            for report in _items(cluster, "reports")
            for result in report["results"]
            if result["result"] == "fail"
        ]

    eventually(lambda: "before: workloads/team" in failed(), _SOON)


def test_who_wonders_why_something_is_not_there_finds_an_event(cluster: Cluster) -> None:
    def told() -> list[str]:
        return [
            f"{event['regarding']['name']}: {event['note']}"
            for event in _items(cluster, "events.events.k8s.io")
            if event["reason"] == "Denied"
        ]

    cluster.kubectl.refused("create", "-f", "-", given=named("wanted", pod()))
    eventually(lambda: any(each.startswith("wanted: team/workloads/team: no team") for each in told()), _SOON)
