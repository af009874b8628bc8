"""Documents as objects of a cluster, as kubectl sees them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from support import documents
from support.kubectl import Kubectl
from support.kubernetes.thread import in_thread

_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def kubectl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kubectl]:
    with in_thread() as cluster:
        kubectl = Kubectl(cluster.server.kubeconfig(tmp_path_factory.mktemp("kubectl")))
        kubectl.done("apply", "--server-side", "-f", str(_ROOT / "deploy" / "crds"))
        kubectl.done("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
        yield kubectl


def test_every_policy_that_ships_is_taken(kubectl: Kubectl) -> None:
    files = [str(path) for path in (_ROOT / "policies").rglob("policy.yaml")]
    assert files
    kubectl.done("apply", "--validate=strict", *(f"--filename={file}" for file in files))
    listed = kubectl.done("get", "interlock", "--output", "name").split()
    assert len(listed) >= len(files)


def test_kubectl_shows_whose_authority_a_policy_carries(kubectl: Kubectl) -> None:
    kubectl.done("apply", "-f", "-", given=yaml.safe_load(documents.policy("shown")))
    head, row = kubectl.done("get", "ipol", "shown").splitlines()
    assert head.split() == ["NAME", "LAYER", "AREA", "ENFORCEMENT", "READY", "AGE"]
    assert row.split()[:2] == ["shown", "organization"]


def test_a_misspelt_field_is_refused(kubectl: Kubectl) -> None:
    misspelt = yaml.safe_load(documents.policy("misspelt"))
    misspelt["spec"]["enforcment"] = "audit"
    said = kubectl.refused("apply", "--validate=strict", "-f", "-", given=misspelt)
    assert 'unknown field "spec.enforcment"' in said


def test_replicas_report_without_conflict(kubectl: Kubectl) -> None:
    kubectl.done("apply", "-f", "-", given=yaml.safe_load(documents.policy("reported")))
    entry = {"digest": "sha256:12", "ready": True, "observedAt": "2026-01-01T00:00:00Z"}
    for name in ("one", "two"):
        change = json.dumps({"status": {"replicas": {name: entry}}})
        kubectl.done("patch", "ipol", "reported", "--subresource=status", "--type=merge", f"--patch={change}")
    gone = json.dumps({"status": {"replicas": {"one": None}}})
    kubectl.done("patch", "ipol", "reported", "--subresource=status", "--type=merge", f"--patch={gone}")
    stored = json.loads(kubectl.done("get", "ipol", "reported", "--output=json"))
    assert stored["status"] == {"replicas": {"two": entry}}


def test_a_status_that_nobody_knows_is_refused(kubectl: Kubectl) -> None:
    kubectl.done("apply", "-f", "-", given=yaml.safe_load(documents.policy("wrong")))
    change = json.dumps({"status": {"replicas": {"one": {"ready": "yes"}}}})
    said = kubectl.refused(
        "patch", "ipol", "wrong", "--subresource=status", "--type=merge", f"--patch={change}"
    )
    assert "status.replicas.one" in said
