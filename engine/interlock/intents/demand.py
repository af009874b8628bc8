"""How many accelerators one pod asks for, as the scheduler counts.

Main containers and sidecars run together, so they add up. Ordinary init
containers run one after another, each beside the sidecars that started before
it. Source: Kubernetes, "Sidecar containers", resource sharing within containers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from interlock.errors import RequestError
from interlock.intents.containers import Container, Role
from interlock.intents.fields import mapping
from interlock.intents.paths import json_path, members
from interlock.intents.quantity import whole_quantity
from interlock.intents.resources import Device, recognized
from interlock.model.intent import MAX_INT64

MOST_KINDS: Final = 8
"""Resources that one pod can ask for. Each is held against all of its node affinity, so they are bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One resource that a pod asks for, `count` of it.

    A count that can't be read is the greatest that there is: it passes no
    limit. `unreadable` is where it stands, else empty.
    """

    resource: str
    device: Device
    count: int
    source: str
    unreadable: str = ""


def demands(spec: dict[str, Any], path: str, parts: list[Container]) -> list[Demand]:
    """What the PodSpec at `path`, whose containers are `parts`, asks for: one demand for each resource."""
    asked = [(part.role, demand) for part in parts for demand in _asked_by(part.body, part.path)]
    for_pod = list(_asked_by(spec, path))
    if not asked and not for_pod:
        return []
    by_resource: dict[str, list[tuple[Role | None, Demand]]] = {}
    for role, demand in [*asked, *((None, demand) for demand in for_pod)]:
        by_resource.setdefault(demand.resource, []).append((role, demand))
    if len(by_resource) > MOST_KINDS:
        raise RequestError(
            f"`{path}`: asks for more than {MOST_KINDS} kinds of accelerators", path=json_path(path)
        )
    return _with_portions([_of_resource(each) for each in by_resource.values()])


def _asked_by(body: dict[str, Any], path: str) -> Iterator[Demand]:
    """The accelerators in `resources` of a container or pod. Of limit and request the greater counts."""
    if body.get("resources") is None:
        return
    resources = mapping(body, "resources", path)
    found: dict[str, Demand] = {}
    for kind in ("limits", "requests"):
        for resource, quantity in mapping(resources, kind, f"{path}.resources").items():
            device = recognized(resource)
            if device is not None:
                demand = _demand(resource, device, quantity, members(path, "resources", kind, resource))
                known = found.get(resource)
                found[resource] = demand if known is None or demand.count > known.count else known
    yield from (demand for demand in found.values() if demand.count > 0)


def _demand(resource: str, device: Device, quantity: object, source: str) -> Demand:
    count = whole_quantity(quantity)
    if count is None:
        return Demand(resource=resource, device=device, count=MAX_INT64, source=source, unreadable=source)
    return Demand(resource=resource, device=device, count=count, source=source)


def _of_resource(asked: list[tuple[Role | None, Demand]]) -> Demand:
    """All that is asked for of one resource; what the pod asks for as a whole has no role."""
    running = peak = 0
    for role, demand in asked:
        if role is None:
            peak = max(peak, demand.count)
        elif role is Role.INIT:
            peak = max(peak, running + demand.count)
        else:
            running += demand.count
    unreadable = next((demand.unreadable for _, demand in asked if demand.unreadable), "")
    return replace(asked[0][1], count=min(max(running, peak), MAX_INT64), unreadable=unreadable)


def _with_portions(found: list[Demand]) -> list[Demand]:
    """Devices of which only a portion is asked for are shared; a portion alone is one of one device."""
    portions = {demand.device.domain: demand for demand in found if demand.device.portion}
    if not portions:
        return found
    devices = [demand for demand in found if not demand.device.portion]
    counted = {demand.device.domain for demand in devices}
    return [
        *(
            replace(demand, device=replace(demand.device, shared=True))
            if demand.device.domain in portions
            else demand
            for demand in devices
        ),
        *(
            replace(demand, count=1, unreadable="")
            for domain, demand in portions.items()
            if domain not in counted
        ),
    ]
