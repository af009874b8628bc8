"""The accelerators that a pod asks for, by class.

Joins what the pod counts (`demand.py`) with what its choice of nodes leaves
open (`placement.py`). Several constraints on one pod must all hold, so each of
them alone bounds what the pod can get; the tightest one is taken.
"""

from collections.abc import Iterable
from typing import Final

from interlock.devices.inventory import inventory_of
from interlock.intents.claims import add_claims
from interlock.intents.demand import Demand, demands
from interlock.intents.devicefields import demand_of
from interlock.intents.draft import note
from interlock.intents.fractions import fraction_of
from interlock.intents.placement import Choice, Constraint, Placement, placement
from interlock.intents.podtemplates import Pods
from interlock.intents.products import Product, entry_of, mig_memory
from interlock.intents.resources import Device
from interlock.intents.visibility import note_visible
from interlock.model.catalog import Catalog
from interlock.model.intent import MAX_INT64, UNKNOWN, Accelerator, Intent

_OPEN: Final = Choice(Product(name=UNKNOWN, mig_profile="", shared=False), None)


def add_accelerators(intent: Intent, pods: Pods, catalog: Catalog) -> None:
    """Add what each of `pods` asks for: resources, parts, claims, or only nodes that have accelerators.

    A pod that chooses such a node and asks for no device has a count of 0:
    limits on numbers pass it, rules on classes see it.
    """
    where = placement(pods.nodes, catalog)
    fraction = fraction_of(pods)
    found = [*_greatest(demands(pods.spec, pods.path, pods.containers), pods.demands)]
    found += [] if fraction is None else [fraction]
    for demand in found:
        if demand.unreadable:
            note(intent, demand.unreadable, "the quantity can't be read as a number of devices")
        intent["accelerators"].append(_accelerator(demand, where, pods.count, catalog))
    add_claims(intent, pods)
    if pods.needs_devices and not found:
        path = pods.path or "."
        note(intent, path, "nothing says which devices the nodes have, and how many")
        unknown = demand_of(UNKNOWN, MAX_INT64, path)
        intent["accelerators"].append(_accelerator(unknown, where, pods.count, catalog))
    note_visible(intent, pods.containers)
    if not intent["accelerators"]:
        intent["accelerators"] += _chosen_by_node(where, pods.count, catalog)


def _greatest(in_spec: list[Demand], beside: list[Demand]) -> Iterable[Demand]:
    """The demands of both; of two for one resource the greater, for what is beside a PodSpec is put into it."""
    if not beside:
        return in_spec
    found: dict[str, Demand] = {}
    for demand in [*in_spec, *beside]:
        known = found.get(demand.resource)
        found[demand.resource] = demand if known is None or demand.count > known.count else known
    return found.values()


def _accelerator(demand: Demand, where: Placement, pods: int, catalog: Catalog) -> Accelerator:
    device = demand.device
    choices = _choices(demand, where, catalog)
    classes = list(dict.fromkeys(_class(choice) for choice in choices))
    accelerator: Accelerator = {
        "vendor": device.vendor if device.vendor != UNKNOWN else _only({_vendor(c) for c in choices}),
        "resource": demand.resource,
        "class": UNKNOWN if len(classes) > 1 or demand.unreadable else classes[0],
        "product": _only({choice.product.name for choice in choices}),
        "count": demand.count,
        "pods": pods,
        "total": min(demand.count * pods, MAX_INT64),
        "shared": device.shared or where.shared or any(choice.product.shared for choice in choices),
        "allocation": device.allocation,
        "alternatives": classes if len(classes) > 1 else [],
        "source": demand.source,
    }
    _add_memory(accelerator, _profile(device, where, choices), choices)
    return accelerator


def _profile(device: Device, where: Placement, choices: list[Choice]) -> str:
    """The MIG profile, unknown where several are open; empty where it can be a whole device."""
    if device.mig_profile:
        return device.mig_profile
    in_products = {choice.product.mig_profile for choice in choices}
    open_to = where.mig_profiles if any(where.mig_profiles) else in_products
    return _only(set(open_to)) if all(open_to) else ""


def _add_memory(accelerator: Accelerator, profile: str, choices: list[Choice]) -> None:
    """Add the MIG profile and the memory: the profile's if there is one, else the product's."""
    if profile:
        accelerator["migProfile"] = profile
        memory = mig_memory(profile)
    else:
        sizes = {choice.entry.memory_mib if choice.entry else None for choice in choices}
        memory = sizes.pop() if len(sizes) == 1 else None
    if memory is not None:
        accelerator["memoryMib"] = memory


def _choices(demand: Demand, where: Placement, catalog: Catalog) -> list[Choice]:
    """The products that the device can be, over all alternatives of the affinity; at least one."""
    device = demand.device
    named = _of_class(demand.resource, catalog) if device.allocation == "claim" else _named(device, catalog)
    found: dict[Choice, None] = {}
    for scenario in where.scenarios:
        constraints = [constraint.choices for constraint in scenario]
        if named:
            constraints.append(named)
        fitting = [tuple(_fitting(choice, device) for choice in choices) for choices in constraints]
        tightest = min(fitting or [(_OPEN,)], key=_looseness)
        found.update(dict.fromkeys(tightest))
    return list(found)


def _named(device: Device, catalog: Catalog) -> tuple[Choice, ...]:
    """The product that the resource names, if it does."""
    return (_choice(device.product, "", catalog),) if device.product else ()


def _of_class(resource: str, catalog: Catalog) -> tuple[Choice, ...]:
    """The products of the device class that the resource is of, where the Catalog knows the class."""
    inventory = inventory_of(catalog)
    selected = inventory.of_class(resource.rpartition("/")[2])
    if selected is None or selected.fault:
        return ()
    devices = [inventory.devices[position] for position in sorted(selected.positions)]
    return tuple(_choice(each.product, each.mig_profile, catalog) for each in devices)


def _choice(product: str, profile: str, catalog: Catalog) -> Choice:
    return Choice(Product(name=product, mig_profile=profile, shared=False), entry_of(product, catalog))


def _fitting(choice: Choice, device: Device) -> Choice:
    """`choice`, or anything where it is another vendor's than the resource that is asked for."""
    foreign = choice.entry is not None and device.vendor not in {UNKNOWN, choice.entry.vendor}
    return _OPEN if foreign else choice


def _looseness(choices: tuple[Choice, ...]) -> tuple[bool, int]:
    classes = {_class(choice) for choice in choices}
    return UNKNOWN in classes, len(classes)


def _class(choice: Choice) -> str:
    return choice.entry.class_name if choice.entry else UNKNOWN


def _vendor(choice: Choice) -> str:
    return choice.entry.vendor if choice.entry else UNKNOWN


def _only(words: set[str]) -> str:
    """The one word, or unknown where there are several."""
    return next(iter(words)) if len(words) == 1 else UNKNOWN


def _chosen_by_node(where: Placement, pods: int, catalog: Catalog) -> list[Accelerator]:
    """The accelerator of the nodes that were chosen, if any were for their accelerators."""
    constraint = next((constraint for scenario in where.scenarios for constraint in scenario), None)
    if constraint is None:
        return []
    demand = Demand(resource=constraint.key, device=_node(constraint), count=0, source=constraint.source)
    return [_accelerator(demand, where, pods, catalog)]


def _node(constraint: Constraint) -> Device:
    return Device(domain=constraint.key, vendor=UNKNOWN, allocation="selector")
