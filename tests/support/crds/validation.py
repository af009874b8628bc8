"""What an API server that knows our CustomResourceDefinitions says of a document."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, TypeAlias

from interlock.cel.activation import Activation
from interlock.cel.environment import Environment
from interlock.cel.libraries.kubernetes import versions
from interlock.cel.program import Program
from interlock.cel.schemas.nodes import Path
from interlock.cel.schemas.rules import ValidationRule, validation_rules
from interlock.cel.types import BOOL
from interlock.cel.values import EvaluationError
from interlock.crds.definitions import definitions
from interlock.spans import typed_in
from support.openapi import problems

Schema: TypeAlias = Mapping[str, Any]

_RULES: Final = "x-kubernetes-validations"
BY_KIND: Final = {each["spec"]["names"]["kind"]: each for each in definitions().values()}


def schema_of(kind: str) -> Schema:
    """The schema of objects of `kind`."""
    found: Schema = BY_KIND[kind]["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return found


def said(document: Mapping[str, Any]) -> list[str]:
    """All that the API server has against `document`; as there, rules are asked of what the schema takes."""
    schema = schema_of(document["kind"])
    # An object's other metadata is the API server's own to check.
    named = {
        **document,
        "metadata": {key: entry for key, entry in document["metadata"].items() if key == "name"},
    }
    return problems(named, schema) or list(_broken(document, schema, _programs(document["kind"]), _ROOT))


@cache
def compiled(
    kind: str, release: versions.Version = versions.NEWEST
) -> tuple[tuple[ValidationRule, Program], ...]:
    """The rules of `kind`, compiled as the API server of `release` compiles them."""
    libraries = versions.libraries(release)
    found = []
    for rule in validation_rules(BY_KIND[kind]):
        environment = Environment(rule.declarations, {"self": rule.subject}, {}, libraries)
        found.append((rule, environment.compile(typed_in(rule.text), expected=BOOL)))
    return tuple(found)


_ROOT: Final[Path] = ("spec", "versions", 0, "schema", "openAPIV3Schema")


@cache
def _programs(kind: str) -> Mapping[Path, Program]:
    return {rule.path: program for rule, program in compiled(kind)}


def _broken(value: Any, schema: Schema, programs: Mapping[Path, Program], path: Path) -> Iterator[str]:
    """The messages of all rules that are not true of `value` and what is in it."""
    for index, rule in enumerate(schema.get(_RULES, ())):
        if not _holds(programs[*path, _RULES, index, "rule"], value):
            yield rule["message"]
    for key, field in schema.get("properties", {}).items():
        if isinstance(value, dict) and key in value:
            yield from _broken(value[key], field, programs, (*path, "properties", key))
    if isinstance(value, dict) and "additionalProperties" in schema:
        for entry in value.values():
            yield from _broken(entry, schema["additionalProperties"], programs, (*path, "additionalProperties"))
    if isinstance(value, list) and "items" in schema:
        for item in value:
            yield from _broken(item, schema["items"], programs, (*path, "items"))


def _holds(program: Program, value: Any) -> bool:
    """Whether a rule is true of `value`; one that fails isn't."""
    try:
        return program.evaluate(Activation({"self": value})) is True
    except EvaluationError:
        return False
