"""Expressions that have a given type: what stands for a part that was cut out.

A variable does where one can be declared. Of optional values and of types the
checker knows none, but it knows what makes them.
"""

from typing import Final

from interlock.cel.types import BOOL, BYTES, DOUBLE, DYN, INT, MAP_KEYS, STRING, UINT, CelType

WRAPPERS: Final = 2
"""How many forms a witness has around its variable at most."""

# The checker refuses variables of types with 13 levels; the place of a variable may add one.
_DEEPEST: Final = 11
_WRAPPED: Final = {
    BOOL: "Bool",
    INT: "Int64",
    UINT: "UInt64",
    DOUBLE: "Double",
    STRING: "String",
    BYTES: "Bytes",
}


def witness(type_: CelType, name: str, wrappers: int = WRAPPERS) -> tuple[str, CelType]:
    """A text of type `type_` in which there is only the variable `name`, and the type to declare it with.

    What neither a variable nor its surroundings can say of the type is dynamic.
    """
    if wrappers and not _is_declarable(type_):
        match type_:
            case CelType("optional_type", (value,)):
                text, declared = witness(value, name, wrappers - 1)
                return f"optional.of({text})", declared
            case CelType("type", (value,)):
                text, declared = witness(value, name, wrappers - 1)
                return f"type({text})", declared
            case CelType("list", (element,)):
                text, declared = witness(element, name, wrappers - 1)
                return f"[{text}]", declared
            case _:
                pass
    return name, _declarable(type_, _DEEPEST)


def _is_declarable(type_: CelType) -> bool:
    return type_.name not in {"optional_type", "type"} and all(map(_is_declarable, type_.parameters))


def _declarable(type_: CelType, levels: int) -> CelType:
    """The most that a variable can be declared with to hold values of `type_`."""
    match type_:
        case CelType("wrapper", (value,)):
            return CelType(f"google.protobuf.{_WRAPPED[value]}Value")
        case CelType("optional_type" | "type" | "error"):
            return DYN
        case CelType("list" | "map") if not levels:
            return DYN
        case CelType("list", (element,)):
            return CelType("list", (_declarable(element, levels - 1),))
        case CelType("map", (key, value)):
            return CelType("map", (key if key in MAP_KEYS else DYN, _declarable(value, levels - 1)))
        case _:
            return type_
