"""Workloads that a cluster, or the service, can't do without: how their pods come to be. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from interlock.analysis.lockout.request import (
    ADMINISTRATOR,
    COLLECTOR,
    CREATE,
    DELETE,
    UPDATE,
    Needed,
    Object,
    account,
    asked,
    thing,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A Deployment or DaemonSet `name` in `namespace`, whose pods run `image`, and `why` it is needed."""

    name: str
    namespace: str
    image: str
    why: str
    kind: str = "Deployment"
    privileged: bool = False
    addon: bool = True

    def requests(self) -> Iterator[Needed]:
        """That it is made and updated, its pods are started and removed, and old ones collected."""
        owner = thing("apps/v1", self.kind, self.name, self.namespace, spec=self._spec())
        yield self._needed(asked(CREATE, owner, ADMINISTRATOR, plural=f"{self.kind.lower()}s"))
        yield self._needed(asked(UPDATE, owner, ADMINISTRATOR, plural=f"{self.kind.lower()}s"))
        maker = "daemon-set-controller"
        if self.kind == "Deployment":
            maker = "replicaset-controller"
            copies = thing("apps/v1", "ReplicaSet", f"{self.name}-1", self.namespace, spec=self._spec())
            by = account("kube-system", "deployment-controller")
            yield self._needed(asked(CREATE, copies, by, plural="replicasets"))
            yield self._needed(asked(DELETE, copies, COLLECTOR, plural="replicasets"))
        pod = thing("v1", "Pod", f"{self.name}-1-x", self.namespace, spec=self._pod())
        pod["metadata"]["labels"] = {"app.kubernetes.io/name": self.name}
        yield self._needed(asked(CREATE, pod, account("kube-system", maker), plural="pods"))
        yield self._needed(asked(DELETE, pod, COLLECTOR, plural="pods"))

    def _needed(self, request: Object) -> Needed:
        what = f"{request['operation']} of {request['kind']['kind']} `{self.namespace}/{request['name']}`"
        return Needed(what=what, why=self.why, request=request, addon=self.addon)

    def _spec(self) -> Object:
        labels = {"app.kubernetes.io/name": self.name}
        spec: Object = {"selector": {"matchLabels": labels}}
        spec["template"] = {"metadata": {"labels": labels}, "spec": self._pod()}
        return spec | ({"replicas": 2} if self.kind == "Deployment" else {})

    def _pod(self) -> Object:
        container: Object = {"name": self.name, "image": self.image, "args": ["--v=2"]}
        if self.privileged:
            container["securityContext"] = {"privileged": True}
        pod: Object = {"serviceAccountName": self.name, "containers": [container]}
        return pod | ({"hostNetwork": True} if self.privileged else {})


def service_in(namespace: str, name: str) -> Workload:
    """The service itself."""
    return Workload(
        name=name,
        namespace=namespace,
        image="registry.example/interlock:1",
        why="without it nothing is decided",
        addon=False,
    )


SYSTEM: Final = (
    Workload(
        name="coredns",
        namespace="kube-system",
        image="registry.k8s.io/coredns/coredns:v1.12.1",
        why="without it no name in the cluster is found",
        addon=False,
    ),
    Workload(
        name="kube-proxy",
        namespace="kube-system",
        image="registry.k8s.io/kube-proxy:v1.37.0",
        why="without it no Service of the cluster is reached",
        kind="DaemonSet",
        privileged=True,
        addon=False,
    ),
    Workload(
        name="cilium",
        namespace="kube-system",
        image="quay.io/cilium/cilium:v1.18.1",
        why="without it no pod of a node has a network",
        kind="DaemonSet",
        privileged=True,
        addon=False,
    ),
    Workload(
        name="ebs-csi-node",
        namespace="kube-system",
        image="public.ecr.aws/ebs-csi-driver/aws-ebs-csi-driver:v1.48.0",
        why="without it no volume is mounted",
        kind="DaemonSet",
        privileged=True,
        addon=False,
    ),
)
"""What is in kube-system."""

ADDONS: Final = (
    Workload(
        name="cert-manager",
        namespace="cert-manager",
        image="quay.io/jetstack/cert-manager-controller:v1.18.2",
        why="without it certificates of webhooks end",
    ),
    Workload(
        name="calico-node",
        namespace="calico-system",
        image="docker.io/calico/node:v3.30.2",
        why="without it no pod of a node has a network",
        kind="DaemonSet",
        privileged=True,
    ),
    Workload(
        name="longhorn-csi-plugin",
        namespace="longhorn-system",
        image="docker.io/longhornio/longhorn-manager:v1.9.1",
        why="without it no volume is mounted",
        kind="DaemonSet",
        privileged=True,
    ),
)
"""What many clusters have in namespaces of its own."""
