"""Globs over names with slashes, such as `github/create_issue`.

`*` is any text without a slash, `**` any text, `?` one character but a slash;
everything else is itself. A glob is of a whole name. RE2 matches it, in linear time.
"""

from functools import lru_cache
from typing import Any, Final

import re2

from interlock.cel.libraries.overloads import Overload, no_overload
from interlock.cel.libraries.signatures import member
from interlock.cel.libraries.strings import pattern
from interlock.cel.types import BOOL, STRING, list_of
from interlock.cel.values import EvaluationError

_LONGEST: Final = 1000
_WILDCARDS: Final = {"**": "(?s:.*)", "*": "[^/]*", "?": "[^/]"}
_PIECE = re2.compile(r"\*\*|\*|\?|[^*?]+")


def matches_glob(name: str, glob: str) -> bool:
    """Whether `glob` is of `name`.

    Raises:
        EvaluationError: the glob is too long.
    """
    return _compiled(glob).fullmatch(name) is not None


def matches_any_glob(name: str, globs: list[Any]) -> bool:
    """Whether one of `globs` is of `name`.

    Raises:
        EvaluationError: one of them is no text, or too long.
    """
    if not all(isinstance(glob, str) for glob in globs):
        raise no_overload("matchesAnyGlob", name, globs)
    return any([matches_glob(name, glob) for glob in globs])  # noqa: C419  # an error in a later one is one


@lru_cache(maxsize=256)
def _compiled(glob: str) -> Any:
    if len(glob) > _LONGEST:
        raise EvaluationError(f"glob is longer than {_LONGEST}")
    pieces = _PIECE.findall(glob)
    return pattern("".join(_WILDCARDS.get(piece) or re2.escape(piece) for piece in pieces))


OVERLOADS: Final[tuple[Overload, ...]] = (
    member("string_matches_glob_string", "matchesGlob", (STRING, STRING), BOOL, matches_glob),
    member("string_matches_any_glob_list", "matchesAnyGlob", (STRING, list_of(STRING)), BOOL, matches_any_glob),
)
