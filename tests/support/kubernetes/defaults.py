"""What the API server fills in where workloads say nothing (`SetDefaults_*` of k8s.io/kubernetes/pkg/apis).

Policies see it: a container always has `resources`, and a Deployment `replicas`.
"""

from typing import Final

from support.kubernetes.resources import Object, Resource

_CONTAINER: Final[Object] = {
    "resources": {},
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
}
_POD: Final[Object] = {
    "restartPolicy": "Always",
    "dnsPolicy": "ClusterFirst",
    "schedulerName": "default-scheduler",
    "securityContext": {},
    "terminationGracePeriodSeconds": 30,
    "enableServiceLinks": True,
}
_SPECS: Final[dict[str, Object]] = {
    "Deployment": {"replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600},
    "ReplicaSet": {"replicas": 1},
    "StatefulSet": {"replicas": 1, "revisionHistoryLimit": 10, "podManagementPolicy": "OrderedReady"},
    "DaemonSet": {"revisionHistoryLimit": 10},
    "Job": {"backoffLimit": 6, "completionMode": "NonIndexed", "suspend": False},
    "CronJob": {"concurrencyPolicy": "Allow", "suspend": False, "successfulJobsHistoryLimit": 3},
}


def filled(resource: Resource, body: Object) -> Object:
    """`body` with what is left out, if it is a pod or makes pods."""
    spec = body.get("spec")
    if not isinstance(spec, dict):
        return body
    if resource.kind == "Pod":
        return {**body, "spec": _pod(spec)}
    if resource.custom or resource.kind not in _SPECS:
        return body
    return {**body, "spec": _owner(resource.kind, spec)}


def _owner(kind: str, spec: Object) -> Object:
    whole = {**_SPECS[kind], **spec}
    if kind == "Job" and not {"completions", "parallelism"} & spec.keys():
        whole |= {"completions": 1, "parallelism": 1}
    if isinstance(template := whole.get("jobTemplate"), dict):
        return {**whole, "jobTemplate": {**template, "spec": _owner("Job", template.get("spec") or {})}}
    template = whole.get("template") or {}
    return {**whole, "template": {**template, "spec": _pod(template.get("spec") or {})}}


def _pod(spec: Object) -> Object:
    whole = {**_POD, **spec}
    for key in ("containers", "initContainers", "ephemeralContainers"):
        if key in whole:
            whole[key] = [_container(each) for each in whole[key]]
    return whole


def _container(container: Object) -> Object:
    tag = str(container.get("image", "")).rpartition("/")[2].partition(":")[2]
    pull = {"imagePullPolicy": "IfNotPresent" if tag not in {"", "latest"} else "Always"}
    return {**_CONTAINER, **pull, **container}
