"""A cluster for end-to-end tests: a real API server, or ours that keeps to what a real one does."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.controlplane import VARIABLE, ControlPlane, control_plane
from support.kubectl import Kubectl
from support.kubernetes.kubeconfig import kubeconfig
from support.kubernetes.thread import Threaded, in_thread
from support.process import eventually

KINDS = ("emulated", "real")

_AUDITED_WITHIN = 30
_BEHIND = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A cluster, and the administrator's way in. `server` is what runs it."""

    kubectl: Kubectl
    server: Threaded | ControlPlane

    @property
    def real(self) -> bool:
        """Whether its API server is Kubernetes' own."""
        return isinstance(self.server, ControlPlane)

    @property
    def url(self) -> str:
        """Where its API server is."""
        return self.server.server.url if isinstance(self.server, Threaded) else self.server.url

    @property
    def ca(self) -> str:
        """Whom its API server has its certificate from."""
        return self.server.server.ca if isinstance(self.server, Threaded) else self.server.ca

    def notices(self) -> None:
        """Wait until a real API server must have seen what it has stored: its informers are behind."""
        if self.real:
            time.sleep(_BEHIND)

    def annotations(self, name: str, operation: str = "create") -> dict[str, str]:
        """What the audit log has of the last request to `operation` the object `name`."""
        found: list[dict[str, str]] = []

        def logged() -> bool:
            found[:] = self._logged(name, operation)
            return bool(found)

        eventually(logged, _AUDITED_WITHIN)
        return found[-1]

    def _logged(self, name: str, operation: str) -> list[dict[str, str]]:
        if isinstance(self.server, Threaded):
            audit = self.server.server.writer.audit
            return [
                each.annotations for each in audit if (each.name, each.operation.lower()) == (name, operation)
            ]
        # The last line may be half written.
        lines = self.server.audit_log.read_text().split("\n")[:-1]
        events: list[dict[str, Any]] = list(map(json.loads, lines))
        return [
            event.get("annotations") or {}
            for event in events
            if event["stage"] == "ResponseComplete"
            and event["verb"] == operation
            and name in ((event.get("objectRef") or {}).get("name"), _named(event))
        ]


def _named(event: dict[str, Any]) -> str:
    """The name of what is created: where it is not in the path, it is in the body."""
    metadata = (event.get("requestObject") or {}).get("metadata") or {}
    return str(metadata.get("name", ""))


@contextmanager
def running_cluster(kind: str, folder: Path) -> Iterator[Cluster]:
    """A cluster of `kind` that runs until left; a test that wants a real one is skipped where there is none."""
    if kind == "emulated":
        with in_thread() as threaded:
            yield Cluster(kubectl=Kubectl(threaded.server.kubeconfig(folder)), server=threaded)
        return
    if VARIABLE not in os.environ:
        pytest.skip(f"{VARIABLE} names no folder with kube-apiserver, etcd and kubectl")
    with control_plane() as plane:
        config = kubeconfig(folder, plane.url, plane.ca, "admin")
        yield Cluster(kubectl=Kubectl(config, plane.kubectl), server=plane)
