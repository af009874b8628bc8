"""JSON Schemas of the kinds of documents, for editors: pydantic's, in the dialect that editors read.

Run as a module with a directory to write them there:
`python -m interlock.loading.schemas docs/reference/schemas`.
"""

import json
import sys
from pathlib import Path
from typing import Any, TypeAlias

from interlock.loading.validate import KINDS

_Json: TypeAlias = dict[str, Any] | list[Any] | str | int | float | bool | None

_NULL = {"type": "null"}
_DRAFT = "http://json-schema.org/draft-07/schema#"


def json_schemas() -> dict[str, dict[str, Any]]:
    """For each kind its JSON Schema, draft 7.

    A document that loads is valid against it. The reverse does not hold:
    checks that need two fields or two documents are not in it.
    """
    return {kind: _schema(kind) for kind in KINDS}


def texts() -> dict[str, str]:
    """The files' names and texts."""
    return {
        f"{kind.lower()}.schema.json": json.dumps(schema, indent=2) + "\n"
        for kind, schema in json_schemas().items()
    }


def _schema(kind: str) -> dict[str, Any]:
    schema = KINDS[kind].model_json_schema(ref_template="#/definitions/{model}")
    definitions = {name: _draft7(shape) for name, shape in schema.pop("$defs").items()}
    return {"$schema": _DRAFT, **_draft7(schema), "title": kind, "definitions": definitions}


def _draft7(schema: dict[str, Any]) -> dict[str, Any]:
    """`schema` as draft 7 and authors know it: nothing beside `$ref`, no null, no empty default."""
    alternatives = schema.get("anyOf", [])
    if _NULL in alternatives:
        (only,) = (alternative for alternative in alternatives if alternative != _NULL)
        schema = {**only, **{key: entry for key, entry in schema.items() if key != "anyOf"}}
    kept = {key: _each(entry) for key, entry in schema.items() if not _is_absence(key, entry)}
    if "$ref" in kept and len(kept) > 1:
        kept["allOf"] = [{"$ref": kept.pop("$ref")}]
    return kept


def _each(entry: _Json) -> _Json:
    if isinstance(entry, dict):
        return _draft7(entry)
    return [_each(item) for item in entry] if isinstance(entry, list) else entry


def _is_absence(key: str, entry: _Json) -> bool:
    """Whether a keyword only says that the field may be left out, or repeats the field's name."""
    return (key == "default" and entry in (None, "", [], {})) or (key == "title" and isinstance(entry, str))


if __name__ == "__main__":
    for name, text in texts().items():
        (Path(sys.argv[1]) / name).write_text(text, encoding="utf-8")
