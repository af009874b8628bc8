"""Requests that every cluster makes, or many do, as an API server asks about them. Pure.

They are written down by hand after what the components of Kubernetes 1.37 and
the usual add-ons send, as far as rules, conditions and Intents read it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from interlock.registration.reach import Operation

Object = dict[str, Any]

CREATE: Final = Operation.CREATE
UPDATE: Final = Operation.UPDATE
DELETE: Final = Operation.DELETE

_UID: Final = "705ab4f5-6393-11e8-b7cc-42010a800002"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who asks."""

    username: str
    groups: tuple[str, ...]


def account(namespace: str, name: str) -> Sender:
    """A service account."""
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated")
    return Sender(f"system:serviceaccount:{namespace}:{name}", groups)


ADMINISTRATOR: Final = Sender("kubernetes-admin", ("system:masters", "system:authenticated"))
KUBELET: Final = Sender("system:node:worker-1", ("system:nodes", "system:authenticated"))
SCHEDULER: Final = Sender("system:kube-scheduler", ("system:authenticated",))
MANAGER: Final = Sender("system:kube-controller-manager", ("system:authenticated",))
COLLECTOR: Final = account("kube-system", "generic-garbage-collector")


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """A request that has to go through: `what` says whose it is, and `why` what ends without it.

    `addon` is whether only some clusters make it. `labels` are those of its namespace.
    """

    what: str
    why: str
    request: Mapping[str, Any]
    addon: bool = False

    @property
    def namespace(self) -> str:
        """The namespace that it is in; empty where it is in none."""
        return str(self.request["namespace"])


def asked(  # noqa: PLR0913 - what a request is made of
    operation: Operation,
    body: Object,
    by: Sender,
    *,
    plural: str,
    subresource: str = "",
    old: Object | None = None,
    of: tuple[str, str] | None = None,
) -> Object:
    """The request of an AdmissionReview about `body`; the subresource is that `of` a group and version."""
    group, _, version = str(body["apiVersion"]).rpartition("/")
    held = of or (group, version)
    metadata = body["metadata"]
    kind = {"group": group, "version": version, "kind": body["kind"]}
    resource = {"group": held[0], "version": held[1], "resource": plural}
    return {
        "uid": _UID,
        "kind": kind,
        "resource": resource,
        "subResource": subresource,
        "requestKind": kind,
        "requestResource": resource,
        "requestSubResource": subresource,
        "name": metadata.get("name", ""),
        "namespace": metadata.get("namespace", ""),
        "operation": operation.value,
        "userInfo": {"username": by.username, "groups": list(by.groups)},
        "object": None if operation is DELETE else body,
        "oldObject": body if operation is DELETE else old or (body if operation is UPDATE else None),
        "dryRun": False,
        "options": None,
    }


def thing(api_version: str, kind: str, name: str, namespace: str = "", **more: object) -> Object:
    """An object with a name and further fields."""
    metadata: Object = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **more}
