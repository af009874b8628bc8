"""Devices and device classes of a Catalog, in the forms of a ResourceSlice and a DeviceClass."""

from typing import Annotated

import re2
from pydantic import AfterValidator, ConfigDict, Field, model_validator

from interlock.cel.libraries.kubernetes import amounts, semver
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.devices.selector import readable
from interlock.loading.kinds.common import AtLeastOne, Many, Shape, Text, broken_rule
from interlock.model.intent import MAX_INT64, MIN_INT64

_PRODUCT = r"[a-z0-9][a-z0-9.+_-]{0,252}"
_NAME = r"(?:[a-z0-9][a-z0-9.-]{0,62}/)?[A-Za-z_][A-Za-z0-9_]{0,31}"
_PROFILE = r"(?:[1-9]c\.)?[1-9]g\.[0-9]{1,4}gb(?:\+[a-z.]+)?"
_is_product = re2.compile(_PRODUCT).fullmatch
_is_name = re2.compile(_NAME).fullmatch
_is_profile = re2.compile(_PROFILE).fullmatch
_KINDS = ("string", "int", "bool", "version")
_MOST_ATTRIBUTES = 32
"""Of one device, as in a ResourceSlice."""


def _product(text: str) -> str:
    if not _is_product(text):
        raise broken_rule("must be a product in lower case without `*`, such as `h100-80gb-hbm3`")
    return text


def _name(text: str) -> str:
    if not _is_name(text):
        raise broken_rule(
            "must be a name of an attribute, such as `productName`, after a domain and `/` if need be"
        )
    return text


def _profile(text: str) -> str:
    if not _is_profile(text):
        raise broken_rule("must be a MIG profile, such as `1g.10gb`")
    return text


def _version(text: str) -> str:
    try:
        semver.parse(text)
    except EvaluationError as error:
        raise broken_rule(f"must be a semantic version, such as `9.0.0`: {error}") from None
    return text


def _quantity(text: str) -> str:
    try:
        amounts.parse(text)
    except (EvaluationError, LimitExceeded):
        raise broken_rule("must be a quantity in quotes, such as `80Gi`") from None
    return text


def _selector(text: str) -> str:
    if fault := readable(text):
        raise broken_rule(f"must be a CEL expression over `device`: {fault}")
    return text


Product = Annotated[str, AfterValidator(_product), Field(json_schema_extra={"pattern": f"^{_PRODUCT}$"})]
QualifiedName = Annotated[str, AfterValidator(_name)]
Profile = Annotated[str, AfterValidator(_profile), Field(json_schema_extra={"pattern": f"^{_PROFILE}$"})]
Selector = Annotated[Text, AfterValidator(_selector)]


class AttributeShape(Shape):
    """What an attribute of a device is: exactly one of `string`, `int`, `bool` and `version`."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [kind]} for kind in _KINDS]})

    string: str | None = None
    """A text."""

    int_: int | None = Field(default=None, alias="int", ge=MIN_INT64, le=MAX_INT64)
    """A whole number."""

    bool_: bool | None = Field(default=None, alias="bool")
    """True or false."""

    version: Annotated[str, AfterValidator(_version)] | None = None
    """A semantic version."""

    @model_validator(mode="after")
    def _is_one(self) -> "AttributeShape":
        if sum(value is not None for value in (self.string, self.int_, self.bool_, self.version)) != 1:
            raise broken_rule("must have exactly one of `string`, `int`, `bool` and `version`")
        return self


class CapacityShape(Shape):
    """How much of something a device has."""

    value: Annotated[str, AfterValidator(_quantity)]
    """A quantity."""


class DeviceShape(Shape):
    """Products with the same attributes and capacities. What isn't said of them may be anything."""

    names: AtLeastOne[Product]
    """Products in lower case without the vendor; `accelerators` says what class they are of."""

    driver: Text
    """The driver that publishes them, such as `gpu.nvidia.com`."""

    attributes: Annotated[dict[QualifiedName, AttributeShape], Field(max_length=_MOST_ATTRIBUTES)] = Field(
        default_factory=dict
    )
    """What the driver says of every one of them, by name."""

    capacity: Annotated[dict[QualifiedName, CapacityShape], Field(max_length=_MOST_ATTRIBUTES)] = Field(
        default_factory=dict
    )
    """How much of what every one of them has, by name."""

    mig_profiles: Many[Profile] = ()
    """The MIG slices that can be made of one; they have its attributes."""


class DeviceClassShape(Shape):
    """Device classes that select the same devices."""

    names: AtLeastOne[Text]
    """What the classes are called, such as `gpu.nvidia.com`."""

    selectors: Many[Selector] = ()
    """CEL expressions over `device` that are all true of its devices."""
