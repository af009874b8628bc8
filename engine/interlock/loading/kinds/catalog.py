"""The document kind Catalog: what models, accelerators, tools, devices, subjects and resources are."""

from decimal import Decimal
from typing import Annotated, Any, Literal

import re2
from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from interlock.loading.kinds.common import (
    AtLeastOne,
    DigestText,
    Envelope,
    Many,
    Metadata,
    Shape,
    Text,
    broken_rule,
)
from interlock.loading.kinds.devices import DeviceClassShape, DeviceShape
from interlock.loading.kinds.entities import ResourceShape, ResourceTypeShape, SubjectShape
from interlock.model.intent import MAX_INT64

_SPECIAL = r"?\[\]"
_PRICE = r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,6})?"
_is_price = re2.compile(_PRICE).fullmatch
_MICRO = 1_000_000


def _price(value: object) -> int:
    """Micro-USD per million tokens. Floats are refused: they are not exact."""
    if isinstance(value, float):
        raise broken_rule(f'must be exact: quote it, as in "{value}"')
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _is_price(text):
        raise broken_rule('must be US dollars with at most 6 decimals in quotes, such as "1.25"')
    return int(Decimal(text) * _MICRO)


def _pattern(text: str) -> str:
    if not text.strip() or set("?[]") & set(text):
        raise broken_rule("must be a name in which only `*` is special")
    return text


def _lower(text: str) -> str:
    if text != text.lower():
        raise broken_rule("must be lower case, as product names are compared")
    return text


Price = Annotated[
    int,
    PlainValidator(_price),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": f"^{_PRICE}$"},
                {"type": "integer", "minimum": 0, "maximum": 999_999_999},
            ]
        }
    ),
]


def _without(special: str) -> dict[str, Any]:
    """The JSON Schema of texts that are not blank and have none of the `special` characters."""
    return {"pattern": rf"^[^{special}]*[^{special}\s][^{special}]*$"}


Pattern = Annotated[str, Field(max_length=253, json_schema_extra=_without(_SPECIAL)), AfterValidator(_pattern)]
ProductPattern = Annotated[Pattern, AfterValidator(_lower), Field(json_schema_extra=_without(f"{_SPECIAL}A-Z"))]


class PriceShape(Shape):
    """Prices in US dollars per million tokens, as decimal texts with at most six decimals."""

    input: Price
    """The price of a million input tokens."""

    output: Price
    """The price of a million output tokens."""


class ModelShape(Shape):
    """Models of one class."""

    names: AtLeastOne[Pattern]
    """The names that the models go by; `*` stands for any text, and the longest match wins."""

    class_name: Text = Field(alias="class")
    """The class that policies name, such as `frontier`."""

    provider: Text
    """Who offers the models."""

    hosting: Literal["external", "selfHosted"]
    """Whether data leaves for a provider (`external`) or stays on own machines (`selfHosted`)."""

    price: PriceShape | None = None
    """What tokens cost; unpriced without it."""


class AcceleratorShape(Shape):
    """Accelerators of one class."""

    names: AtLeastOne[ProductPattern]
    """Product names in lower case without the vendor's prefix; `*` stands for any text."""

    class_name: Text = Field(alias="class")
    """The class that policies name, such as `h100`."""

    vendor: Text
    """Who makes them."""

    memory_mib: Annotated[int, Field(ge=1, le=MAX_INT64)] | None = None
    """Memory of one accelerator in MiB."""


class ToolShape(Shape):
    """Tools of one class."""

    names: AtLeastOne[Pattern]
    """`server/tool` names; `*` stands for any text, and the longest match wins."""

    class_name: Text = Field(alias="class")
    """The class that policies name, such as `read`."""

    schema_digest: DigestText | None = None
    """The digest of the tool's schema that was reviewed."""


class CatalogSpec(Shape):
    """Entries by what they describe."""

    models: Many[ModelShape] = ()
    """What models are, and cost."""

    accelerators: Many[AcceleratorShape] = ()
    """What accelerators are."""

    tools: Many[ToolShape] = ()
    """What tools are."""

    devices: Many[DeviceShape] = ()
    """What drivers of dynamic resource allocation publish of devices."""

    device_classes: Many[DeviceClassShape] = ()
    """Which devices are of which class."""

    subjects: Many[SubjectShape] = ()
    """Who asks for access to resources."""

    resources: Many[ResourceShape] = ()
    """What is accessed."""

    resource_types: Many[ResourceTypeShape] = ()
    """What can be done with resources."""


class CatalogDocument(Envelope[Metadata]):
    """What the platform knows about models, accelerators, tools, devices, subjects and resources."""

    kind: Literal["Catalog"]
    """The kind of document."""

    spec: CatalogSpec
    """The entries."""
