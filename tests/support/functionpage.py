"""The page of CEL's functions, made from the tables that the checker and the evaluator read."""

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import fill
from typing import Final

from interlock.cel.libraries.available import AVAILABLE
from interlock.cel.libraries.kubernetes.versions import brought
from interlock.cel.libraries.overloads import Library, Overload
from interlock.cel.libraries.standard import STANDARD
from interlock.cel.types import CelType

_SECTIONS: Final = tomllib.loads((Path(__file__).parent / "functionpage.toml").read_text(encoding="utf-8"))
# What the checker calls a macro's function, and what people write.
_WRITTEN: Final = {"math.@max": "math.greatest", "math.@min": "math.least"}

_HEAD: Final = """# CEL functions

Every function that expressions can call, by library, with the types that it takes and gives. `A`, `B` and
`T` are any type, one in all places of a line. The last column is the first Kubernetes release that has the
function, too. The language itself is on [its own page](cel.md).
"""


def function_page() -> str:
    """The whole page."""
    return "\n".join((_HEAD, *(_section(library) for library in (STANDARD, *AVAILABLE))))


def _section(library: Library) -> str:
    section = _SECTIONS[library.name]
    note = (
        fill(section["note"], 110, break_long_words=False, break_on_hyphens=False) if "note" in section else ""
    )
    rows = "".join(_rows(library))
    table = f"| function | types | Kubernetes |\n|---|---|---|\n{rows}" if rows else ""
    return "\n".join(part for part in (f"## {section['title']}\n", f"{note}\n" if note else "", table) if part)


def _rows(library: Library) -> Iterator[str]:
    named: dict[str, list[Overload]] = {}
    for overload in library.overloads:
        if not overload.function.startswith("@") and not _is_operator(overload):
            named.setdefault(_WRITTEN.get(overload.function, overload.function), []).append(overload)
    for name, overloads in named.items():
        releases = [str(found) for each in overloads if (found := brought(each.id)) is not None]
        release = "all" if library is STANDARD else min(releases, default="")
        yield f"| `{name}` | {'<br>'.join(f'`{_signature(each)}`' for each in overloads)} | {release} |\n"


def _is_operator(overload: Overload) -> bool:
    return "_" in overload.function and not overload.function.isidentifier()


def _signature(overload: Overload) -> str:
    name, types = _WRITTEN.get(overload.function, overload.function), list(overload.parameters)
    target = f"{_type(types.pop(0))}." if overload.is_member else ""
    return f"{target}{name}({_types(types)}) → {_type(overload.result)}"


def _types(types: Iterable[CelType]) -> str:
    return ", ".join(map(_type, types))


def _type(type_: CelType) -> str:
    name = type_.name.removeprefix("~").removeprefix("google.protobuf.").replace("optional_type", "optional")
    name = {"Timestamp": "timestamp", "Duration": "duration", "null_type": "null"}.get(name, name)
    return f"{name}({_types(type_.parameters)})" if type_.parameters else name
