"""A cluster with webhooks in it that answer as a test says."""

from http import HTTPStatus
from typing import Any

import httpx

from support.answering import Answering
from support.kubernetes.attributes import Audited
from support.kubernetes.thread import Threaded
from support.registering import configuration

PODS = "/api/v1/namespaces/default/pods"
CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1"


class Scene:
    """A cluster, and webhooks in it."""

    def __init__(self, cluster: Threaded) -> None:
        self._cluster = cluster
        self._started: list[Answering] = []
        server = cluster.server
        self.client = httpx.Client(
            base_url=server.url,
            verify=cluster.trust(),
            headers={"authorization": "Bearer admin"},
            timeout=60,
        )

    def hook(self, *names: str, **fields: Any) -> Answering:
        """A webhook that runs."""
        found = Answering(*names, **fields)
        self._started.append(found)
        self._cluster.run(lambda _server: found.start())
        return found

    def configure(self, kind: str, *webhooks: dict[str, Any], name: str = "ours") -> None:
        """Have the API server ask `webhooks`."""
        answer = self.post(
            f"{CONFIGURATIONS}/{kind.lower()}webhookconfigurations", configuration(kind, name, *webhooks)
        )
        assert answer.status_code == HTTPStatus.CREATED, answer.text

    def post(self, path: str, body: dict[str, Any], **query: str) -> httpx.Response:
        """The answer to a POST."""
        return self.client.post(path, json=body, params=query)

    def create(self, name: str = "a", **query: str) -> httpx.Response:
        """The answer to the creation of a pod."""
        spec = {"containers": [{"name": "c", "image": "i"}]}
        body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
        return self.post(PODS, body, **query)

    @property
    def audited(self) -> Audited:
        """The last request in the audit log."""
        return self._cluster.server.writer.audit[-1]

    def serve(self, namespace: str, name: str, port: int) -> None:
        """Let a service lead to `port`."""
        self._cluster.server.services[namespace, name] = ("127.0.0.1", port)

    def forget(self) -> None:
        """Have the API server ask nobody."""
        for kind in ("validating", "mutating"):
            self.client.delete(f"{CONFIGURATIONS}/{kind}webhookconfigurations")

    def clear(self) -> None:
        """Leave nothing."""
        self.forget()
        self.client.delete(PODS)
        for each in self._started:
            self._cluster.run(lambda _server, each=each: each.stop())  # type: ignore[misc]
        self.client.close()
