import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interlock.policytest.schemas import json_schemas, texts

_FOLDER = Path(__file__).parents[3] / "docs" / "reference" / "schemas"


def _mappings(value: object) -> Iterator[dict[str, Any]]:
    """All mappings in `value`."""
    if isinstance(value, dict):
        yield value
        for entry in value.values():
            yield from _mappings(entry)
    if isinstance(value, list):
        for item in value:
            yield from _mappings(item)


def test_the_schemas_in_the_reference_are_current() -> None:
    found = {path.name: path.read_text(encoding="utf-8") for path in _FOLDER.iterdir()}
    assert found == texts(), "renew them: python -m interlock.policytest.schemas docs/reference/schemas"


def test_the_module_writes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["schemas", str(tmp_path)])
    monkeypatch.delitem(__import__("sys").modules, "interlock.policytest.schemas")
    runpy.run_module("interlock.policytest.schemas", run_name="__main__")
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == texts()


@pytest.mark.parametrize(
    "kind", ["IntentPolicy", "FunctionLibrary", "Catalog", "Waiver", "PolicySet", "PolicyTest"]
)
def test_a_schema_is_draft_7(kind: str) -> None:
    schema = json_schemas()[kind]
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert schema["properties"]["kind"]["const"] == kind
    for part in _mappings(schema):
        assert "$defs" not in part
        assert part.get("type") != "null"
        if "$ref" in part:
            assert part.keys() == {"$ref"}
            assert part["$ref"].removeprefix("#/definitions/") in schema["definitions"]


@pytest.mark.parametrize(
    "kind", ["IntentPolicy", "FunctionLibrary", "Catalog", "Waiver", "PolicySet", "PolicyTest"]
)
def test_every_field_is_described(kind: str) -> None:
    schema = json_schemas()[kind]
    # A table of fields is a mapping as well, and may have a field called `properties`.
    for part in (part for part in _mappings(schema) if part.get("type") == "object"):
        for name, field in part.get("properties", {}).items():
            (target,) = field.get("allOf", [field])
            shape = schema["definitions"].get(target.get("$ref", "").split("/")[-1], {})
            assert field.get("description") or shape.get("description"), f"{name} has no description"


def test_a_schema_knows_what_is_required_and_allowed() -> None:
    definitions = json_schemas()["IntentPolicy"]["definitions"]
    assert definitions["PolicySpec"]["required"] == ["layer", "description"]
    assert definitions["PolicySpec"]["additionalProperties"] is False
    assert definitions["Enforcement"]["enum"] == ["enforce", "warn", "audit"]
    assert definitions["RuleShape"]["oneOf"] == [
        {"required": ["require"]},
        {"required": ["forbid"]},
        {"required": ["permit"]},
    ]
    accelerator = json_schemas()["Catalog"]["definitions"]["AcceleratorShape"]
    assert accelerator["properties"]["memoryMib"]["type"] == "integer"
    assert json.dumps(json_schemas())
