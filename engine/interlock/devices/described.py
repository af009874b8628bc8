"""Known devices as the variable `device` of selectors."""

from collections.abc import Mapping
from typing import Any, Final

from interlock.cel.libraries.kubernetes import amounts, semver
from interlock.cel.values import OpenMap
from interlock.model.devices import Attribute, DeviceEntry, VersionText

_PROFILE: Final = "profile"
_OF_SLICES: Final = frozenset({_PROFILE, "parentUUID"})
"""What NVIDIA's driver says of MIG slices alone."""


def described(entry: DeviceEntry, profile: str, drivers: Mapping[str, bool]) -> Mapping[str, Any]:
    """A device of `entry`, or the MIG slice `profile` of one, as CEL sees it.

    What isn't known of it, since the driver finds it on the node, is neither there nor absent.
    Of the other `drivers`, which are true where they make slices, it has no attributes and no capacities.
    """
    foreign: dict[str, Any] = {driver: {} for driver in drivers if driver != entry.driver}
    attributes = dict(entry.attributes)
    if profile:
        attributes |= {"type": "mig", _PROFILE: profile}
    absent = _OF_SLICES if drivers[entry.driver] and not profile else frozenset[str]()
    capacity = {} if profile else {name: amounts.parse(amount) for name, amount in entry.capacity}
    values = {name: _value(attribute) for name, attribute in attributes.items()}
    return OpenMap(
        {
            "driver": entry.driver,
            "attributes": OpenMap(foreign | _by_domain(values, entry.driver, absent)),
            "capacity": OpenMap(foreign | _by_domain(capacity, entry.driver, frozenset())),
        }
    )


def _by_domain(values: Mapping[str, Any], driver: str, absent: frozenset[str]) -> dict[str, OpenMap]:
    """The values by the domains of their names, where what has none is the driver's."""
    found: dict[str, dict[str, Any]] = {driver: {}}
    for name, value in values.items():
        domain, slash, short = name.rpartition("/")
        found.setdefault(domain if slash else driver, {})[short] = value
    return {
        domain: OpenMap(known, absent if domain == driver else frozenset()) for domain, known in found.items()
    }


def _value(attribute: Attribute) -> str | int | bool | semver.Semver:
    return semver.parse(attribute.text) if isinstance(attribute, VersionText) else attribute
