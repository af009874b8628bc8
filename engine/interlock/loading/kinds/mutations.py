"""What an IntentPolicy changes in objects before they are decided."""

from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema

from interlock.loading.kinds.common import AtLeastOne, Shape, Text, broken_rule
from interlock.model.intent import MAX_INT64, MIN_INT64


def _constant(value: object) -> object:
    if not isinstance(value, bool | int | str):
        raise broken_rule("must be a text, a whole number, `true` or `false`")
    return value


def _item(value: object) -> object:
    if not isinstance(value, bool | int | str | dict):
        raise broken_rule("must be a text, a whole number, `true`, `false` or a mapping")
    return value


Constant = Annotated[
    bool | int | str,
    PlainValidator(_constant),
    WithJsonSchema({"type": ["boolean", "integer", "string"]}),
]
Item = Annotated[
    Any,
    PlainValidator(_item),
    WithJsonSchema({"type": ["boolean", "integer", "string", "object"]}),
]
Number = Annotated[int, Field(ge=MIN_INT64, le=MAX_INT64)]


class MutationShape(Shape):
    """Where something is changed, and when."""

    path: AtLeastOne[Text]
    """The keys from the object's root to the place, such as `[metadata, labels, team]`; `*` stands for every
    item of a list."""

    when: Text = ""
    """A CEL condition on `object`, as it is before anything of this stratum is changed."""


class DefaultShape(MutationShape):
    """A constant for a place where nothing is."""

    value: Constant
    """The value: a text, a whole number, true or false."""


class ClampShape(MutationShape):
    """Bounds that a whole number is brought within, where there is one."""

    ceiling: Number | None = None
    """The highest that it may be."""

    floor: Number | None = None
    """The lowest that it may be."""


class UnionShape(MutationShape):
    """Items that a list has."""

    items: AtLeastOne[Item]
    """The items: texts, whole numbers, true, false or mappings. Those that the list lacks are added to it."""


class LockShape(MutationShape):
    """A constant for a place, whatever is there, or instead of some values alone."""

    value: Constant
    """The value: a text, a whole number, true or false."""

    instead: AtLeastOne[Constant] = ()
    """The values whose place it takes; without it, all."""
