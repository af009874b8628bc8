"""All devices that the Catalog knows, and which of them classes and selectors leave open."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from interlock.cel.libraries.kubernetes.amounts import Quantity
from interlock.cel.libraries.kubernetes.semver import Semver
from interlock.devices.described import described
from interlock.devices.selector import Selected, selected
from interlock.model.catalog import Catalog
from interlock.model.devices import DeviceClassEntry, DeviceEntry

_REMEMBERED: Final = 512
_LONGEST_REMEMBERED: Final = 1024


@dataclass(frozen=True, slots=True)
class Device:
    """One known kind of devices: the product, and the MIG profile, which is empty of a whole device."""

    product: str
    mig_profile: str
    value: Any
    """It as CEL sees it."""


@dataclass(frozen=True, slots=True, eq=False)
class Inventory:
    """Known devices by position, and classes of them by name.

    It remembers the latest answers; requests decide which, so both their number and the
    length of what they are for are bounded.
    """

    devices: tuple[Device, ...]
    classes: dict[str, tuple[str, ...]]
    _answers: dict[str, Selected] = field(default_factory=dict)

    def selected(self, expression: str) -> Selected:
        """The devices that the selector `expression` leaves open."""
        found = self._answers.get(expression)
        if found is None:
            found = selected(expression, tuple(device.value for device in self.devices))
            if len(expression) <= _LONGEST_REMEMBERED:
                if len(self._answers) >= _REMEMBERED:
                    self._answers.clear()
                self._answers[expression] = found
        return found

    def of_class(self, name: str) -> Selected | None:
        """The devices of the class `name`, or None where nobody knows the class."""
        selectors = self.classes.get(name)
        if selectors is None:
            return None
        return combined([self.selected(each) for each in selectors], len(self.devices))

    def with_capacity(self, name: str, amount: Quantity) -> frozenset[int]:
        """The devices that may have so much of the capacity `name`."""
        known = [_known(device, "capacity", name) for device in self.devices]
        return frozenset(at for at, found in enumerate(known) if found is None or found.amount >= amount.amount)

    def attribute(self, position: int, name: str) -> str | int | bool | Semver | None:
        """The attribute `name` of the device at `position`; None where it isn't known."""
        found: str | int | bool | Semver | None = _known(self.devices[position], "attributes", name)
        return found


def combined(answers: Iterable[Selected], devices: int) -> Selected:
    """What several selectors leave open together, of so many devices; the first fault counts."""
    positions, cost, fault = frozenset(range(devices)), 0, ""
    for each in answers:
        positions &= each.positions
        cost += each.cost
        fault = fault or each.fault
    return Selected(positions, cost, fault)


def inventory_of(catalog: Catalog) -> Inventory:
    """The devices and classes of `catalog`."""
    return _inventory(catalog.devices, catalog.device_classes)


@lru_cache(maxsize=8)
def _inventory(entries: tuple[DeviceEntry, ...], classes: tuple[DeviceClassEntry, ...]) -> Inventory:
    # Whether its driver makes slices, so that whole devices have no profile.
    drivers = {entry.driver: False for entry in entries}
    drivers |= {entry.driver: True for entry in entries if entry.mig_profiles}
    devices = tuple(
        Device(name, profile, described(entry, profile, drivers))
        for entry in entries
        for name in entry.names
        for profile in ("", *entry.mig_profiles)
    )
    return Inventory(devices, {name: each.selectors for each in classes for name in each.names})


def _known(device: Device, sort: str, name: str) -> Any:  # noqa: ANN401  # any attribute or capacity
    """What is known under `name`, which has a domain where it isn't the driver's; None where nothing is."""
    domain, slash, short = name.rpartition("/")
    return dict.get(dict.get(device.value[sort], domain if slash else device.value["driver"], {}), short)
