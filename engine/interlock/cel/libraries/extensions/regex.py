"""Regular expressions that extract and replace, by RE2 and so in linear time."""

from collections.abc import Iterator
from typing import Any, Final

from interlock.cel.libraries.limits import bounded
from interlock.cel.libraries.overloads import Library
from interlock.cel.libraries.signatures import function
from interlock.cel.libraries.strings import pattern
from interlock.cel.types import INT, STRING, list_of, optional_of
from interlock.cel.values import NONE, EvaluationError, Optional, optional

_ALL: Final = -1


def extract(text: str, expression: str) -> Optional:
    """The first match, or what its group has; nothing where the group is empty or took no part.

    Raises:
        EvaluationError: `expression` is no pattern, or has several groups.
    """
    searched = _extracting(expression)
    found = searched.search(text)
    if found is None or (searched.groups and not found.group(1)):
        return NONE
    return optional(found.group(searched.groups))


def extract_all(text: str, expression: str) -> list[str]:
    """All matches that are not empty, or what their group has.

    Raises:
        EvaluationError: `expression` is no pattern, or has several groups.
    """
    searched = _extracting(expression)
    parts: list[str] = []
    for match in _matches(searched, text):
        if part := match.group(searched.groups):
            bounded(len(parts) + 1)
            parts.append(part)
    return parts


def replace(text: str, expression: str, replacement: str, limit: int = _ALL) -> str:
    r"""`text` with its first `limit` matches replaced, all of them where that is negative.

    In `replacement`, `\1` to `\9` stand for what the groups have, `\0` for the
    match and `\\` for a backslash.

    Raises:
        EvaluationError: `expression` is no pattern, or `replacement` asks for a group that it doesn't have.
    """
    if limit == 0:
        return text
    searched = pattern(expression)
    template = list(_template(replacement, searched.groups))
    parts: list[str] = []
    size, end = len(text), 0
    for count, match in enumerate(_matches(searched, text)):
        if count == limit:
            break
        made = "".join(part if isinstance(part, str) else match.group(part) or "" for part in template)
        size = bounded(size + len(made) - (match.end() - match.start()))
        parts += (text[end : match.start()], made)
        end = match.end()
    return "".join((*parts, text[end:]))


def _extracting(expression: str) -> Any:
    searched = pattern(expression)
    if searched.groups > 1:
        raise EvaluationError("a regular expression to extract by has more than one group")
    return searched


def _matches(searched: Any, text: str) -> Iterator[Any]:
    """The matches that do not overlap; an empty one does not follow another at once."""
    end = -1
    for match in searched.finditer(text):
        if match.start() != match.end() or match.start() != end:
            yield match
        end = match.end()


def _template(replacement: str, groups: int) -> Iterator[str | int]:
    """The text of `replacement`, and the numbers of groups in it."""
    plain, *escaped = replacement.split("\\")
    yield plain
    ahead = iter(escaped)
    for part in ahead:
        if not part and (literal := next(ahead, None)) is not None:
            yield "\\" + literal
        elif part[:1] in set("0123456789"):
            if int(part[0]) > groups:
                raise EvaluationError("the replacement names a group that the regular expression does not have")
            yield int(part[0])
            yield part[1:]
        else:
            raise EvaluationError("a backslash in the replacement is followed by neither a digit nor another")


VERSIONS: Final = (
    Library(
        name="regex",
        extension=("regex", 0),
        overloads=(
            function(
                "regex_extract_string_string", "regex.extract", (STRING, STRING), optional_of(STRING), extract
            ),
            function(
                "regex_extractAll_string_string",
                "regex.extractAll",
                (STRING, STRING),
                list_of(STRING),
                extract_all,
            ),
            function(
                "regex_replace_string_string_string",
                "regex.replace",
                (STRING, STRING, STRING),
                STRING,
                replace,
            ),
            function(
                "regex_replace_string_string_string_int",
                "regex.replace",
                (STRING, STRING, STRING, INT),
                STRING,
                replace,
            ),
        ),
    ),
)
