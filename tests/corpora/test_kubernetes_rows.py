"""The expressions of Kubernetes' own tests of its CEL libraries, with the values that they expect."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.frontend import RejectedError
from interlock.cel.libraries.comparison import equal
from interlock.cel.libraries.kubernetes.amounts import parse as quantity
from interlock.cel.libraries.kubernetes.semver import SEMVER_V0
from interlock.cel.libraries.kubernetes.semver import parse as semver
from interlock.cel.libraries.kubernetes.url import url
from interlock.cel.libraries.kubernetes.versions import NEWEST, libraries, mutation_libraries
from interlock.cel.libraries.network import NETWORK, parse_cidr, parse_ip
from interlock.cel.libraries.overloads import Library
from interlock.cel.libraries.temporal import parse_duration
from interlock.cel.types import DOUBLE, INT, STRING, CelType, list_of, map_of
from interlock.cel.values import NONE, EvaluationError, Optional, Uint, entries, optional, type_of
from interlock.spans import typed_in

CORPORA = Path(__file__).parents[3] / "shared/corpora"
FILES = ["quantity", "ip", "cidr", "semver", "format", "lists", "regex", "urls", "jsonpatch", "sets"]
TYPES = {
    "list": list_of(INT),
    "map": map_of(STRING, INT),
    "list(int)": list_of(INT),
    "list(double)": list_of(DOUBLE),
    "list(string)": list_of(STRING),
}

pytestmark = pytest.mark.skipif(
    not CORPORA.is_dir(), reason="the third-party test data is not beside this clone"
)


def value_of(typed: dict[str, Any]) -> Any:
    ((kind, raw),) = typed.items()
    read = {"quantity": quantity, "ip": parse_ip, "cidr": parse_cidr, "semver": semver, "url": url}
    if kind in read:
        return read[kind](raw)
    match kind:
        case "int":
            return int(raw)
        case "uint":
            return Uint(raw)
        case "double":
            return float(raw)
        case "list":
            return [value_of(each) for each in raw]
        case "map":
            return entries((value_of(key), value_of(value)) for key, value in raw)
        case "duration":
            return parse_duration(raw)
        case "optional":
            return NONE if raw is None else optional(value_of(raw))
        case _:
            return raw


def rows(*names: str) -> Iterator[Any]:
    for name in names if CORPORA.is_dir() else ():
        for number, row in enumerate(json.loads((CORPORA / f"kubernetes-cel/{name}.json").read_text())):
            yield pytest.param(row, id=f"{name}-{number}-{row.get('name', '')}")


def outcome(text: str, libraries_: tuple[Library, ...], variables: dict[str, Any]) -> dict[str, Any]:
    """The value of the expression, or where it fails."""
    types = {name: TYPES.get(each["type"], CelType(each["type"])) for name, each in variables.items()}
    try:
        program = Environment(declare([]), types, {}, libraries=libraries_).compile(typed_in(text))
    except RejectedError:
        return {"compile_error": True}
    values = {name: value_of(each["value"]) for name, each in variables.items()}
    try:
        return {"value": program.evaluate(Activation(values))}
    except EvaluationError:
        return {"error": True}


def check(found: dict[str, Any], expected: dict[str, Any]) -> None:
    # Our messages never hold values, so that one is an error is all that is compared.
    if expected.keys() & {"error", "compile_error"}:
        assert found.keys() == expected.keys()
        return
    assert found.keys() == {"value"}
    value, wanted = found["value"], value_of(expected)
    assert type_of(value) == type_of(wanted)
    if isinstance(value, Optional):
        assert value == wanted
    assert equal(value, wanted)


@pytest.mark.parametrize("row", list(rows(*FILES)))
def test_the_libraries_agree_with_kubernetes(row: dict[str, Any]) -> None:
    expected = row.get("expect", {"bool": True})
    check(outcome(row["expr"], mutation_libraries(NEWEST), row.get("variables", {})), expected)


@pytest.mark.parametrize("row", [row for row in rows("semver") if row.values[0]["version"] == 0])
def test_the_first_semver_library_agrees_with_kubernetes(row: dict[str, Any]) -> None:
    older = tuple(each for each in libraries(NEWEST) if each.name != SEMVER_V0.name)
    check(outcome(row["expr"], (*older, SEMVER_V0), {}), row["expect"])


def network_cases() -> Iterator[Any]:
    path = CORPORA / "cel-spec/network_ext.json"
    for case in json.loads(path.read_text()) if path.is_file() else ():
        yield pytest.param(case, id=f"{case['section']}-{case['name']}")


@pytest.mark.parametrize("case", list(network_cases()))
def test_the_network_library_agrees_with_the_language_definition(case: dict[str, Any]) -> None:
    found = outcome(case["expr"], (NETWORK,), {})
    if "error" in case["expect"]:
        assert found.keys() & {"error", "compile_error"}
    else:
        check(found, case["expect"]["value"])
