"""A denied request as an Event (events.k8s.io/v1). Pure.

What was to be created is not there, so the Event is about what would have owned
it: `kubectl describe` of a ReplicaSet shows why it has no pods.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from interlock.digests import digest_of
from interlock.units import Instant
from interlock_webhooks.cluster.answers import Object
from interlock_webhooks.cluster.resource import Resource
from interlock_webhooks.text import one_line

EVENTS: Final = Resource(group="events.k8s.io", version="v1", plural="events", namespaced=True)
CONTROLLER: Final = "interlock.dev/admission"

_NOTE: Final = 1024
"""The bytes of a note, which k8s.io/kubernetes/pkg/apis/core/validation bounds."""

_ELSEWHERE: Final = "default"
"""The namespace of Events about what is in none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """That something was denied: what `regarding`, in which namespace, and why."""

    regarding: Mapping[str, str]
    namespace: str
    note: str

    @property
    def identity(self) -> str:
        """What two notices have in common that tell the same."""
        return digest_of([dict(self.regarding), self.note])


def notice_of(request: Mapping[str, Any], message: str) -> Notice:
    """That the `request` of an AdmissionReview was denied with `message`."""
    namespace = str(request.get("namespace") or "")
    body = request.get("object") or request.get("oldObject")
    owner = _controller(body) if isinstance(body, dict) else None
    regarding = _itself(request, body) if owner is None else owner
    return Notice(
        regarding=regarding | ({"namespace": namespace} if namespace else {}),
        namespace=namespace or _ELSEWHERE,
        note=_within(message),
    )


def event_of(notice: Notice, instance: str, now: Instant) -> Object:
    """The Event of `notice`, which `instance` of the service has at `now`."""
    written = datetime.fromtimestamp(now // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    name = f"interlock-{digest_of([notice.identity, now, instance]).rpartition(':')[2][:32]}"
    return {
        "apiVersion": EVENTS.api_version,
        "kind": "Event",
        "metadata": {"name": name, "namespace": notice.namespace},
        "eventTime": f"{written}.{now % 1000:03d}000Z",
        "type": "Warning",
        "reason": "Denied",
        "action": "Admission",
        "regarding": dict(notice.regarding),
        "note": notice.note,
        "reportingController": CONTROLLER,
        "reportingInstance": one_line(instance, 128),
    }


def _controller(body: Mapping[str, Any]) -> dict[str, str] | None:
    """The object that controls `body`, if one does."""
    metadata = body.get("metadata")
    owners = metadata.get("ownerReferences") if isinstance(metadata, dict) else None
    for owner in owners if isinstance(owners, list) else ():
        if isinstance(owner, dict) and owner.get("controller") is True:
            return _texts(owner, ("apiVersion", "kind", "name", "uid"))
    return None


def _itself(request: Mapping[str, Any], body: object) -> dict[str, str]:
    kind = request["kind"]
    metadata = body.get("metadata") if isinstance(body, dict) else None
    known = metadata if isinstance(metadata, dict) else {}
    group, version = str(kind.get("group") or ""), str(kind.get("version") or "")
    named = request.get("name") or known.get("name") or known.get("generateName") or ""
    return {
        "apiVersion": f"{group}/{version}" if group else version,
        "kind": str(kind.get("kind")),
        "name": one_line(str(named), 253),
        **_texts(known, ("uid",)),
    }


def _texts(values: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, str]:
    return {key: one_line(values[key], 253) for key in keys if isinstance(values.get(key), str) and values[key]}


def _within(message: str) -> str:
    """`message` in as many bytes as a note may have."""
    line = one_line(message, _NOTE)
    return line.encode()[:_NOTE].decode(errors="ignore")
