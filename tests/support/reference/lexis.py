"""Text to tokens, and what literals stand for."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import re2

from interlock.cel.values import Uint
from support.reference.errors import NotCelError


class Token(NamedTuple):
    """A `name`, `field` (a name in backticks), `literal`, `sign` (what stands for itself) or the `end`."""

    kind: str
    value: Any


_INT: Final = "(?:0x[0-9a-fA-F]+|[0-9]+)"
_EXPONENT: Final = "[eE][+-]?[0-9]+"
_RAW: Final = r'"""(?s:.*?)"""|' + r"'''(?s:.*?)'''|" + r'"[^"\r\n]*"|' + r"'[^'\r\n]*'"
_ESCAPED: Final = (
    r'"""(?s:\\.|[^\\])*?"""|'
    r"'''(?s:\\.|[^\\])*?'''|"
    r'"(?:\\[^\r\n]|[^"\\\r\n])*"|'
    r"'(?:\\[^\r\n]|[^'\\\r\n])*'"
)
# The first that fits is taken, so what begins like something else comes before it.
_TOKENS: Final = {
    "space": r"[\t\n\f\r ]+|//[^\n]*",
    "double": rf"[0-9]*\.[0-9]+(?:{_EXPONENT})?|[0-9]+{_EXPONENT}",
    "uint": f"{_INT}[uU]",
    "int": _INT,
    "text": f"[bB]?(?:[rR](?:{_RAW})|{_ESCAPED})",
    "name": "[_a-zA-Z][_a-zA-Z0-9]*",
    "field": "`[-_a-zA-Z0-9./ ]+`",
    "sign": r"&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]{}]",
}
_TOKEN: Final = re2.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _TOKENS.items()))
_KEYWORDS: Final = {
    "true": Token("literal", value=True),
    "false": Token("literal", value=False),
    "null": Token("literal", None),
    "in": Token("sign", "in"),
}

_HEX: Final = "[0-9a-fA-F]"
_ESCAPE: Final = re2.compile(
    r"\\(?:"
    r"(?P<plain>[abfnrtv\\?\"'`])"
    f"|[xX](?P<hex>{_HEX}{{2}})"
    "|(?P<octal>[0-3][0-7]{2})"
    f"|u(?P<short>{_HEX}{{4}})"
    f"|U(?P<long>{_HEX}{{8}})"
    r"|(?P<wrong>))"
)
_PLAIN: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def tokens(text: str) -> Iterator[Token]:
    """The tokens of `text`, without white space and comments."""
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match:
            raise NotCelError(f"no token at {position}")
        position = match.end()
        ((kind, found),) = ((kind, found) for kind, found in match.groupdict().items() if found is not None)
        if kind != "space":
            yield _token(kind, found)
    yield Token("end", None)


def _token(kind: str, found: str) -> Token:
    match kind:
        case "double":
            return Token("literal", float(found))
        case "int":
            # Not yet a value: a sign before it may be part of it.
            return Token("int", _number(found))
        case "uint":
            return Token("literal", _unsigned(_number(found[:-1])))
        case "text":
            return Token("literal", _text(found))
        case "field":
            return Token("field", found[1:-1])
        case "name":
            return _KEYWORDS.get(found, Token("name", found))
        case _:
            return Token(kind, found)


def _number(digits: str) -> int:
    return int(digits, 16 if digits.startswith("0x") else 10)


def _unsigned(number: int) -> Uint:
    if number >= 2**64:
        raise NotCelError("the literal is no uint")
    return Uint(number)


def _text(literal: str) -> str | bytes:
    start = min(literal.find(quote) for quote in "'\"" if quote in literal)
    prefix, quoted = literal[:start].lower(), literal[start:]
    width = 3 if quoted[:3] in {"'''", '"""'} else 1
    is_bytes, body = "b" in prefix, quoted[width:-width]
    try:
        octets = body.encode() if "r" in prefix else _unescaped(body, is_bytes=is_bytes)
        return octets if is_bytes else octets.decode()
    except (UnicodeError, ValueError, OverflowError):
        raise NotCelError("no code point") from None


def _plain(escaped: str) -> str:
    return _PLAIN.get(escaped, escaped)


def _unescaped(body: str, *, is_bytes: bool) -> bytes:
    """The UTF-8 of `body`; in bytes, `\\x` and octal escapes are octets instead of code points."""
    made, position = b"", 0
    for match in _ESCAPE.finditer(body):
        found = match.groupdict()
        if found["wrong"] is not None or (is_bytes and (found["short"] or found["long"])):
            raise NotCelError("no escape sequence")
        made += body[position : match.start()].encode()
        position = match.end()
        if plain := found["plain"]:
            made += _plain(plain).encode()
            continue
        digits = found["hex"] or found["octal"] or found["short"] or found["long"]
        code = int(digits, 8 if found["octal"] else 16)
        made += bytes([code]) if is_bytes else chr(code).encode()
    return made + body[position:].encode()
