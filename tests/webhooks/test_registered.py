"""A service that registers itself in a cluster, as a process of its own."""

import base64
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from interlock.crds.definitions import definitions
from support.commandline import run
from support.documents import policy, policy_set
from support.kubernetes.resources import Object
from support.kubernetes.thread import Threaded, in_thread
from support.process import Running, eventually, running
from support.reviews import pod, review

_VALIDATING = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/interlock"
_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


class Admin:
    """Whoever administers the cluster."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, path: str) -> Object | None:
        answer = self._client.get(path)
        return answer.json() if answer.is_success else None

    def create(self, path: str, body: Object) -> None:
        assert self._client.post(path, json=body).is_success

    def replace(self, path: str, body: Object) -> None:
        assert self._client.put(path, json=body).is_success

    def delete(self, path: str) -> None:
        assert self._client.delete(path).is_success


@pytest.fixture
def cluster() -> Iterator[tuple[Threaded, Admin]]:
    with in_thread() as found, _client(found) as client:
        admin = Admin(client)
        for each in definitions().values():
            admin.create(_DEFINITIONS, each)
        yield found, admin


def _client(cluster: Threaded) -> httpx.Client:
    trust = ssl.create_default_context(cadata=cluster.server.ca)
    headers = {"Authorization": "Bearer admin"}
    return httpx.Client(base_url=cluster.server.url, verify=trust, headers=headers)


def _registered(cluster: Threaded, folder: Path) -> AbstractContextManager[Running]:
    """A service on pods that is registered in `cluster`."""
    (folder / "policies").mkdir(exist_ok=True)
    denying = policy(
        spec="  match: {kinds: [Pod], actions: [workload.create]}\n",
        rules="    - {name: never, forbid: \"intent.workload.name == 'never'\", message: never}\n",
    )
    settings = policy_set("  layers: [{name: organization}]\n")
    (folder / "policies" / "all.yaml").write_text(f"{settings}---\n{denying}")
    config = cluster.server.kubeconfig(folder)
    fixed = ("--cluster", "--register", "--namespace", "default", "--replica", "one", "--tls-name", "localhost")
    return running(folder / "policies", folder / "state", *fixed, KUBECONFIG=str(config))


def trusted(admin: Admin) -> str | None:
    """Whom the API server trusts, PEM."""
    found = admin.get(_VALIDATING)
    if found is None or not found["webhooks"]:
        return None
    return base64.b64decode(found["webhooks"][0]["clientConfig"]["caBundle"]).decode()


def strict(bundle: str) -> httpx.Client:
    """A client that trusts `bundle` alone, and checks as strictly as it can."""
    context = ssl.create_default_context(cadata=bundle)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return httpx.Client(verify=context, timeout=10)


def asked(service: Running, bundle: str, **changes: Any) -> Object:
    with strict(bundle) as client:
        answer = client.post(f"{service.webhook}/validate", json=review(pod(), **changes))
        response: Object = answer.raise_for_status().json()["response"]
        return response


def test_a_service_registers_itself_and_mends_what_is_changed(
    cluster: tuple[Threaded, Admin], tmp_path: Path
) -> None:
    found, admin = cluster
    with _registered(found, tmp_path) as service:
        eventually(lambda: trusted(admin) is not None, 60)
        assert "kept in the cluster" in service.said
        bundle = str(trusted(admin))
        eventually((tmp_path / "state" / "server.pem").exists, 60)
        assert asked(service, bundle)["allowed"]
        exempt = asked(service, bundle, namespace="kube-system")
        assert exempt["auditAnnotations"]["exempt"] == "the namespace `kube-system` is exempt"
        own = {"username": "system:serviceaccount:default:interlock"}
        assert "exempt" in asked(service, bundle, userInfo=own)["auditAnnotations"]
        body = admin.get(_VALIDATING)
        assert body is not None
        good = body["webhooks"]
        admin.replace(_VALIDATING, {**body, "webhooks": []})
        eventually(lambda: (admin.get(_VALIDATING) or {}).get("webhooks") == good, 60)
        admin.delete(_VALIDATING)
        eventually(lambda: trusted(admin) == bundle, 60)


def test_nothing_is_registered_where_that_makes_no_sense(tmp_path: Path) -> None:
    (tmp_path / "tls.pem").touch()
    given = ("--cert", str(tmp_path / "tls.pem"), "--key", str(tmp_path / "tls.pem"))
    for options, said in (
        (("--register",), "`--register` writes into a cluster: give `--cluster`, too"),
        (("--register", "--cluster", *given), "go together with `--ca-bundle` or `--inject-ca-from`"),
        (("--register", "--cluster", "--inject-ca-from", "a/b"), "go together with `--ca-bundle`"),
    ):
        result = run("serve", *options)
        assert result.exit_code == 2
        assert said in result.output
