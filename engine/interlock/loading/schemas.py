"""A document kind's JSON Schema, for editors: pydantic's, in the dialect that editors read."""

from typing import Any, TypeAlias

from pydantic import BaseModel

_Json: TypeAlias = dict[str, Any] | list[Any] | str | int | float | bool | None

_NULL = {"type": "null"}
_DRAFT = "http://json-schema.org/draft-07/schema#"


def json_schema(kind: str, model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema, draft 7, of documents of `kind`, whose shape is `model`.

    A document that loads is valid against it. The reverse does not hold:
    checks that need two fields or two documents are not in it.
    """
    schema = model.model_json_schema(ref_template="#/definitions/{model}")
    definitions = {name: _draft7(shape) for name, shape in schema.pop("$defs").items()}
    return {"$schema": _DRAFT, **_draft7(schema), "title": kind, "definitions": definitions}


def _draft7(schema: dict[str, Any]) -> dict[str, Any]:
    """`schema` as draft 7 and authors know it: nothing beside `$ref`, no null, no empty default."""
    alternatives = schema.get("anyOf", [])
    if _NULL in alternatives:
        left = [alternative for alternative in alternatives if alternative != _NULL]
        written = left[0] if len(left) == 1 else {"anyOf": left}
        schema = {**written, **{key: entry for key, entry in schema.items() if key != "anyOf"}}
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
