"""Devices of dynamic resource allocation: what drivers publish of them, as far as it is known beforehand.

Source: `Device` and `DeviceClass` of resource.k8s.io. What a driver says only
of the one device that it found, such as its UUID, is in no entry.
"""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class VersionText:
    """An attribute that is a semantic version."""

    text: str


Attribute: TypeAlias = str | int | bool | VersionText


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEntry:
    """Products with the same attributes and capacities, which `driver` publishes.

    Attributes and capacities are sorted by their names, which start with a
    domain and a slash where it isn't the driver's. Capacities are quantities. Of each
    product there are also the slices of `mig_profiles`.
    """

    names: tuple[str, ...]
    driver: str
    attributes: tuple[tuple[str, Attribute], ...] = ()
    capacity: tuple[tuple[str, str], ...] = ()
    mig_profiles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceClassEntry:
    """Device classes by name, and the CEL expressions that a device of theirs satisfies, all of them."""

    names: tuple[str, ...]
    selectors: tuple[str, ...] = ()
