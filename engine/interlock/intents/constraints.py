"""Attributes that the devices of several requests have to have in common.

Source: `DeviceConstraint.matchAttribute` of resource.k8s.io. It only narrows
what may be allocated; what isn't known of a device satisfies it.
"""

from dataclasses import replace
from typing import Any, Final

from interlock.devices.inventory import Inventory
from interlock.intents.allocations import Asked
from interlock.intents.draft import few
from interlock.intents.fields import mappings, text, texts
from interlock.intents.paths import element, members

_MOST: Final = 32
"""What the API server takes in one claim."""

_OPEN: Final = object()


def narrowed(claim: dict[str, Any], path: str, asked: list[Asked], inventory: Inventory) -> list[Asked]:
    """`asked` by the claim at `path`, without the devices that would leave another request with none."""
    devices = claim.get("devices")
    if not isinstance(devices, dict) or not devices.get("constraints"):
        return asked
    here = members(path, "devices", "constraints")
    constraints = few(
        mappings(devices, "constraints", members(path, "devices")), "constraints in a claim", _MOST
    )
    for index, constraint in enumerate(constraints):
        at = element(here, index)
        attribute = text(constraint, "matchAttribute", at)
        if attribute:
            asked = _in_common(asked, set(texts(constraint, "requests", at)), attribute, inventory)
    return asked


def _in_common(asked: list[Asked], names: set[str], attribute: str, inventory: Inventory) -> list[Asked]:
    """`asked`, of which those that `names` mean, or all where there are none, have one value of `attribute`."""
    meant = [each for each in asked if not names or each.name in names or f"{each.name}/{each.form}" in names]
    values: dict[str, set[Any]] = {}
    for each in meant:
        values.setdefault(each.name, set()).update(_values(each, attribute, inventory))
    bounds = {name: found for name, found in values.items() if _OPEN not in found}
    return [_bounded(each, attribute, bounds, inventory) if each in meant else each for each in asked]


def _bounded(each: Asked, attribute: str, bounds: dict[str, set[Any]], inventory: Inventory) -> Asked:
    """`each` with the devices whose value every other request can have too; as it is where none is left."""
    others = [found for name, found in bounds.items() if name != each.name]
    left = frozenset(
        position
        for position in each.positions
        if (value := _value(position, attribute, inventory)) is _OPEN or all(value in found for found in others)
    )
    return replace(each, positions=left) if left else each


def _values(each: Asked, attribute: str, inventory: Inventory) -> set[Any]:
    """The values of `attribute` that the devices of `each` have; open where one may have any."""
    return {_value(position, attribute, inventory) for position in each.positions} or {_OPEN}


def _value(position: int, attribute: str, inventory: Inventory) -> Any:  # noqa: ANN401  # any attribute
    found = inventory.attribute(position, attribute)
    return _OPEN if found is None else found
