"""Devices that an object asks for beside its containers: bare numbers, machine types, named profiles."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from interlock.intents.demand import Demand
from interlock.intents.fields import as_mapping
from interlock.intents.kinds.notation import Devices
from interlock.intents.machines import devices_of
from interlock.intents.nodes import Condition
from interlock.intents.paths import member, quoted
from interlock.intents.patterns import Pattern, Place
from interlock.intents.products import normalized
from interlock.intents.quantity import whole_quantity
from interlock.intents.resources import Device, recognized
from interlock.model.intent import MAX_INT64, UNKNOWN

_RESOURCE: Final = "nvidia.com/gpu"
"""What a bare number of devices, and those of machines, are of where nothing says it."""

_MACHINE: Final = "node.kubernetes.io/instance-type"
_TPU: Final = "google-tpu-"
_PROFILES: Final = {"nvidia-gpu-": "nvidia.com/gpu", "amd-gpu-": "amd.com/gpu", _TPU: "google.com/tpu"}
_NO_DEVICES: Final = "cpu"


@dataclass(frozen=True, slots=True)
class Demanded:
    """What is asked for: so many devices, on nodes of these conditions; and what can't be known of it."""

    demands: list[Demand]
    conditions: tuple[Condition, ...]
    notes: tuple[tuple[str, str], ...]


def demands_at(place: Place, described: tuple[Devices, ...]) -> Demanded:
    """The devices that `place` asks for."""
    demands: list[Demand] = []
    conditions: list[Condition] = []
    notes: list[tuple[str, str]] = []
    for each in described:
        demands += [*_bare(place, each), *_amounts(place, each.amounts), *_profiles(place, each.profile)]
        for found in _texts(place, each.machine):
            conditions.append(Condition(_MACHINE, (str(found.value),), found.path))
            number = devices_of(str(found.value))
            if number is None:
                notes.append((found.path, f"nobody knows how many devices a {quoted(str(found.value))} has"))
            demands.append(demand_of(_RESOURCE, MAX_INT64 if number is None else number, found.path))
    return Demanded(demands, tuple(conditions), tuple(notes))


def _texts(place: Place, where: Pattern | None) -> list[Place]:
    found = [] if where is None else where.places(place.value, place.path)
    return [each for each in found if isinstance(each.value, str) and each.value]


def _bare(place: Place, devices: Devices) -> Iterator[Demand]:
    """The greatest of the numbers at one field, such as that of limits and that of requests."""
    if devices.count is None:
        return
    found = [(_number(each.value), each.path) for each in devices.count.places(place.value, place.path)]
    if not found:
        return
    number, source = max(found)
    named = next((str(each.value) for each in _texts(place, devices.named_by)), _RESOURCE)
    product = next((str(each.value) for each in _texts(place, devices.product)), "")
    if number:
        yield demand_of(named, number, source, normalized(product).name if product else "")


def _number(value: object) -> int:
    number = whole_quantity(value)
    return MAX_INT64 if number is None else number


def demand_of(resource: str, number: int, source: str, product: str = "") -> Demand:
    """So many of `resource`, which may be a `product`; the greatest number is one that nobody knows."""
    known = recognized(resource) or Device(domain=resource, vendor=UNKNOWN)
    device = Device(domain=known.domain, vendor=known.vendor, product=product) if product else known
    return Demand(
        resource=resource,
        device=device,
        count=number,
        source=source,
        unreadable=source if number == MAX_INT64 else "",
    )


def _amounts(place: Place, where: Pattern | None) -> Iterator[Demand]:
    for found in [] if where is None else where.places(place.value, place.path):
        for resource, quantity in as_mapping(found.value, found.path).items():
            if recognized(resource) is not None and (number := _number(quantity)):
                yield demand_of(resource, number, member(found.path, resource))


def _profiles(place: Place, where: Pattern | None) -> Iterator[Demand]:
    """What a profile of KubeAI, such as `nvidia-gpu-h100:8` or `google-tpu-v5e-2x2:4` stands for."""
    for found in _texts(place, where):
        name, _, times = str(found.value).partition(":")
        if name == _NO_DEVICES:
            continue
        number = _number(times or "1")
        kind = next((start for start in _PROFILES if name.startswith(start)), "")
        product = name.removeprefix(kind)
        if kind == _TPU:
            # `google-tpu-v5e-2x2`: how the chips are wired isn't how many a pod gets.
            product = f"tpu-{product.rpartition('-')[0]}"
        if kind:
            yield demand_of(_PROFILES[kind], number, found.path, product)
        else:
            yield demand_of(name or UNKNOWN, MAX_INT64, found.path)
