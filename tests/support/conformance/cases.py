"""The cases of the corpora, each with the environment that it is for."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from interlock.cel.libraries.extensions import (
    encoders,
    lists,
    macros,
    math,
    optionals,
    regex,
    sets,
    strings,
)
from interlock.cel.libraries.kubernetes.semver import SEMVER_V0
from interlock.cel.libraries.kubernetes.versions import NEWEST, mutation_libraries
from interlock.cel.libraries.network import NETWORK
from interlock.cel.libraries.overloads import Library, Overload
from interlock.cel.types import DYN, CelType
from support.conformance.typed import type_named, value_of

CORPORA: Final = Path(__file__).parents[4] / "shared/corpora"
SPECIFICATION: Final = "cel-spec"
KUBERNETES: Final = "kubernetes-cel"

EXTENSIONS: Final = (
    strings.VERSIONS[-1],
    math.VERSIONS[-1],
    lists.VERSIONS[-1],
    sets.VERSIONS[-1],
    encoders.VERSIONS[-1],
    regex.VERSIONS[-1],
    optionals.VERSIONS[-1],
    macros.BINDINGS,
    macros.TWO_VARIABLES,
    NETWORK,
)
"""All libraries that the language's own tests have a file for."""

_KUBERNETES: Final = mutation_libraries(NEWEST)
_WITH_FIRST_SEMVER: Final = (*(each for each in _KUBERNETES if each.name != SEMVER_V0.name), SEMVER_V0)

# Rows of sizes and costs, which are no expressions with a value.
_OF_COST: Final = frozenset({"cost", "size"})
# The type of a variable whose elements have none.
_BARE: Final[dict[str, str]] = {"list": "list(int)", "map": "map(string, int)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An expression over variables, and what it should be.

    `is_strict` says whether the checker and the evaluation are told apart:
    which of the two has to fail.
    """

    file: str
    id: str
    text: str
    expect: Mapping[str, Any]
    libraries: tuple[Library, ...]
    types: Mapping[str, CelType]
    values: Mapping[str, Any]
    container: str = ""
    is_checked: bool = True
    is_evaluated: bool = True
    is_strict: bool = False


def files(corpus: str) -> list[str]:
    """The files of a corpus that hold expressions with values; none where the corpus is absent."""
    return [path.stem for path in sorted((CORPORA / corpus).glob("*.json")) if path.stem not in _OF_COST]


def cases(corpus: str, file: str) -> Iterator[Case]:
    """The cases of a file that need no protocol buffers."""
    read = _of_specification if corpus == SPECIFICATION else _of_kubernetes
    for number, raw in enumerate(rows(corpus, file)):
        if not raw.get("needs_proto"):
            name = raw.get("name", "").replace(" ", "-") or str(raw["expr"])[:40]
            yield read(raw, f"{corpus}/{file}", f"{corpus}/{file}/{number}-{name}")


def rows(corpus: str, file: str) -> list[dict[str, Any]]:
    """The cases of a file as they are written."""
    found: list[dict[str, Any]] = json.loads((CORPORA / corpus / f"{file}.json").read_text(encoding="utf-8"))
    return found


def _of_specification(raw: dict[str, Any], file: str, id_: str) -> Case:
    values = {name: value_of(value) for name, value in raw["bindings"].items()}
    declared = {each["name"]: type_named(each["type"]) for each in raw["type_env"] if "type" in each}
    functions = tuple(_library(each) for each in raw["type_env"] if "function" in each)
    return Case(
        file=file,
        id=id_,
        text=raw["expr"],
        expect=raw["expect"],
        # A case that declares functions may name them as an extension does.
        libraries=functions or EXTENSIONS,
        types=dict.fromkeys(values, DYN) | declared,
        values=values,
        container=raw["container"],
        is_checked=not raw["disable_check"],
        is_evaluated=not raw["check_only"],
    )


def _library(declared: dict[str, Any]) -> Library:
    """The functions that a case declares, which are only checked."""
    overloads = tuple(
        Overload(
            id=each["overload_id"],
            function=declared["name"],
            parameters=tuple(map(type_named, each["params"])),
            result=type_named(each["result"]),
            compute=lambda *_: None,
            is_member=each["is_instance_function"],
        )
        for each in declared["function"]
    )
    return Library(name=declared["name"], overloads=overloads)


def _type(name: str) -> CelType:
    return type_named(_BARE.get(name, name))


def _of_kubernetes(raw: dict[str, Any], file: str, id_: str) -> Case:
    variables = raw.get("variables", {})
    expected = raw.get("expect", {"bool": True})
    return Case(
        file=file,
        id=id_,
        text=raw["expr"],
        expect=expected if expected.keys() & {"error", "compile_error"} else {"value": expected},
        libraries=_WITH_FIRST_SEMVER if raw.get("version") == 0 else _KUBERNETES,
        types={name: _type(each["type"]) for name, each in variables.items()},
        values={name: value_of(each["value"]) for name, each in variables.items()},
        is_strict=True,
    )
