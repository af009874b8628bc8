"""Obligations and advice: what a policy set declares, and the values that rules give."""

from typing import Annotated, TypeAlias

from pydantic import Field, PlainValidator, Strict, WithJsonSchema

from interlock.loading.kinds.common import MOST_ITEMS, Name, Shape, Text, broken_rule
from interlock.model.obligation import Merge

Written: TypeAlias = bool | int | str | list[str]
"""A value as its author wrote it; which of these it has to be is for the declared merge to say."""


def _written(value: object) -> object:
    if isinstance(value, list):
        if not value or not all(isinstance(each, str) and each.strip() for each in value):
            raise broken_rule("must list texts, at least one and none of them empty")
    elif not isinstance(value, bool | int | str):
        raise broken_rule("must be a text, a whole number, `true`, `false` or a list of texts")
    return value


_JSON_SCHEMA = {
    "anyOf": [
        {"type": ["boolean", "integer", "string"]},
        {"type": "array", "items": {"type": "string", "pattern": r"\S"}, "minItems": 1},
    ]
}

ObligedValue = Annotated[Written, PlainValidator(_written), WithJsonSchema(_JSON_SCHEMA)]

Obliged = Annotated[dict[str, ObligedValue], Field(min_length=1, max_length=MOST_ITEMS)]
"""Values by the names that the policy set declares."""


class DeclaredShape(Shape):
    """One obligation, or one piece of advice, that rules may name."""

    name: Name
    """The name that rules, decisions and callers use."""

    merge: Annotated[Merge, Strict(strict=False)]
    """How the values of several rules become one: the lowest or highest number, all names, the common ones, or
    only where they are equal."""

    description: Text
    """What whoever enforces a decision has to do about it."""
