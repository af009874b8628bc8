"""Text: substrings and regular expressions, the latter by RE2 and so in linear time."""

from functools import lru_cache
from typing import Any, Final

import re2

from interlock.cel.libraries.overloads import Function, no_overload
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
        raise EvaluationError(f"invalid regular expression: {error}") from None


def matches(text: Any, expression: Any) -> bool:
    """Whether `expression` matches anywhere in `text`."""
    if not (isinstance(text, str) and isinstance(expression, str)):
        raise no_overload("matches", text, expression)
    return pattern(expression).search(text) is not None


def contains(text: Any, part: Any) -> bool:
    """Whether `part` occurs in `text`."""
    if isinstance(text, str) and isinstance(part, str):
        return part in text
    raise no_overload("contains", text, part)


def starts_with(text: Any, prefix: Any) -> bool:
    """Whether `text` starts with `prefix`."""
    if isinstance(text, str) and isinstance(prefix, str):
        return text.startswith(prefix)
    raise no_overload("startsWith", text, prefix)


def ends_with(text: Any, suffix: Any) -> bool:
    """Whether `text` ends with `suffix`."""
    if isinstance(text, str) and isinstance(suffix, str):
        return text.endswith(suffix)
    raise no_overload("endsWith", text, suffix)


FUNCTIONS: Final[dict[str, Function]] = {
    "contains": contains,
    "endsWith": ends_with,
    "matches": matches,
    "startsWith": starts_with,
}
