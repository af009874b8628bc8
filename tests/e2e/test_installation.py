"""The chart, installed by the real Helm: our service runs with the arguments and the roles that it gives it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import yaml

from support import documents
from support.helm import NAME, installed, installed_and_removed
from support.kubectl import Kubectl
from support.kubernetes.thread import Threaded, in_thread
from support.kubernetes.users import service_account
from support.manifests import named
from support.openreports import DEFINITIONS
from support.process import Running, eventually, running
from support.reviews import pod

pytest.importorskip("helm_python", reason="helm-python-sdk is not installed")

_SOON: Final = 60
_NAMESPACE: Final = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAME}}
_VALUES: Final = {"scan": {"enabled": True}, "workloads": {"enabled": True}}
_OF_PODS: Final = "  match: {kinds: [Pod]}\n"
_NEVER: Final = "    - {name: never, forbid: 'true', message: no pods here}\n"
_PLACES: Final = ("serve", "--webhook-address", "--state-dir")
"""Arguments that are others where the service is in no pod."""

_FIELDS: Final = {"metadata.name": "interlock-0", "metadata.namespace": NAME}
"""What a kubelet would tell the container of its pod."""


def _administrator(cluster: Threaded, folder: Path) -> Kubectl:
    kubectl = Kubectl(cluster.server.kubeconfig(folder))
    kubectl.done("apply", "-f", "-", given=_NAMESPACE)
    return kubectl


@pytest.fixture(scope="module")
def cluster() -> Iterator[Threaded]:
    with in_thread() as cluster:
        cluster.server.users[NAME] = service_account(NAME, NAME)
        yield cluster


@pytest.fixture(scope="module")
def kubectl(cluster: Threaded, tmp_path_factory: pytest.TempPathFactory) -> Kubectl:
    """kubectl in a cluster that the chart was installed in."""
    kubectl = _administrator(cluster, tmp_path_factory.mktemp("admin"))
    kubectl.done("apply", "-f", "-", given=[*DEFINITIONS, named("there-before", pod())])
    installed(kubectl.config, _VALUES)
    return kubectl


@pytest.fixture(scope="module")
def service(cluster: Threaded, kubectl: Kubectl, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One replica, as the Deployment starts it, by the service account that it runs as."""
    account = cluster.server.kubeconfig(tmp_path_factory.mktemp("account"), NAME)
    state = tmp_path_factory.mktemp("state")
    path = "jsonpath={.spec.template.spec.containers[0]}"
    container = json.loads(kubectl.done("get", "deployment", NAME, "-n", NAME, "-o", path))
    arguments = [each for each in container["args"] if each.partition("=")[0] not in _PLACES]
    told = {each["name"]: _FIELDS[each["valueFrom"]["fieldRef"]["fieldPath"]] for each in container["env"]}
    with running(None, state, *arguments, KUBECONFIG=str(account), **told) as started:
        cluster.server.services[NAME, NAME] = "127.0.0.1", urlsplit(started.webhook).port or 0
        yield started


def _is_ready(kubectl: Kubectl, name: str) -> bool:
    path = '{.status.conditions[?(@.type=="Ready")].status}'
    return kubectl.done("get", "ipol", name, "-o", f"jsonpath={path}") == "True"


def test_the_service_may_do_all_that_it_does(kubectl: Kubectl, service: Running) -> None:
    policy = documents.policy("first", spec=_OF_PODS, rules=_NEVER)
    kubectl.done("apply", "-f", "-", given=yaml.safe_load(policy))
    eventually(lambda: _is_ready(kubectl, "first"), _SOON)
    eventually(lambda: bool(kubectl.done("get", "reports", "-o", "name")), _SOON)
    kubectl.done("delete", "intentpolicy", "first")
    eventually(lambda: not kubectl.done("get", "reports", "-o", "name"), _SOON)
    log = service.log.read_text()
    assert "answers 403" not in log
    assert "can't be" not in log


def test_who_is_denied_by_the_service_is_told_so_by_an_event(kubectl: Kubectl, service: Running) -> None:
    policy = documents.policy("denying", spec=_OF_PODS, rules=_NEVER)
    kubectl.done("apply", "-f", "-", given=yaml.safe_load(policy))
    item = named("denied", pod())
    tried = ("create", "--dry-run=server", "-f", "-")
    eventually(lambda: "no pods here" in kubectl(*tried, given=item).err, _SOON)
    assert "no pods here" in kubectl.refused("create", "-f", "-", given=item)
    eventually(lambda: "no pods here" in kubectl.done("get", "events.events.k8s.io", "-A", "-o", "yaml"), _SOON)
    kubectl.done("delete", "intentpolicy", "denying")
    assert "answers 403" not in service.log.read_text()


@pytest.mark.usefixtures("service")
def test_a_status_names_the_pod(kubectl: Kubectl) -> None:
    kubectl.done("apply", "-f", "-", given=yaml.safe_load(documents.policy("second")))
    eventually(lambda: _is_ready(kubectl, "second"), _SOON)
    replicas = kubectl.done("get", "ipol", "second", "-o", "jsonpath={.status.replicas}")
    assert list(json.loads(replicas)) == ["interlock-0"]


@pytest.mark.usefixtures("service")
def test_the_webhook_is_called_by_the_service_and_goes_with_the_role(kubectl: Kubectl) -> None:
    kubectl.done("apply", "-f", "-", given=yaml.safe_load(documents.policy("third")))
    eventually(lambda: bool(_webhooks(kubectl)), _SOON)
    (webhook,) = _webhooks(kubectl)
    assert webhook["clientConfig"]["service"] == {
        "name": NAME,
        "namespace": NAME,
        "path": "/validate",
        "port": 443,
    }
    assert webhook["clientConfig"]["caBundle"]
    path = "jsonpath={.metadata.ownerReferences[0]['kind','name','uid']}"
    owner = kubectl.done("get", "validatingwebhookconfiguration", NAME, "-o", path).split()
    uid = kubectl.done("get", "clusterrole", NAME, "-o", "jsonpath={.metadata.uid}")
    assert owner == ["ClusterRole", NAME, uid]


def _webhooks(kubectl: Kubectl) -> list[dict[str, Any]]:
    """What the API server is asked to send; nothing where it is not asked yet."""
    said = kubectl("get", "validatingwebhookconfiguration", NAME, "-o", "jsonpath={.webhooks}")
    found: list[dict[str, Any]] = json.loads(said.out or "[]")
    return found


def test_a_release_that_goes_leaves_definitions_which_the_next_one_takes(tmp_path: Path) -> None:
    with in_thread() as cluster:
        kubectl = _administrator(cluster, tmp_path)
        told = installed_and_removed(kubectl.config, {})
        assert "[CustomResourceDefinition] intentpolicies.interlock.dev" in told
        left = kubectl.done("get", "deploy,svc,sa,role,rolebinding,pdb,netpol", "-n", NAME, "-o", "name")
        assert left == ""
        assert NAME not in kubectl.done("get", "clusterrole,clusterrolebinding", "-o", "name")
        kubectl.done("apply", "-f", "-", given=yaml.safe_load(documents.policy("kept")))
        installed(kubectl.config, {})
        assert "kept" in kubectl.done("get", "ipol", "--output=name")
