"""What the literals of CEL texts stand for: the checker says it of policies, and this of all others."""

from math import isinf
from typing import Any, Final

import re2

from interlock.cel.syntax.tokens import UnreadableError
from interlock.cel.values import MAX_INT, MAX_UINT, MIN_INT, Uint

_WORDS: Final = {"true": True, "false": False, "null": None}
_TRIPLES: Final = ('"""', "'''")
_SIMPLE: Final = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    **{each: each for each in "\\?\"'`"},
}
_ESCAPE: Final = re2.compile(
    r"\\(?:([abfnrtv\\?\"'`])|([0-3][0-7]{2})|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|((?s:.)))"
)
_SURROGATES: Final = range(0xD800, 0xE000)


def constant(text: str) -> Any:
    """The value of the literal `text`.

    Raises:
        UnreadableError: there is none, such as an integer of more than 64 bits.
    """
    if text in _WORDS:
        return _WORDS[text]
    return _quoted(text) if text.endswith(('"', "'")) else _number(text)


def _number(text: str) -> int | float:
    sign, digits = (-1, text[1:].strip()) if text.startswith("-") else (1, text)
    is_hex = digits.startswith("0x")
    if not is_hex and not digits.rstrip("uU").isdigit():
        return _double(sign, digits)
    number = sign * int(digits.rstrip("uU"), 16 if is_hex else 10)
    is_unsigned = digits.endswith(("u", "U"))
    least, most = (0, MAX_UINT) if is_unsigned else (MIN_INT, MAX_INT)
    if not least <= number <= most:
        raise UnreadableError(0)
    return Uint(number) if is_unsigned else number


def _double(sign: int, digits: str) -> float:
    try:
        number = sign * float(digits)
    except ValueError:
        raise UnreadableError(0) from None
    if isinf(number):
        raise UnreadableError(0)
    return number


def _quoted(text: str) -> str | bytes:
    start = min(text.index(quote) for quote in "\"'" if quote in text)
    marks, body = text[:start].lower(), text[start:]
    width = 3 if body.startswith(_TRIPLES) and len(body) > len(_TRIPLES) * 2 - 1 else 1
    inner = body[width:-width]
    if "b" in marks:
        return _bytes(inner, is_raw="r" in marks)
    return inner if "r" in marks else _ESCAPE.sub(lambda match: _character(match.groups()), inner)


def _bytes(inner: str, *, is_raw: bool) -> bytes:
    """Octal and hexadecimal escapes are bytes, all else is written as UTF-8."""
    if is_raw:
        return inner.encode()
    made, at = bytearray(), 0
    for match in _ESCAPE.finditer(inner):
        made += inner[at : match.start()].encode()
        _, octal, byte, *_ = match.groups()
        code = int(octal, 8) if octal else int(byte, 16) if byte else None
        made += _character(match.groups()).encode() if code is None else bytes([code])
        at = match.end()
    return bytes(made + inner[at:].encode())


def _character(groups: tuple[str | None, ...]) -> str:
    simple, octal, byte, short, long, _ = groups
    if simple:
        return _SIMPLE[simple]
    written = octal or byte or short or long
    if written is None:
        raise UnreadableError(0)
    code = int(written, 8 if octal else 16)
    if code > 0x10FFFF or code in _SURROGATES:  # noqa: PLR2004  # the last code point
        raise UnreadableError(0)
    return chr(code)
