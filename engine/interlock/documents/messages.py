"""What pydantic found, said to the author: where exactly, and what to write instead.

Unknown fields point at the key, wrong values at the value, missing fields at
the mapping that lacks them.
"""

from collections.abc import Collection, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from interlock.documents.document import Document
from interlock.documents.nodes import Path, written
from interlock.errors import Problem
from interlock.spans import Span
from interlock.spelling import closest, quoted, suggestion

_NOUNS = {
    "string_type": "text",
    "bool_type": "`true` or `false`",
    "int_type": "a whole number",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}
_SENTENCES = {
    "rule": "{message}",
    "too_short": "is empty: add an entry",
    "too_long": "has more than {max_length} entries: split the document",
    "string_too_long": "is longer than {max_length} characters: shorten it",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}

# Guessing what was meant takes time that a crafted document could ask for without end.
_MOST_ERRORS = 100


def explain(
    document: Document, kind: type[BaseModel], errors: Sequence[ErrorDetails], known: Collection[Span]
) -> list[Problem]:
    """One problem for each of `errors`, less those that only follow from another.

    `known` are the places of values that already have a problem. A field that
    is missing because its name is misspelt is one problem, not two.
    """
    errors = errors[:_MOST_ERRORS]
    unknown = [error["loc"] for error in errors if error["type"] == "extra_forbidden"]
    misspelt = {(*path[:-1], closest(str(path[-1]), _fields(kind, path[:-1]))) for path in unknown}
    problems: list[Problem] = []
    for error in errors:
        path = error["loc"]
        match error["type"]:
            case "extra_forbidden":
                hint = suggestion(str(path[-1]), _fields(kind, path[:-1]))
                message = f"unknown field {quoted(str(path[-1]))}: {hint}"
                problems.append(document.source.problem(document.key_span(path), message))
            case "missing":
                if path not in misspelt:
                    problems.append(document.problem(path[:-1], f"missing field `{written(path)}`"))
            case _:
                if document.span(path) not in known and not _only_follows(error):
                    problems.append(document.problem(path, f"{_subject(path)} {_wrong(error)}"))
    return problems


def _only_follows(error: ErrorDetails) -> bool:
    """Whether a list seems too short only because its items are wrong."""
    return error["type"] == "too_short" and len(error["input"]) > 0


def _subject(path: Path) -> str:
    return quoted(written(path)) if path else "document"


def _wrong(error: ErrorDetails) -> str:
    """What is wrong with a value, as the rest of a sentence about its path."""
    context: dict[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "enum" | "literal_error":
            # Pydantic lists the choices in single quotes; none of ours contains one.
            return _not_a_choice(error["input"], context["expected"].split("'")[1::2])
        case found if found in _NOUNS:
            return f"must be {_NOUNS[found]}{_quoting_hint(found, error['input'])}"
        case found:
            return _SENTENCES.get(found, "is not valid").format_map(context)


def _not_a_choice(value: object, choices: list[str]) -> str:
    shown = quoted(value) if isinstance(value, str) else _described(value)
    return f"can't be {shown}: {suggestion(str(value), choices)}"


def _described(value: object) -> str:
    """What a value is, in an author's words."""
    match value:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case str():
            return "text"
        case _:
            return quoted(str(value).lower())


def _quoting_hint(expected: str, value: object) -> str:
    if expected == "string_type" and isinstance(value, bool | int | float):
        return f": quote {_described(value)}"
    return f", not {_described(value)}"


def _fields(kind: type[BaseModel], path: Path) -> list[str]:
    """The names of all fields that the mapping at `path` of a document may have."""
    model, is_key = kind, False
    for step in path:
        if is_key:
            is_key = False
        elif isinstance(step, str):
            field = next(f for f in model.model_fields.values() if f.alias == step)
            model = _models(field.annotation)[0]
            # The keys of a mapping whose values are models are names, and no fields.
            is_key = get_origin(field.annotation) is dict
    return [str(field.alias) for field in model.model_fields.values()]


def _models(annotation: object) -> list[type[BaseModel]]:
    """The models that `annotation` mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models(argument)]
