"""Devices that a claim of dynamic resource allocation asks for.

Source: `DeviceClaim` of resource.k8s.io. A request for one of several
classes gives an accelerator for each of them: a policy has to allow all.
"""

from collections.abc import Iterator
from typing import Any, Final

from interlock.devices.inventory import Inventory, inventory_of
from interlock.intents.allocations import Allocations, Asked, accelerator_of
from interlock.intents.claims import CLAIM_RESOURCE
from interlock.intents.constraints import narrowed
from interlock.intents.draft import few, note
from interlock.intents.fields import as_mapping, mapping, mappings, text, texts
from interlock.intents.paths import element, member, members
from interlock.intents.patterns import Place
from interlock.intents.quantity import whole_quantity
from interlock.intents.resources import of_device_class
from interlock.intents.scopes import Scope
from interlock.model.catalog import Catalog
from interlock.model.intent import MAX_INT64, UNKNOWN, Intent

_MOST_REQUESTS: Final = 32
_MOST_ALTERNATIVES: Final = 8
"""What the API server takes in one claim, and in one request of it."""

_NIM_CLASS: Final = "gpu.nvidia.com"
"""What the NIM operator claims where nothing else is said."""


def add_requests(intent: Intent, scope: Scope, pods: int, catalog: Catalog) -> None:
    """Add the accelerators of the claims that the object of `scope` makes for each of `pods`."""
    claims = few([place for each in scope.kind.requests for place in scope.places(each)], "claims")
    classes = [place for each in scope.kind.device_classes for place in scope.places(each)]
    if not claims and not classes:
        return
    inventory = inventory_of(catalog)
    allocations = Allocations(inventory)
    for place in claims:
        claim = as_mapping(place.value, place.path)
        asked = narrowed(claim, place.path, list(_asked(intent, claim, place.path, allocations)), inventory)
        intent["accelerators"] += [accelerator_of(each, pods, inventory, catalog) for each in asked]
    for place in classes:
        _add_class(intent, place, scope.name, allocations, catalog)


def _asked(intent: Intent, claim: dict[str, Any], path: str, allocations: Allocations) -> Iterator[Asked]:
    """What each request of `claim` asks for, in each form that will do."""
    shared = _shared(claim, path)
    requests = few(list(_requests(claim, path)), "requests in a claim", _MOST_REQUESTS)
    for request, at in requests:
        name = text(request, "name", at) or ""
        forms = few(list(_alternatives(request, at)), "alternatives in a request", _MOST_ALTERNATIVES)
        for body, here in forms:
            class_name = text(body, "deviceClassName", here) or UNKNOWN
            if _is_accelerator(class_name, allocations.inventory):
                is_shared = shared is None or name in shared or _is_part(body, here)
                allocated = allocations.of(body, here, class_name)
                for where, reason in allocated.notes:
                    note(intent, where, reason)
                yield Asked(
                    name=name,
                    form=text(body, "name", here) or "" if len(forms) > 1 else "",
                    resource=f"{CLAIM_RESOURCE}/{class_name}",
                    count=_count(intent, body, here),
                    path=here,
                    is_shared=is_shared,
                    positions=allocated.positions,
                )


def _add_class(intent: Intent, place: Place, name: str, allocations: Allocations, catalog: Catalog) -> None:
    """Add what the device class at `place` selects. It allocates nothing: the number is 0."""
    if not _is_accelerator(name, allocations.inventory):
        return
    allocated = allocations.of(as_mapping(place.value, place.path), place.path, "")
    for where, reason in allocated.notes:
        note(intent, where, reason)
    asked = Asked(
        name="",
        form="",
        resource=f"{CLAIM_RESOURCE}/{name}",
        count=0,
        path=place.path,
        is_shared=False,
        positions=allocated.positions,
    )
    intent["accelerators"].append(accelerator_of(asked, 1, allocations.inventory, catalog))


def _is_accelerator(class_name: str, inventory: Inventory) -> bool:
    return class_name in inventory.classes or of_device_class(class_name.lower()) is not None


def _requests(claim: dict[str, Any], path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The requests of a claim, in the forms of the API's versions and of the NIM operator."""
    if claim.get("resourceClassName") is not None:
        yield {"deviceClassName": claim["resourceClassName"]}, path
    here, holder, key = path, claim, "devices"
    if isinstance(claim.get("devices"), dict):
        here, holder, key = member(path, "devices"), claim["devices"], "requests"
    for index, request in enumerate(mappings(holder, key, here)):
        given = request if key == "requests" else {"deviceClassName": _NIM_CLASS, **request}
        yield given, element(member(here, key), index)


def _alternatives(request: dict[str, Any], path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The request in each form that the versions of the API give it."""
    if request.get("exactly") is not None:
        yield mapping(request, "exactly", path), member(path, "exactly")
    here = member(path, "firstAvailable")
    for index, each in enumerate(mappings(request, "firstAvailable", path)):
        yield each, element(here, index)
    if request.get("exactly") is None and not request.get("firstAvailable"):
        # The first form; of one that nobody knows the class isn't known either.
        yield request, path


def _is_part(body: dict[str, Any], path: str) -> bool:
    """Whether others may have the same devices: those of administrative access, or of which a part is asked."""
    capacity = mapping(body, "capacity", path)
    return body.get("adminAccess") is True or bool(mapping(capacity, "requests", member(path, "capacity")))


def _shared(claim: dict[str, Any], path: str) -> set[str] | None:
    """The names of requests whose devices are shared by their configuration; None where all are."""
    devices = claim.get("devices")
    here = members(path, "devices", "config")
    names: set[str] = set()
    configs = mappings(devices, "config", member(path, "devices")) if isinstance(devices, dict) else []
    for index, config in enumerate(configs):
        at = element(here, index)
        opaque = mapping(config, "opaque", at)
        parameters = opaque.get("parameters")
        if isinstance(parameters, dict) and parameters.get("sharing"):
            listed = texts(config, "requests", at)
            if not listed:
                return None
            # `request/form` configures one form of a request.
            names.update(each.partition("/")[0] for each in listed)
    return names


def _count(intent: Intent, request: dict[str, Any], path: str) -> int:
    if text(request, "allocationMode", path) == "All":
        note(intent, member(path, "allocationMode"), "all matching devices of a node are claimed")
        return MAX_INT64
    number = whole_quantity(request.get("count", 1))
    if number is None:
        note(intent, member(path, "count"), "the number of devices can't be read")
        return MAX_INT64
    return number
