"""A Lease of coordination.k8s.io/v1: who holds it, and whether it was renewed. Pure."""

from dataclasses import dataclass
from typing import Any, Final

from interlock.instants import rfc3339
from interlock.units import Instant, Milliseconds
from interlock_webhooks.cluster.resource import Resource

LEASES: Final = Resource(group="coordination.k8s.io", version="v1", plural="leases", namespaced=True)

_SECOND: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """What is stored. `holder` is empty where nobody holds it.

    Every renewal makes another `version` of it. `lasts` is how long its holder
    says that others must wait after one, `transitions` how often it changed hands.
    """

    version: str
    holder: str
    lasts: Milliseconds
    transitions: int = 0
    acquired: str = ""


def lease_of(body: dict[str, Any]) -> Lease:
    """The lease that `body` is; what is not as it should be is as if it were absent."""
    metadata, spec = _mapping(body.get("metadata")), _mapping(body.get("spec"))
    return Lease(
        version=_text(metadata.get("resourceVersion")),
        holder=_text(spec.get("holderIdentity")),
        lasts=Milliseconds(_whole(spec.get("leaseDurationSeconds")) * _SECOND),
        transitions=_whole(spec.get("leaseTransitions")),
        acquired=_text(spec.get("acquireTime")),
    )


def written(lease: Lease, body: dict[str, Any], now: Instant) -> dict[str, Any]:
    """`body`, a stored lease or the metadata of a new one, as `lease` wants it.

    It says that it is renewed `now`, by the clock on the wall, which nobody trusts.
    """
    time = _micro_time(now)
    return {
        **body,
        "apiVersion": LEASES.api_version,
        "kind": "Lease",
        "spec": {
            **_mapping(body.get("spec")),
            "holderIdentity": lease.holder,
            # It must be greater than 0, also where nobody holds the lease.
            "leaseDurationSeconds": max(1, -(-lease.lasts // _SECOND)),
            "acquireTime": lease.acquired or time,
            "renewTime": time,
            "leaseTransitions": lease.transitions,
        },
    }


def _micro_time(now: Instant) -> str:
    """`now` with microseconds, as the API server stores times of leases."""
    return rfc3339(now).replace("Z", "000Z")


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
