"""Where the kinds of Kubernetes keep their pods, and how many pods they may run at once.

The table is the place to add a kind. A kind that isn't in it has no pod facts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from interlock.intents.containers import Container, containers
from interlock.intents.fields import mapping, whole
from interlock.intents.paths import member, members

_MAX_INT32: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pods:
    """`count` pods made from one template.

    `path` is the PodSpec's and `metadata_path` that of the metadata beside it;
    `count_source` is the field that says how many, and empty where there is none.
    """

    spec: dict[str, Any]
    path: str
    metadata: dict[str, Any]
    metadata_path: str
    containers: list[Container]
    count: int
    count_source: str
    note: str


@dataclass(frozen=True, slots=True)
class _Count:
    pods: int
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Shape:
    """The path to what holds `metadata` and `spec` of the pods, and how many there are."""

    template: tuple[str, ...]
    count: Callable[[dict[str, Any]], _Count]


def _one(_: dict[str, Any]) -> _Count:
    return _Count(1)


def _one_per_node(_: dict[str, Any]) -> _Count:
    return _Count(1, note="one pod runs on each matching node; one is counted")


def _replicas(workload: dict[str, Any]) -> _Count:
    replicas = whole(mapping(workload, "spec", ""), "replicas", "spec", _MAX_INT32)
    return _Count(1 if replicas is None else replicas, "spec.replicas")


def _parallel(workload: dict[str, Any], job: tuple[str, ...]) -> _Count:
    """The pods of one run of a Job: its parallelism, and no more than its completions."""
    path = members("", *job)
    spec = _descend(workload, job)
    parallelism = whole(spec, "parallelism", path, _MAX_INT32)
    completions = whole(spec, "completions", path, _MAX_INT32)
    pods = 1 if parallelism is None else parallelism
    if completions is not None and completions < pods:
        return _Count(completions, member(path, "completions"))
    return _Count(pods, member(path, "parallelism"))


_TEMPLATE: Final = ("spec", "template")
_CRON_JOB: Final = ("spec", "jobTemplate", "spec")

_SHAPES: Final = {
    ("", "Pod"): _Shape((), _one),
    ("", "PodTemplate"): _Shape(("template",), _one),
    ("", "ReplicationController"): _Shape(_TEMPLATE, _replicas),
    ("apps", "Deployment"): _Shape(_TEMPLATE, _replicas),
    ("apps", "StatefulSet"): _Shape(_TEMPLATE, _replicas),
    ("apps", "ReplicaSet"): _Shape(_TEMPLATE, _replicas),
    ("apps", "DaemonSet"): _Shape(_TEMPLATE, _one_per_node),
    ("batch", "Job"): _Shape(_TEMPLATE, partial(_parallel, job=("spec",))),
    ("batch", "CronJob"): _Shape((*_CRON_JOB, "template"), partial(_parallel, job=_CRON_JOB)),
}


def pods_of(workload: dict[str, Any], group: str, kind: str) -> list[Pods]:
    """The pods that `workload` would run, one item for each template; empty where the kind runs none."""
    shape = _SHAPES.get((group, kind))
    if shape is None:
        return []
    template = _descend(workload, shape.template)
    here = members("", *shape.template)
    path = member(here, "spec")
    spec = mapping(template, "spec", here)
    count = shape.count(workload)
    return [
        Pods(
            spec=spec,
            path=path,
            metadata=mapping(template, "metadata", here),
            metadata_path=member(here, "metadata"),
            containers=containers(spec, path),
            count=count.pods,
            count_source=count.source,
            note=count.note,
        )
    ]


def _descend(parent: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    path = ""
    for key in keys:
        parent = mapping(parent, key, path)
        path = member(path, key)
    return parent
