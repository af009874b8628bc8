"""Our service as `deploy/` installs it, but outside of the cluster: with its account, and in no pod."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import httpx
import yaml
from kubernetes import client, config

from support.e2e import Cluster
from support.kubernetes.kubeconfig import kubeconfig
from support.process import Running, eventually, running

MANIFESTS: Final = Path(__file__).parents[2] / "deploy" / "manifests" / "interlock.yaml"
NAMESPACE: Final = "interlock"
_SOON: Final = 60


@contextmanager
def installed(cluster: Cluster, folder: Path, *arguments: str) -> Iterator[Running]:
    """Our service in `cluster`, ready, with no policies but those there."""
    cluster.kubectl.done("apply", "-f", str(MANIFESTS))
    cluster.kubectl.done("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
    own = _own_kubeconfig(cluster, folder)
    options = ("--cluster", "--namespace", NAMESPACE, *arguments)
    with running(None, folder / "state", *options, KUBECONFIG=str(own)) as service:
        eventually(lambda: httpx.get(f"{service.check}/readyz").status_code == HTTPStatus.OK, _SOON)
        yield service
        # Whoever is killed leads for another half a minute, for all that the next one knows.
        service.process.terminate()
        service.process.wait(_SOON)


def documents(text: str) -> list[dict[str, Any]]:
    """The documents in `text`."""
    return [each for each in yaml.safe_load_all(text) if each]


def _own_kubeconfig(cluster: Cluster, folder: Path) -> Path:
    """The way in of our service's account."""
    with config.new_client_from_config(str(cluster.kubectl.config)) as api:
        wanted: Any = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"audiences": None},
        }
        given: Any = client.CoreV1Api(api).create_namespaced_service_account_token(NAMESPACE, NAMESPACE, wanted)
        api.rest_client.pool_manager.clear()
    return kubeconfig(folder, cluster.url, cluster.ca, given.status.token)
