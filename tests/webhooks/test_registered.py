"""A service that registers itself in a cluster, as a process of its own."""

import base64
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

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
        assert self.tried(path, body).is_success

    def tried(self, path: str, body: Object) -> httpx.Response:
        """What is answered to the wish to create `body`."""
        return self._client.post(path, json=body)

    def replace(self, path: str, body: Object) -> None:
        assert self._client.put(path, json=body).is_success

    def delete(self, path: str) -> None:
        assert self._client.delete(path).is_success


def _client(cluster: Threaded) -> httpx.Client:
    trust = ssl.create_default_context(cadata=cluster.server.ca)
    headers = {"Authorization": "Bearer admin"}
    return httpx.Client(base_url=cluster.server.url, verify=trust, headers=headers)


def _started(cluster: Threaded, folder: Path) -> AbstractContextManager[Running]:
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
    return running(
        folder / "policies", folder / "state", *fixed, "--may-be-exempt", "sandbox", KUBECONFIG=str(config)
    )


class Registered(NamedTuple):
    """A service on pods, and whoever administers the cluster that asks it; `sandbox` may be exempt there."""

    service: Running
    admin: Admin


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registered]:
    folder = tmp_path_factory.mktemp("registered")
    with in_thread() as cluster, _client(cluster) as client:
        admin = Admin(client)
        for each in definitions().values():
            admin.create(_DEFINITIONS, each)
        with _started(cluster, folder) as service:
            eventually(lambda: trusted(admin) is not None, 60)
            eventually(lambda: _answers(service, admin), 60)
            port = int(service.webhook.rpartition(":")[2])
            cluster.server.services["default", "interlock"] = ("127.0.0.1", port)
            yield Registered(service, admin)


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


def _answers(service: Running, admin: Admin) -> bool:
    """Whether the service presents anything yet."""
    try:
        return bool(asked(service, str(trusted(admin))))
    except httpx.ConnectError:
        return False


def test_a_service_presents_what_the_cluster_trusts(registered: Registered) -> None:
    service, admin = registered
    assert "kept in the cluster" in service.said
    bundle = str(trusted(admin))
    assert asked(service, bundle)["allowed"]
    exempt = asked(service, bundle, namespace="kube-system")
    assert exempt["auditAnnotations"]["exempt"] == "the namespace `kube-system` is exempt"
    with strict(bundle) as client:
        metrics = client.get(f"{service.webhook}/metrics").text
    assert 'interlock_registration_writes_total{outcome="written"} ' in metrics
    (ends,) = re.findall(r"(?m)^interlock_certificate_end_seconds (\S+)$", metrics)
    assert 89 < (float(ends) - time.time()) / 86_400 < 91
    own = {"username": "system:serviceaccount:default:interlock"}
    assert "exempt" in asked(service, bundle, userInfo=own)["auditAnnotations"]


def test_a_service_mends_what_is_changed(registered: Registered) -> None:
    admin = registered.admin
    bundle = trusted(admin)
    body = admin.get(_VALIDATING)
    assert body is not None
    good = body["webhooks"]
    admin.replace(_VALIDATING, {**body, "webhooks": []})
    eventually(lambda: (admin.get(_VALIDATING) or {}).get("webhooks") == good, 60)
    admin.delete(_VALIDATING)
    eventually(lambda: trusted(admin) == bundle, 60)


def _named(name: str, namespace: str) -> Object:
    body = pod()
    body["metadata"] = {"name": name, "namespace": namespace}
    return body


def _namespace(name: str, **labels: str) -> Object:
    labelled = {f"interlock.dev/{key}": value for key, value in labels.items()}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labelled}}


def test_an_api_server_asks_what_it_should_and_nothing_else(registered: Registered) -> None:
    admin = registered.admin
    pods = "/api/v1/namespaces/{}/pods"
    admin.create("/api/v1/namespaces", _namespace("market"))
    denied = admin.tried(pods.format("market"), _named("never", "market"))
    assert denied.status_code == 403
    assert "validate.interlock.dev" in denied.json()["message"]
    assert admin.tried(pods.format("market"), _named("web", "market")).status_code == 201
    for exempt in ("kube-system", "default"):
        assert admin.tried(pods.format(exempt), _named("never", exempt)).status_code == 201
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "never"}}
    assert admin.tried("/api/v1/namespaces/market/configmaps", settings).status_code == 201


def test_only_listed_namespaces_become_exempt(registered: Registered) -> None:
    admin = registered.admin
    guarded = admin.tried("/api/v1/namespaces", _namespace("shop", exempt="true"))
    assert guarded.status_code == 403
    assert "the namespace `shop` may not have the label `interlock.dev/exempt`" in guarded.json()["message"]
    assert admin.tried("/api/v1/namespaces", _namespace("sandbox", exempt="true")).status_code == 201
    pods = "/api/v1/namespaces/sandbox/pods"
    assert admin.tried(pods, _named("never", "sandbox")).status_code == 201


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
