"""Manifests and requests as their users have them: YAML documents or JSON, read but not understood.

They get the bounds of policies and the same refusals: a value that could be
read in two ways, or that CEL can't hold, is a problem, never a guess.
"""

import json
from collections import Counter
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from interlock.documents.composer import MAX_DEPTH
from interlock.documents.document import read_documents
from interlock.documents.files import read_source
from interlock.documents.source import Source
from interlock.errors import Problem
from interlock.model.intent import MAX_INT64, MIN_INT64
from interlock.spans import Span
from interlock.spelling import quoted


@dataclass(frozen=True, slots=True)
class Input:
    """One document and where it starts."""

    value: dict[str, Any]
    span: Span


def read_inputs(path: Path) -> tuple[tuple[Input, ...], tuple[Problem, ...]]:
    """The documents of the file at `path`, and everything that is wrong with them."""
    source = read_source(path)
    return ((), (source,)) if isinstance(source, Problem) else parse_inputs(source)


def parse_inputs(source: Source) -> tuple[tuple[Input, ...], tuple[Problem, ...]]:
    """The documents of `source`, and everything that is wrong with them.

    What is JSON is read as JSON, since YAML refuses some of it; all else is YAML.
    """
    if source.text.lstrip()[:1] == "{":
        try:
            return _json(source)
        except json.JSONDecodeError:
            # It may still be YAML, whose reader knows better what is wrong.
            pass
    reading = read_documents(source)
    problems = list(reading.problems)
    inputs: list[Input] = []
    for document in reading.documents:
        value = document.plain()
        if isinstance(value, dict):
            inputs.append(Input(value, document.span()))
        else:
            problems.append(document.problem((), "document must be a mapping"))
    return tuple(inputs), tuple(problems)


class _RefusedError(Exception):
    """A JSON value that is not read."""


def _json(source: Source) -> tuple[tuple[Input, ...], tuple[Problem, ...]]:
    """The one JSON object of `source`. JSONDecodeError where it isn't JSON."""
    start = len(source.text) - len(source.text.lstrip())
    try:
        value = json.loads(
            source.text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_constant,
        )
        _check(value)
    except RecursionError:
        return (), (source.problem_at(start, f"nested more than {MAX_DEPTH} levels deep: flatten it"),)
    except _RefusedError as error:
        return (), (source.problem_at(start, str(error)),)
    return (Input(value, source.span(start)),), ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        ((twice, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise _RefusedError(f"duplicate field {quoted(twice)}: remove one")
    return value


def _integer(text: str) -> int:
    if len(text) <= len(str(MIN_INT64)) and MIN_INT64 <= (number := int(text)) <= MAX_INT64:
        return number
    raise _RefusedError(f"{quoted(text)} does not fit into 64 bits: write a text")


def _float(text: str) -> float:
    if isfinite(number := float(text)):
        return number
    raise _RefusedError(f"{quoted(text)} is too large for a number: write a text")


def _constant(text: str) -> float:
    raise _RefusedError(f"{quoted(text)} is no finite number: write a text")


def _check(value: object) -> None:
    """Raise if `value` is nested too deeply or holds a text that is no Unicode or has a NUL."""
    level: list[object] = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise _RefusedError(f"nested more than {MAX_DEPTH} levels deep: flatten it")


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    if isinstance(value, list):
        return value
    if isinstance(value, str) and ("\0" in value or any("\ud800" <= c <= "\udfff" for c in value)):
        raise _RefusedError(f"text {quoted(value)} holds a NUL or half a character: remove it")
    return []
