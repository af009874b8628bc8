"""CEL types as documents write them: `string`, `list(tool)`, `map(string, dyn)`.

The Intent's records go by their names in lower case. A text that is no type
says why not.
"""

from dataclasses import dataclass
from typing import Final

import re2

from interlock.cel.declarations import declare
from interlock.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    UINT,
    CelType,
    list_of,
    map_of,
)
from interlock.model.intent import Intent
from interlock.model.seen import Headroom, History
from interlock.spelling import alternatives, quoted, suggestion

DECLARATIONS: Final = declare([Intent, Headroom, History])
"""What expressions know about the Intent, about accounts and runs, and about their records."""

_NAMED: Final = {
    **{type_.name: type_ for type_ in (BOOL, INT, UINT, DOUBLE, STRING, BYTES, DYN)},
    "timestamp": TIMESTAMP,
    "duration": DURATION,
    **{name.removeprefix("interlock.").lower(): CelType(name) for name in DECLARATIONS.fields},
}
TYPE_NAMES: Final = frozenset(_NAMED)
"""The names of types that have no parameters."""

_SPELLINGS: Final = {type_.name: name for name, type_ in _NAMED.items()}
_KEYS: Final = frozenset({"bool", "dyn", "int", "string", "uint"})
_DEEPEST: Final = 8
_part = re2.compile(r"[A-Za-z_][A-Za-z0-9_.]*|[^\s]")


class UnknownTypeError(Exception):
    """A text that is no type; the message goes on after its place."""


def parse_type(text: str) -> CelType:
    """The type that `text` writes.

    Raises:
        UnknownTypeError: it writes none.
    """
    reader = _Reader(text, _part.findall(text)[::-1])
    type_ = reader.type(0)
    reader.expect("")
    return type_


def write_type(type_: CelType) -> str:
    """`type_` as documents write it."""
    name = _SPELLINGS.get(type_.name, type_.name.removeprefix("interlock."))
    if not type_.parameters:
        return name
    return f"{name}({', '.join(map(write_type, type_.parameters))})"


def is_assignable(type_: CelType, target: CelType) -> bool:
    """Whether a value of `type_` can stand where `target` is asked for; what is dynamic can anywhere."""
    if DYN in (type_, target):
        return True
    return (
        type_.name == target.name
        and len(type_.parameters) == len(target.parameters)
        and all(map(is_assignable, type_.parameters, target.parameters))
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """A text and what is left of its parts, the next one last."""

    text: str
    parts: list[str]

    def type(self, depth: int) -> CelType:
        name = self._next()
        if depth > _DEEPEST:
            raise UnknownTypeError(f"nests more than {_DEEPEST} deep: write `dyn`")
        match name:
            case "list":
                return list_of(*self._parameters(1, depth))
            case "map":
                key, value = self._parameters(2, depth)
                if key.name not in _KEYS:
                    keys = alternatives(sorted(_KEYS))
                    raise UnknownTypeError(f"can't have keys of type {quoted(write_type(key))}: choose {keys}")
                return map_of(key, value)
            case _ if name in _NAMED:
                return _NAMED[name]
            case _:
                hint = suggestion(name, [*_NAMED, "list", "map"])
                raise UnknownTypeError(f"can't be {quoted(self.text)}: {hint}")

    def expect(self, part: str) -> None:
        if self._next() != part:
            example = "write a type such as `list(string)` or `map(string, dyn)`"
            raise UnknownTypeError(f"can't be {quoted(self.text)}: {example}")

    def _parameters(self, number: int, depth: int) -> list[CelType]:
        found: list[CelType] = []
        for before in "(,"[:number]:
            self.expect(before)
            found.append(self.type(depth + 1))
        self.expect(")")
        return found

    def _next(self) -> str:
        return self.parts.pop() if self.parts else ""
