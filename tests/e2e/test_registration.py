"""Our service tells the API server of itself: what to send, where to, and whom to trust."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from support.e2e import Cluster
from support.installation import NAMESPACE, documents, installed
from support.kubernetes.thread import Threaded
from support.manifests import created, named
from support.policies import WORKLOADS
from support.process import eventually
from support.reviews import pod

_SOON = 60
_CONFIGURATION = "validatingwebhookconfiguration/interlock"
_CREATE = ("create", "--dry-run=server", "-f", "-")


@pytest.fixture(scope="module", autouse=True)
def policies(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Policies in the cluster, and our service, to which its Service leads."""
    if not isinstance(cluster.server, Threaded):
        pytest.skip("no network leads from a control plane alone to a Service")
    given = documents(WORKLOADS)
    with installed(cluster, tmp_path_factory.mktemp("registered"), "--register") as service:
        port = urlsplit(service.webhook).port
        assert port is not None
        cluster.server.server.services[NAMESPACE, NAMESPACE] = ("127.0.0.1", port)
        cluster.kubectl.done("apply", "-f", "-", given=given)
        try:
            eventually(lambda: _denies(cluster), _SOON)
            yield
        finally:
            cluster.kubectl.done("delete", "intentpolicies", "--all")
            cluster.kubectl.done("delete", _CONFIGURATION, "mutatingwebhookconfiguration/interlock")


def _denies(cluster: Cluster) -> bool:
    """Whether a pod without a team is denied by a policy."""
    return "no team answers" in cluster.kubectl(*_CREATE, given=named("judged", pod())).err


def test_what_policies_say_is_enforced_over_tls_that_nobody_set_up(cluster: Cluster) -> None:
    with created(cluster, named("allowed", pod(team="a"))) as said:
        assert "created" in said
    assert cluster.annotations("allowed")["validate.interlock.dev/decision"] == "allow"


def test_nobody_is_kept_from_mending_the_cluster(cluster: Cluster) -> None:
    system = pod()
    system["metadata"]["namespace"] = "kube-system"
    cluster.kubectl.done(*_CREATE, "-n", "kube-system", given=system)


def test_a_configuration_that_somebody_breaks_is_mended(cluster: Cluster) -> None:
    broken = '[{"op": "replace", "path": "/webhooks/0/rules", "value": []}]'
    cluster.kubectl.done("patch", _CONFIGURATION, "--type=json", "-p", broken)
    eventually(lambda: _denies(cluster), _SOON)


def test_a_configuration_that_somebody_deletes_is_there_again(cluster: Cluster) -> None:
    cluster.kubectl.done("delete", _CONFIGURATION)
    eventually(lambda: _denies(cluster), _SOON)
