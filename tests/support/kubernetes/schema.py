"""Structural schemas of custom resources: what they default, drop and refuse."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

import re2

from support.kubernetes.resources import Object

_OPEN: Final = "x-kubernetes-preserve-unknown-fields"
_EMBEDDED: Final = "x-kubernetes-embedded-resource"
_CHOICES: Final = ("anyOf", "oneOf")
_EVERYWHERE: Final = {"apiVersion", "kind", "metadata"}
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}

Fault = tuple[str, str]


def defaulted(schema: Object, value: Any) -> Any:
    """`value` with what `schema` defaults, where it has nothing."""
    if isinstance(value, dict):
        for key, each in (schema.get("properties") or {}).items():
            if key not in value and "default" in each:
                value[key] = deepcopy(each["default"])
        return {key: defaulted(_of(schema, key) or {}, each) for key, each in value.items()}
    if isinstance(value, list):
        return [defaulted(schema.get("items") or {}, each) for each in value]
    return value


def pruned(schema: Object, value: Any, path: str = "") -> tuple[Any, list[str]]:
    """`value` without the fields that `schema` does not know, and which they were."""
    dropped: list[str] = []
    if isinstance(value, dict):
        kept = {}
        for key, each in value.items():
            # What a schema says of metadata limits its values, never its fields.
            is_metadata = (not path or schema.get(_EMBEDDED)) and key in _EVERYWHERE
            below = {_OPEN: True} if is_metadata else _of(schema, key)
            if below is None and not schema.get(_OPEN):
                dropped.append(f"{path}.{key}".lstrip("."))
                continue
            kept[key], more = pruned(below or {_OPEN: True}, each, f"{path}.{key}".lstrip("."))
            dropped += more
        return kept, dropped
    if isinstance(value, list):
        found = [
            pruned(schema.get("items") or {_OPEN: True}, each, f"{path}[{index}]")
            for index, each in enumerate(value)
        ]
        return [each for each, _ in found], [name for _, names in found for name in names]
    return value, dropped


def faults(schema: Object, value: Any, path: str = "") -> Iterator[Fault]:
    """What in `value` breaks `schema`: where, and why."""
    if value is None and schema.get("nullable"):
        return
    if not _typed(schema, value):
        yield path or "<root>", f"Invalid value: {_spelled(value)}: must be of type {schema.get('type')}"
        return
    yield from ((path, why) for why in _limits(schema, value))
    yield from _combined(schema, value, path)
    if isinstance(value, dict):
        yield from (
            (f"{path}.{key}".lstrip("."), "Required value")
            for key in schema.get("required", ())
            if key not in value
        )
        for key, each in value.items():
            yield from faults(_of(schema, key) or {}, each, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from faults(schema.get("items") or {}, each, f"{path}[{index}]")


def _of(schema: Object, key: str) -> Object | None:
    found = (schema.get("properties") or {}).get(key)
    if found is None:
        found = schema.get("additionalProperties")
    if found is True:
        return {_OPEN: True}
    return found or None


def _typed(schema: Object, value: Any) -> bool:
    if schema.get("x-kubernetes-int-or-string"):
        return isinstance(value, int | str) and not isinstance(value, bool)
    wanted = schema.get("type")
    if wanted is None:
        return True
    return isinstance(value, _TYPES[wanted]) and (wanted == "boolean" or not isinstance(value, bool))


def _limits(schema: Object, value: Any) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        listed = ", ".join(map(_spelled, schema["enum"]))
        yield f"Unsupported value: {_spelled(value)}: supported values: {listed}"
    size, what = _size(value)
    if what and (low := schema.get(f"min{what}")) is not None and size < low:
        yield f"Invalid value: {_spelled(value)}: should have at least {low} of {what.lower()}"
    if what and (high := schema.get(f"max{what}")) is not None and size > high:
        yield f"Invalid value: {_spelled(value)}: should have at most {high} of {what.lower()}"
    if isinstance(value, str) and not re2.search(schema.get("pattern", ""), value):
        yield f"Invalid value: {_spelled(value)}: should match '{schema['pattern']}'"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value < schema.get("minimum", value):
            yield f"Invalid value: {value}: should be greater than or equal to {schema['minimum']}"
        if value > schema.get("maximum", value):
            yield f"Invalid value: {value}: should be less than or equal to {schema['maximum']}"


def _size(value: Any) -> tuple[int, str]:
    match value:
        case str():
            return len(value), "Length"
        case list():
            return len(value), "Items"
        case dict():
            return len(value), "Properties"
        case _:
            return 0, ""


def _combined(schema: Object, value: Any, path: str) -> Iterator[Fault]:
    for each in schema.get("allOf", ()):
        yield from faults(each, value, path)
    hits = {how: sum(not list(faults(each, value, path)) for each in schema.get(how, ())) for how in _CHOICES}
    if ("anyOf" in schema and not hits["anyOf"]) or ("oneOf" in schema and hits["oneOf"] != 1):
        yield path, "Invalid value: must validate one of the schemas (anyOf, oneOf)"
    if "not" in schema and not list(faults(schema["not"], value, path)):
        yield path, "Invalid value: must not validate the schema (not)"


def _spelled(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
