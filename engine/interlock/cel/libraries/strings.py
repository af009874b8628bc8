"""Text: substrings and regular expressions, the latter by RE2 and so in linear time."""

from functools import lru_cache
from typing import Any, Final

import re2

from interlock.cel.libraries.overloads import Function, Overload
from interlock.cel.types import BOOL, STRING
from interlock.cel.values import EvaluationError

_MAX_PATTERN: Final = 4096

_OPTIONS: Final = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = 8 << 20


@lru_cache(maxsize=256)
def pattern(text: str) -> Any:
    """The compiled pattern.

    Raises:
        EvaluationError: it is no RE2 pattern, or too large.
    """
    if len(text) > _MAX_PATTERN:
        raise EvaluationError(f"regular expression is longer than {_MAX_PATTERN}")
    try:
        return re2.compile(text, options=_OPTIONS)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else error
        raise EvaluationError(f"invalid regular expression: {reason}") from None


def matches(text: str, expression: str) -> bool:
    """Whether `expression` matches anywhere in `text`."""
    return pattern(expression).search(text) is not None


def contains(text: str, part: str) -> bool:
    """Whether `part` occurs in `text`."""
    return part in text


def _overload(id_: str, function: str, compute: Function, *, is_member: bool = True) -> Overload:
    return Overload(
        id=id_,
        function=function,
        parameters=(STRING, STRING),
        result=BOOL,
        compute=compute,
        is_member=is_member,
    )


OVERLOADS: Final = (
    _overload("contains_string", "contains", contains),
    _overload("ends_with_string", "endsWith", str.endswith),
    _overload("starts_with_string", "startsWith", str.startswith),
    _overload("matches_string", "matches", matches),
    _overload("matches", "matches", matches, is_member=False),
)
