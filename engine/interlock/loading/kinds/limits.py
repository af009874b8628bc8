"""What an IntentPolicy bounds: each bound is a constant, or a text that is a CEL expression."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, PlainValidator, WithJsonSchema

from interlock.loading.kinds.common import LONGEST_TEXT, MOST_ITEMS, Name, Shape, Text, broken_rule
from interlock.loading.kinds.obligations import Obliged
from interlock.model.intent import MAX_INT64, MIN_INT64

_EXPRESSION: dict[str, Any] = {"type": "string", "maxLength": LONGEST_TEXT, "pattern": r"\S"}

_OF_NUMBERS = ("ceiling", "floor")
_OF_TEXTS = ("allowed", "blocked")
BOUNDS = (*_OF_NUMBERS, *_OF_TEXTS)
"""The bounds that a limit can have, by name."""


def _number(value: object) -> object:
    if isinstance(value, bool) or not (isinstance(value, int) or _is_expression(value)):
        raise broken_rule("must be a whole number, or a text with a CEL expression that gives one")
    if isinstance(value, int) and not MIN_INT64 <= value <= MAX_INT64:
        raise broken_rule("must fit into 64 bits")
    return value


def _names(value: object) -> object:
    if _is_expression(value):
        return value
    if value == []:
        raise broken_rule("is empty: add an entry")
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_ITEMS or not all(map(_is_text, value)):
        raise broken_rule("must be a list of texts, or a text with a CEL expression that gives one")
    return frozenset(value)


def _is_expression(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= LONGEST_TEXT


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT


NumberBound = Annotated[
    int | str | None, PlainValidator(_number), WithJsonSchema({"anyOf": [{"type": "integer"}, _EXPRESSION]})
]
NamesBound = Annotated[
    frozenset[str] | str | None,
    PlainValidator(_names),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": MOST_ITEMS},
                _EXPRESSION,
            ]
        }
    ),
]


def _any_of(*fields: str) -> dict[str, Any]:
    """The JSON Schema of mappings with at least one of `fields`."""
    return {"anyOf": [{"required": [field]} for field in fields]}


class LimitShape(Shape):
    """Bounds of what an expression measures. All limits on the same measure hold together."""

    # Editors can tell; when loading, decoding says it in words.
    model_config = ConfigDict(json_schema_extra={"oneOf": [_any_of(*_OF_NUMBERS), _any_of(*_OF_TEXTS)]})

    name: Name
    """The limit's name, unique among the policy's rules and limits. Decisions, reports and waivers use it."""

    of: Text
    """A CEL expression of what is bounded: a whole number, a text or a list of texts. An optional value that is
    absent is not bounded."""

    ceiling: NumberBound = None
    """The highest number that is allowed."""

    floor: NumberBound = None
    """The lowest number that is allowed."""

    allowed: NamesBound = None
    """The only texts that are allowed."""

    blocked: NamesBound = None
    """Texts that are not allowed."""

    message: Text = ""
    """What is wrong, for the person whose request is denied; without it the engine says it."""

    remedy: Text = ""
    """What that person can do about it."""

    obligations: Obliged = Field(default_factory=dict)
    """What a denial by the limit obliges to."""

    advice: Obliged = Field(default_factory=dict)
    """What goes with such a denial and may be ignored."""

    waivable: bool = True
    """Whether a waiver may lift the limit's violations."""
