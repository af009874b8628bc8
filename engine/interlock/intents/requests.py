"""Devices that a claim of dynamic resource allocation asks for.

Source: `DeviceRequest` of resource.k8s.io. A request for one of several
classes gives an accelerator for each of them: a policy has to allow all. What
a DeviceClass selects is not known here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from interlock.intents.claims import CLAIM_RESOURCE
from interlock.intents.draft import few, note
from interlock.intents.fields import as_mapping, mapping, mappings, text, texts
from interlock.intents.paths import element, member, members
from interlock.intents.products import Product, entry_of, mig_memory, normalized
from interlock.intents.quantity import whole_quantity
from interlock.intents.resources import of_device_class
from interlock.intents.scopes import Scope
from interlock.intents.selectors import attributes_of
from interlock.model.catalog import Catalog
from interlock.model.intent import MAX_INT64, UNKNOWN, Accelerator, Intent

_NIM_CLASS: Final = "gpu.nvidia.com"
"""What the NIM operator claims where nothing else is said."""

_PRODUCTS: Final = ("productName", "model")


def add_requests(intent: Intent, scope: Scope, pods: int, catalog: Catalog) -> None:
    """Add the accelerators of the claims that the object of `scope` makes for each of `pods`."""
    for place in few([place for each in scope.kind.requests for place in scope.places(each)], "claims"):
        claim = as_mapping(place.value, place.path)
        shared = _shared(claim, place.path)
        for request, path in _requests(claim, place.path):
            for each, here in _alternatives(request, path):
                _add(
                    intent, _Request(each, here, _is_shared(shared, text(request, "name", path)), pods), catalog
                )


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
            names.update(listed)
    return names


def _is_shared(shared: set[str] | None, name: str | None) -> bool:
    return shared is None or name in shared


@dataclass(frozen=True, slots=True)
class _Request:
    """One request for devices of one class, and for how many pods it is made."""

    body: dict[str, Any]
    path: str
    is_shared: bool
    pods: int


def _add(intent: Intent, request: _Request, catalog: Catalog) -> None:
    class_name = text(request.body, "deviceClassName", request.path) or UNKNOWN
    device = of_device_class(class_name.lower())
    if device is None:
        return
    count = _count(intent, request.body, request.path)
    product, profile = _selected(request.body, request.path)
    entry = entry_of(product.name, catalog) if product.name != UNKNOWN else None
    if entry is not None and device.vendor not in {UNKNOWN, entry.vendor}:
        entry = None
    accelerator: Accelerator = {
        "vendor": entry.vendor if entry and device.vendor == UNKNOWN else device.vendor,
        "resource": f"{CLAIM_RESOURCE}/{class_name}",
        "class": entry.class_name if entry else UNKNOWN,
        "product": product.name,
        "count": count,
        "pods": request.pods,
        "total": min(count * request.pods, MAX_INT64),
        # Who has administrative access gets devices that others have claimed.
        "shared": request.is_shared or request.body.get("adminAccess") is True,
        "allocation": "claim",
        "alternatives": [],
        "source": request.path,
    }
    memory = mig_memory(profile) if profile else entry.memory_mib if entry else None
    if profile:
        accelerator["migProfile"] = profile
    if memory is not None:
        accelerator["memoryMib"] = memory
    intent["accelerators"].append(accelerator)


def _count(intent: Intent, request: dict[str, Any], path: str) -> int:
    if text(request, "allocationMode", path) == "All":
        note(intent, member(path, "allocationMode"), "all matching devices of a node are claimed")
        return MAX_INT64
    number = whole_quantity(request.get("count", 1))
    if number is None:
        note(intent, member(path, "count"), "the number of devices can't be read")
        return MAX_INT64
    return number


def _selected(request: dict[str, Any], path: str) -> tuple[Product, str]:
    """The product and the MIG profile that all selectors together ask for, as far as they say it plainly."""
    found: dict[str, str] = {}
    here = member(path, "selectors")
    for index, selector in enumerate(mappings(request, "selectors", path)):
        at = element(here, index)
        found |= attributes_of(text(mapping(selector, "cel", at), "expression", member(at, "cel")) or "")
    named = next((found[key] for key in _PRODUCTS if found.get(key)), "")
    product = normalized(named) if named else Product(name=UNKNOWN, mig_profile="", shared=False)
    return product, found.get("profile", "")
