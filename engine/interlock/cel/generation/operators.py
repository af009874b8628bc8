"""Where a CEL operator and a Python operator agree, given what is known of the operands.

Each entry says under which types the Python is right; everywhere else the
library's function is called.
"""

from collections.abc import Callable
from typing import Any, Final

from interlock.cel.generation.code import Code
from interlock.cel.libraries import strings
from interlock.cel.libraries.arithmetic import to_int
from interlock.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    UINT,
    CelType,
)
from interlock.cel.values import EvaluationError

Name = Callable[[Any], str]

_ORDERED: Final = frozenset({INT, UINT, DOUBLE, STRING, BYTES, TIMESTAMP, DURATION})
_SCALAR: Final = _ORDERED | {BOOL}
# Python compares these with anything as CEL does; True == 1 is the trap of the rest.
_SAFE_TO_COMPARE: Final = frozenset({STRING, BYTES, NULL})
_COMPARISONS: Final = {"_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">="}
_EQUALITIES: Final = {"_==_": "==", "_!=_": "!="}
_INT_ARITHMETIC: Final = {"_+_": "+", "_-_": "-", "_*_": "*"}
_OF_TIME: Final[dict[tuple[str | CelType, ...], CelType]] = {
    ("_+_", TIMESTAMP, DURATION): TIMESTAMP,
    ("_+_", DURATION, TIMESTAMP): TIMESTAMP,
    ("_+_", DURATION, DURATION): DURATION,
    ("_-_", TIMESTAMP, TIMESTAMP): DURATION,
    ("_-_", TIMESTAMP, DURATION): TIMESTAMP,
    ("_-_", DURATION, DURATION): DURATION,
}
_PREFIXES: Final = {"startsWith": "startswith", "endsWith": "endswith"}


def inline(function: str, operands: list[Code], name: Name) -> Code | None:
    """Python that computes `function` over `operands`, None where only the library is right.

    `name` gives the name of a global that holds a value.
    """
    match operands:
        case [operand]:
            return _unary(function, operand)
        case [left, right]:
            return _binary(function, left, right, name)
        case _:
            return None


def result(function: str, operands: list[Code]) -> CelType | None:
    """The type that the library's function gives for operands of these types, of time."""
    return _OF_TIME.get((function, *(operand.type for operand in operands)))


def _unary(function: str, operand: Code) -> Code | None:
    if function == "!_" and operand.type == BOOL:
        return Code(f"(not {operand.text})", BOOL)
    if function == "size":
        # Of CEL's values those have a length that have a size; the others raise.
        return Code(f"len({operand.text})", INT)
    return None


def _binary(function: str, left: Code, right: Code, name: Name) -> Code | None:
    if function in _EQUALITIES:
        return _equality(_EQUALITIES[function], left, right)
    if function in _COMPARISONS and left.type == right.type and left.type in _ORDERED:
        return Code(f"({left.text} {_COMPARISONS[function]} {right.text})", BOOL)
    if function in _INT_ARITHMETIC and left.type == right.type == INT:
        return Code(f"{name(to_int)}({left.text} {_INT_ARITHMETIC[function]} {right.text})", INT)
    # Two texts that nobody has seen may be too long together, which the library looks at.
    if function == "_+_" and left.type == right.type == STRING and (left.literal or right.literal):
        return Code(f"({left.text} + {right.text})", STRING)
    if function == "@in":
        return _membership(left, right, name)
    if function == "_[_]" and left.type.name == "map" and left.type.parameters[:1] == (STRING,):
        return Code(f"{left.text}[{right.text}]", left.type.parameters[1]) if right.type == STRING else None
    if right.type == STRING:
        return _text(function, left, right, name)
    return None


def _equality(operator: str, left: Code, right: Code) -> Code | None:
    if NULL in (left.type, right.type):
        word = "is" if operator == "==" else "is not"
        return Code(f"({left.text} {word} {right.text})", BOOL)
    if (left.type == right.type and left.type in _SCALAR) or {left.type, right.type} & _SAFE_TO_COMPARE:
        return Code(f"({left.text} {operator} {right.text})", BOOL)
    return None


def _membership(left: Code, right: Code, name: Name) -> Code | None:
    if isinstance(right.literal, list) and all(isinstance(each, str) for each in right.literal):
        # Only text equals text, and what has no hash raises.
        return Code(f"({left.text} in {name(frozenset(right.literal))})", BOOL)
    if left.type == STRING and (right.type.name == "list" or right.type.parameters[:1] == (STRING,)):
        return Code(f"({left.text} in {right.text})", BOOL)
    return None


def _text(function: str, left: Code, right: Code, name: Name) -> Code | None:
    if function in _PREFIXES and left.type in {STRING, DYN}:
        # What has no such method raises: only text has one that takes text.
        return Code(f"{left.text}.{_PREFIXES[function]}({right.text})", BOOL)
    if function == "contains":
        # `in` looks into lists and maps too; only text can find text.
        is_text = left.type == STRING
        return Code(
            f"({right.text} in {left.text})" if is_text else f"({left.text}.find({right.text}) >= 0)", BOOL
        )
    if left.type != STRING:
        return None
    if function == "matches" and isinstance(right.literal, str):
        try:
            search = strings.pattern(right.literal).search
        except EvaluationError:
            return None
        return Code(f"({name(search)}({left.text}) is not None)", BOOL)
    return None
