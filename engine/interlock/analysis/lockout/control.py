"""What the control plane, nodes and administrators ask for to keep a cluster running. Pure."""

from collections.abc import Iterator

from interlock.analysis.lockout.request import (
    ADMINISTRATOR,
    COLLECTOR,
    CREATE,
    DELETE,
    KUBELET,
    MANAGER,
    SCHEDULER,
    UPDATE,
    Needed,
    Object,
    Sender,
    account,
    asked,
    thing,
)
from interlock.registration.reach import Operation

_TEAM = "some-team"


def _controller(name: str) -> Sender:
    return account("kube-system", name)


def control_requests() -> Iterator[Needed]:
    """All of them; what is about one team's namespace stands for that of any team."""
    yield from _of_nodes()
    yield from _of_namespaces()
    yield from _of_reviews()
    yield from _of_ends()
    yield from _of_parts()
    yield from _of_the_cluster()


def _needed(request: Object, why: str) -> Needed:
    namespace, name = request["namespace"], request["name"]
    called = f"{namespace}/{name}" if namespace else name
    part = f" ({request['subResource']})" if request["subResource"] else ""
    return Needed(
        what=f"{request['operation']} of {request['kind']['kind']}{part} `{called}`", why=why, request=request
    )


def _plain(operation: Operation, body: Object, by: Sender, plural: str, why: str) -> Needed:
    return _needed(asked(operation, body, by, plural=plural), why)


def _part(body: Object, by: Sender, part: str, why: str) -> Needed:
    """An update of a subresource, `plural/name`."""
    plural, _, name = part.partition("/")
    return _needed(asked(UPDATE, body, by, plural=plural, subresource=name), why)


def _of_nodes() -> Iterator[Needed]:
    node = thing("v1", "Node", "worker-1", spec={"podCIDR": "10.0.0.0/24"})
    lease = thing("coordination.k8s.io/v1", "Lease", "worker-1", "kube-node-lease", spec={})
    leader = thing("coordination.k8s.io/v1", "Lease", "kube-scheduler", "kube-system", spec={})
    joins, lives = "without it no node joins", "without it the node is taken for dead"
    yield _plain(CREATE, node, KUBELET, "nodes", joins)
    yield _part(node, KUBELET, "nodes/status", lives)
    yield _plain(UPDATE, node, _controller("cloud-node-controller"), "nodes", joins)
    yield _plain(UPDATE, node, ADMINISTRATOR, "nodes", "without it no node is drained")
    yield _plain(UPDATE, lease, KUBELET, "leases", lives)
    yield _plain(UPDATE, leader, SCHEDULER, "leases", "without it nothing leads")
    yield _plain(CREATE, thing("storage.k8s.io/v1", "CSINode", "worker-1"), KUBELET, "csinodes", joins)


def _of_namespaces() -> Iterator[Needed]:
    namespace = thing("v1", "Namespace", _TEAM, spec={"finalizers": ["kubernetes"]})
    namespace["metadata"]["namespace"] = _TEAM
    why = "without it namespaces can't be made, or never end"
    yield _plain(CREATE, namespace, ADMINISTRATOR, "namespaces", why)
    yield _plain(DELETE, namespace, ADMINISTRATOR, "namespaces", why)
    ender = _controller("namespace-controller")
    yield _part(namespace, ender, "namespaces/finalize", why)
    root = thing("v1", "ConfigMap", "kube-root-ca.crt", _TEAM, data={"ca.crt": "PEM"})
    yield _plain(CREATE, root, _controller("root-ca-cert-publisher"), "configmaps", why)
    default = thing("v1", "ServiceAccount", "default", _TEAM)
    yield _plain(CREATE, default, _controller("service-account-controller"), "serviceaccounts", why)
    deployment = thing("apps/v1", "Deployment", "old", _TEAM, spec={"replicas": 1})
    yield _plain(DELETE, deployment, ender, "deployments", why)


def _of_reviews() -> Iterator[Needed]:
    why = "without it nobody is known to the API server"
    token = thing("authentication.k8s.io/v1", "TokenReview", "", spec={"token": "t"})
    access = thing("authorization.k8s.io/v1", "SubjectAccessReview", "", spec={})
    yield _plain(CREATE, token, MANAGER, "tokenreviews", why)
    yield _plain(CREATE, access, MANAGER, "subjectaccessreviews", why)
    bound = thing("authentication.k8s.io/v1", "TokenRequest", "default", _TEAM, spec={"audiences": []})
    yield _needed(
        asked(CREATE, bound, KUBELET, plural="serviceaccounts", subresource="token", of=("", "v1")),
        "without it no pod starts",
    )
    event = thing("v1", "Event", "pulled", _TEAM, reason="Pulled")
    yield _plain(CREATE, event, KUBELET, "events", "without it nobody learns what is wrong")


def _of_ends() -> Iterator[Needed]:
    """What was made before there were policies must be able to end."""
    pod = thing("v1", "Pod", "old-1", _TEAM, spec={"containers": [{"name": "old", "image": "old"}]})
    job = thing("batch/v1", "Job", "old", _TEAM, spec={"template": {"spec": pod["spec"]}})
    claim = thing("v1", "PersistentVolumeClaim", "old", _TEAM, spec={"volumeName": "pv-1"})
    why = "without it what was admitted once never ends"
    for body, plural in ((pod, "pods"), (job, "jobs"), (claim, "persistentvolumeclaims")):
        yield _plain(DELETE, body, COLLECTOR, plural, why)
        ending = {**body, "metadata": {**body["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z"}}
        held = {**ending, "metadata": {**ending["metadata"], "finalizers": ["example.com/held"]}}
        yield _needed(asked(UPDATE, ending, COLLECTOR, plural=plural, old=held), why)
        yield _part(body, MANAGER, f"{plural}/status", "without it no controller goes on")


def _of_parts() -> Iterator[Needed]:
    binding = thing("v1", "Binding", "new-1", _TEAM, target={"kind": "Node", "name": "worker-1"})
    asking = asked(CREATE, binding, SCHEDULER, plural="pods", subresource="binding")
    yield _needed(asking, "without it no pod is scheduled")
    slices = thing("discovery.k8s.io/v1", "EndpointSlice", "web-1", _TEAM, addressType="IPv4", endpoints=[])
    by = _controller("endpointslice-controller")
    yield _plain(UPDATE, slices, by, "endpointslices", "without it no Service finds its pods")


def _of_the_cluster() -> Iterator[Needed]:
    mends = "without it nobody can mend the cluster, or this service"
    group = "rbac.authorization.k8s.io/v1"
    crd = thing("apiextensions.k8s.io/v1", "CustomResourceDefinition", "intentpolicies.interlock.dev", spec={})
    for body, plural in (
        (crd, "customresourcedefinitions"),
        (thing(group, "ClusterRole", "interlock", rules=[]), "clusterroles"),
        (thing(group, "ClusterRoleBinding", "interlock", subjects=[]), "clusterrolebindings"),
        (thing("scheduling.k8s.io/v1", "PriorityClass", "system-cluster-critical", value=1), "priorityclasses"),
        (thing("apiregistration.k8s.io/v1", "APIService", "v1beta1.metrics.k8s.io", spec={}), "apiservices"),
    ):
        yield _plain(UPDATE, body, ADMINISTRATOR, plural, mends)
    volume = thing("v1", "PersistentVolume", "pv-1", spec={"capacity": {"storage": "1Gi"}})
    provisioner = account("kube-system", "ebs-csi-controller-sa")
    yield _plain(CREATE, volume, provisioner, "persistentvolumes", "without it no volume is made")
    kept = thing("storage.k8s.io/v1", "VolumeAttachment", "csi-1", spec={"nodeName": "worker-1"})
    by = _controller("attachdetach-controller")
    yield _plain(CREATE, kept, by, "volumeattachments", "without it no volume is mounted")
