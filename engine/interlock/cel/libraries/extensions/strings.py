"""Texts: their parts by position, in code points, and texts made of others."""

from string import ascii_lowercase, ascii_uppercase
from typing import Any, Final

from interlock.cel.libraries.extensions.formatting import format_text
from interlock.cel.libraries.limits import bounded
from interlock.cel.libraries.overloads import Library, Overload, no_overload
from interlock.cel.libraries.signatures import function, member
from interlock.cel.types import DYN, INT, STRING, list_of
from interlock.cel.values import EvaluationError

_ALL: Final = -1
_LOWER: Final = str.maketrans(ascii_uppercase, ascii_lowercase)
_UPPER: Final = str.maketrans(ascii_lowercase, ascii_uppercase)
# Unicode's white space; Python's own has four control characters more.
_SPACE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_ESCAPES: Final[dict[int, str]] = {
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
    **{ord(char): f"\\{escape}" for char, escape in zip('\a\b\f\n\r\t\v\\"', 'abfnrtv\\"', strict=True)},
}


def char_at(text: str, position: int) -> str:
    """The character at `position`, none right after the last.

    Raises:
        EvaluationError: `text` has no such position.
    """
    return text[_position(text, position) :][:1]


def index_of(text: str, part: str, start: int = 0) -> int:
    """Where `part` occurs first, at `start` or after it; -1 where it doesn't.

    Raises:
        EvaluationError: `text` has no position `start`.
    """
    return text.find(part, _position(text, start))


def last_index_of(text: str, part: str, start: int | None = None) -> int:
    """Where `part` occurs last, at `start` or before it; -1 where it doesn't.

    Raises:
        EvaluationError: `text` has no position `start`.
    """
    if start is not None:
        text = text[: _position(text, start) + len(part)]
    # Python looks forward in linear time only.
    distance = text[::-1].find(part[::-1])
    return len(text) - distance - len(part) if distance >= 0 else -1


def substring(text: str, start: int, end: int | None = None) -> str:
    """The text from `start` up to `end`.

    Raises:
        EvaluationError: `text` has no such positions, or they are the wrong way round.
    """
    end = len(text) if end is None else _position(text, end)
    if _position(text, start) > end:
        raise EvaluationError("a substring starts after its end")
    return text[start:end]


def replace(text: str, old: str, new: str, limit: int = _ALL) -> str:
    """`text` with the first `limit` occurrences of `old` replaced, all of them where that is negative."""
    occurrences = text.count(old)
    count = occurrences if limit < 0 else min(occurrences, limit)
    bounded(len(text) + count * (len(new) - len(old)))
    return text.replace(old, new, count)


def split(text: str, separator: str, limit: int = _ALL) -> list[str]:
    """The parts of `text` around `separator`, its characters where that is empty.

    They are at most `limit`, where that isn't negative; the last has the rest.
    """
    if limit == 0:
        return []
    if not separator:
        return _characters(text, limit)
    bounded(text.count(separator) + 1 if limit < 0 else min(text.count(separator) + 1, limit))
    return text.split(separator, max(limit - 1, _ALL))


def join(texts: list[Any], separator: str = "") -> str:
    """The texts one after the other, with `separator` between them.

    Raises:
        EvaluationError: something in the list is no text.
    """
    for text in texts:
        if type(text) is not str:
            raise no_overload("join", text)
    bounded(sum(map(len, texts)) + len(separator) * max(len(texts) - 1, 0))
    return separator.join(texts)


def quote(text: str) -> str:
    """`text` in double quotes, escaped so that it prints on one line; what is no Unicode is replaced."""
    bounded(len(text) + sum(map(text.count, '\a\b\f\n\r\t\v\\"')) + 2)
    return f'"{text.translate(_ESCAPES)}"'


def _characters(text: str, limit: int) -> list[str]:
    cut = len(text) if limit < 0 else min(len(text), limit - 1)
    bounded(min(cut + 1, len(text)))
    return [*text[:cut], text[cut:]] if cut < len(text) else [*text]


def _position(text: str, position: int) -> int:
    """`position`, if it is in `text` or right after it."""
    if 0 <= position <= len(text):
        return position
    raise EvaluationError("index out of range")


_TEXTS: Final = list_of(STRING)

_ADDED: Final[tuple[tuple[Overload, ...], ...]] = (
    (
        member("string_char_at_int", "charAt", (STRING, INT), STRING, char_at),
        member("string_index_of_string", "indexOf", (STRING, STRING), INT, index_of),
        member("string_index_of_string_int", "indexOf", (STRING, STRING, INT), INT, index_of),
        member("string_last_index_of_string", "lastIndexOf", (STRING, STRING), INT, last_index_of),
        member("string_last_index_of_string_int", "lastIndexOf", (STRING, STRING, INT), INT, last_index_of),
        member("string_lower_ascii", "lowerAscii", (STRING,), STRING, lambda text: text.translate(_LOWER)),
        member("string_upper_ascii", "upperAscii", (STRING,), STRING, lambda text: text.translate(_UPPER)),
        member("string_replace_string_string", "replace", (STRING, STRING, STRING), STRING, replace),
        member("string_replace_string_string_int", "replace", (STRING, STRING, STRING, INT), STRING, replace),
        member("string_split_string", "split", (STRING, STRING), _TEXTS, split),
        member("string_split_string_int", "split", (STRING, STRING, INT), _TEXTS, split),
        member("string_substring_int", "substring", (STRING, INT), STRING, substring),
        member("string_substring_int_int", "substring", (STRING, INT, INT), STRING, substring),
        member("string_trim", "trim", (STRING,), STRING, lambda text: text.strip(_SPACE)),
    ),
    (
        member("string_format", "format", (STRING, list_of(DYN)), STRING, format_text),
        function("strings_quote", "strings.quote", (STRING,), STRING, quote),
    ),
    (
        member("list_join", "join", (_TEXTS,), STRING, join),
        member("list_join_string", "join", (_TEXTS, STRING), STRING, join),
    ),
)
_REVERSE: Final = member("string_reverse", "reverse", (STRING,), STRING, lambda text: text[::-1])
_OWN: Final = tuple(
    tuple(overload for part in _ADDED[: version + 1] for overload in part) for version in range(5)
)

VERSIONS: Final = tuple(
    Library(
        name="strings",
        extension=("strings", version),
        overloads=overloads if version < 3 else (*overloads, _REVERSE),  # noqa: PLR2004
    )
    for version, overloads in enumerate(_OWN)
)

REVERSE: Final = Library(name="string reverse", overloads=(_REVERSE,))
"""`reverse` of a text by itself, for use beside a lists extension that has its own."""

DECLARED: Final = tuple(Library(name="strings", overloads=overloads) for overloads in _OWN)
"""The versions declared without the checker's extension, so that others can add overloads to their functions.

They have no `reverse`, which is `REVERSE`.
"""
