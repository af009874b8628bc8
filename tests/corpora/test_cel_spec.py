"""The language definition's own conformance tests, on the standard language."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.frontend import RejectedError
from interlock.cel.libraries.comparison import equal
from interlock.cel.libraries.temporal import parse_duration, parse_timestamp
from interlock.cel.program import Activation
from interlock.cel.types import DYN, NAMED, CelType
from interlock.cel.values import EvaluationError, Uint, entries, type_of
from interlock.spans import typed_in

CORPUS = Path(__file__).parents[3] / "shared/corpora/cel-spec"
FILES = [
    "basic",
    "comparisons",
    "conversions",
    "fields",
    "fp_math",
    "integer_math",
    "lists",
    "logic",
    "macros",
    "namespace",
    "parse",
    "plumbing",
    "string",
    "timestamps",
]

# Their expected bytes hold a backslash that their expression does not.
GARBLED = {"triple_single_quoted_unescaped_punctuation", "triple_double_quoted_unescaped_punctuation"}

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the third-party test data is not beside this clone"
)


def value_of(typed: dict[str, Any]) -> Any:
    ((kind, raw),) = typed.items()
    match kind:
        case "int":
            return int(raw)
        case "uint":
            return Uint(raw)
        case "double":
            return float(raw)
        case "bytes":
            return base64.b64decode(raw)
        case "list":
            return [value_of(each) for each in raw]
        case "map":
            return entries((value_of(key), value_of(value)) for key, value in raw)
        case "timestamp":
            return parse_timestamp(raw)
        case "duration":
            return parse_duration(raw)
        case "type":
            return NAMED.get(raw, CelType(raw))
        case _:
            return raw


def type_named(text: str) -> CelType:
    name, _, rest = text.partition("(")
    if not rest:
        return NAMED.get(name, CelType(name))
    depth, parts, part = 0, [], ""
    for char in rest[:-1]:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append(part.strip())
            part = ""
        else:
            part += char
    return CelType(name, tuple(map(type_named, [*parts, part.strip()])))


def cases() -> Iterator[Any]:
    for name in FILES if CORPUS.is_dir() else ():
        for number, case in enumerate(json.loads((CORPUS / f"{name}.json").read_text())):
            if not case.get("needs_proto") and case["name"] not in GARBLED:
                yield pytest.param(case, id=f"{name}-{number}-{case['name']}")


@pytest.mark.parametrize("case", list(cases()))
def test_the_engine_agrees_with_the_language_definition(case: dict[str, Any]) -> None:
    declared = {each["name"]: type_named(each["type"]) for each in case["type_env"]}
    bindings = {name: value_of(value) for name, value in case["bindings"].items()}
    variables = dict.fromkeys(bindings, DYN) | declared
    environment = Environment(declare([]), variables, {}, container=case["container"])
    expect = case["expect"]
    try:
        program = environment.compile(typed_in(case["expr"]))
    except RejectedError:
        if "error" in expect or "any_of" in expect:
            return
        if case["disable_check"]:
            pytest.skip("only checked expressions are evaluated")
        raise
    if case["check_only"]:
        return
    try:
        value = program.evaluate(Activation(bindings))
    except EvaluationError:
        assert "error" in expect or "any_of" in expect
        return
    assert "error" not in expect
    expected = value_of(expect["value"])
    assert type_of(value) == type_of(expected)
    assert equal(value, expected) or (value != value and expected != expected)  # noqa: PLR0124  # NaN
