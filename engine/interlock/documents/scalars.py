"""What a scalar means: YAML 1.2's core schema, less its surprises.

Only true and false are booleans, only decimal digits are numbers, and dates
are texts: `yes`, `0644`, `12:30` and `2026-01-01` stay what they look like.
Numbers that other readers would bend or cut are refused.
"""

import math
from typing import TypeAlias

import re2

from interlock.model.intent import MAX_INT64, MIN_INT64
from interlock.spelling import quoted

Value: TypeAlias = str | int | float | bool | None

TEXT_TAGS = frozenset({"!", "tag:yaml.org,2002:str"})

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER_STARTS = frozenset("+-.0123456789")
_INTEGER = re2.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re2.compile(r"[-+]?(?:(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)")
_NOT_FINITE = re2.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_LONGEST_INTEGER = len(str(MIN_INT64))


class RefusedScalarError(ValueError):
    """A scalar that has no safe meaning; the message tells the author what to write."""


def resolve(text: str) -> Value:
    """What the unquoted `text` means. RefusedScalarError for numbers that can't be kept exactly."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        return _finite(text)
    if _NOT_FINITE.fullmatch(text):
        raise RefusedScalarError(f"{quoted(text)} is no finite number: quote it if it is text")
    return text


def _integer(text: str) -> int:
    # The length is looked at first: Python refuses to read very long numbers.
    if len(text) <= _LONGEST_INTEGER and MIN_INT64 <= (number := int(text)) <= MAX_INT64:
        return number
    raise RefusedScalarError(f"{quoted(text)} does not fit into 64 bits: quote it if it is text")


def _finite(text: str) -> float:
    number = float(text)
    if math.isfinite(number):
        return number
    raise RefusedScalarError(f"{quoted(text)} is too large for a number: quote it if it is text")
