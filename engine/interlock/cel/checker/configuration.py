"""Libraries as the checker's configuration: which of its extensions to use, and what to declare beside.

The checker can't add overloads to a function that it knows: one that a library
extends is taken out of its standard library and declared anew with all of its
overloads, and one that belongs to an extension is merged, which only plain
types can be.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from interlock.cel.libraries.overloads import Library, Overload
from interlock.cel.types import NAMED, CelType


@dataclass(frozen=True, slots=True)
class Configuration:
    """`environment` is the checker's environment file as plain data; `merged` is added to its extensions."""

    environment: Mapping[str, Any]
    merged: tuple[Overload, ...]


def configured(standard: Library, libraries: Iterable[Library]) -> Configuration:
    """What the checker has to be told so that it knows `libraries` beside its own `standard` one."""
    known = {overload.function: overload for overload in standard.overloads}
    extensions = [library for library in libraries if library.extension is not None]
    extended = {overload.function for library in extensions for overload in library.overloads}
    own = [overload for library in libraries if library.extension is None for overload in library.overloads]
    merged = tuple(overload for overload in own if overload.function in extended)
    declared: dict[str, dict[str, Overload]] = {}
    for overload in own:
        if overload.function not in extended:
            declared.setdefault(overload.function, {})[overload.id] = overload
    redeclared = sorted(declared.keys() & known)
    for overload in standard.overloads:
        if overload.function in redeclared:
            declared[overload.function][overload.id] = overload
    opaque = sorted(
        {
            type_.name
            for overload in own
            for type_ in (overload.result, *overload.parameters)
            if _is_opaque(type_)
        }
    )
    environment = {
        "variables": [{"name": name, "type_name": "type", "params": [{"type_name": name}]} for name in opaque],
        "stdlib": {"exclude_functions": [{"name": name} for name in redeclared]},
        "extensions": [
            {"name": name, "version": version}
            for name, version in sorted({library.extension for library in extensions if library.extension})
        ],
        "functions": [
            {"name": name, "overloads": [_overload(overload) for overload in overloads.values()]}
            for name, overloads in declared.items()
        ],
    }
    return Configuration({name: part for name, part in environment.items() if part}, merged)


def _is_opaque(type_: CelType) -> bool:
    """Whether values of the type are a library's own; such a type can be named in expressions."""
    return not type_.is_parameter and type_.name not in NAMED


def _overload(overload: Overload) -> dict[str, Any]:
    types = [_type(type_) for type_ in overload.parameters]
    target = {"target": types.pop(0)} if overload.is_member else {}
    return {"id": overload.id, **target, "args": types, "return": _type(overload.result)}


def _type(type_: CelType) -> dict[str, Any]:
    if type_.is_parameter:
        return {"type_name": type_.name.removeprefix("~"), "is_type_param": True}
    parameters = [_type(parameter) for parameter in type_.parameters]
    return {"type_name": type_.name, "params": parameters} if parameters else {"type_name": type_.name}
