"""Percent-encoding in the parts of a URL, as Go's net/url reads and writes it.

Texts here have one character a byte (`to_bytes`), since Go looks at bytes.
"""

import string
from enum import Enum
from typing import Final

import re2


class InvalidURIError(Exception):
    """Why a text is no URI: part of the text can be in it, so it may end up in values, never in errors."""

    def of(self, text: str) -> str:
        """What Go says of the whole `text`."""
        return f"parse {quote(text)}: {self}"


class Part(Enum):
    """What is encoded: each part has characters of its own that may stand as they are."""

    PATH = "$&+,/:;=@"
    HOST = "!$&'()*+,;=:[]<>\""
    ZONE = "!$&'()*+,;=:[]<>\" "
    USER = "$&+,;="
    QUERY = ""
    FRAGMENT = "$&+,/:;=?@!()*"


_UNRESERVED: Final = frozenset(string.ascii_letters + string.digits + "-_.~")
_LITERAL: Final = {part: _UNRESERVED | frozenset(part.value) for part in Part}
_BYTE = re2.compile("%([0-9A-Fa-f]{2})")
_VALID_PATH: Final = _LITERAL[Part.PATH] | frozenset("!'()*[]%")
_VALID_FRAGMENT: Final = _LITERAL[Part.FRAGMENT] | frozenset("'[]%")
_ASCII: Final = 0x80
_PERCENT: Final = "%25"
_SHORT_ESCAPES: Final = {
    "\a": r"\a",
    "\b": r"\b",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "\v": r"\v",
    "\\": r"\\",
    '"': r"\"",
}


def to_bytes(text: str) -> str:
    """The UTF-8 bytes of `text`, one character each."""
    return text.encode(errors="surrogatepass").decode("latin-1")


def from_bytes(text: str) -> str:
    """The text of those bytes; what is no UTF-8 becomes U+FFFD."""
    return text.encode("latin-1").decode(errors="replace")


def unescaped(text: str, part: Part) -> str:
    """`text` decoded.

    Raises:
        InvalidURIError: it has a `%` without two digits, or a character that the part can't have.
    """
    for at in _percents(text):
        _check_escape(text, at, part)
    if part in {Part.HOST, Part.ZONE}:
        _check_host(text)
    if part is Part.QUERY:
        text = text.replace("+", " ")
    return str(_BYTE.sub(lambda found: chr(int(found.group(1), 16)), text)) if "%" in text else text


def escaped(text: str, part: Part) -> str:
    """`text` encoded: everything but what may stand as it is."""
    literal = _LITERAL[part]
    return "".join(c if c in literal else f"%{ord(c):02X}" for c in text)


def kept_or_escaped(text: str, part: Part) -> str:
    """The encoded `text` itself where it is a valid encoding of a path or a fragment, else the default one.

    Raises:
        InvalidURIError: it can't be decoded.
    """
    default = escaped(unescaped(text, part), part)
    valid = _VALID_PATH if part is Part.PATH else _VALID_FRAGMENT
    return text if valid.issuperset(text) else default


def quote(text: str) -> str:
    """`text` in double quotes, as Go writes a string literal."""
    return f'"{"".join(map(_quoted, text))}"'


def _quoted(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < _ASCII:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004  # the end of the first plane


def _percents(text: str) -> list[int]:
    return [at for at, c in enumerate(text) if c == "%"] if "%" in text else []


def _check_escape(text: str, at: int, part: Part) -> None:
    written = text[at : at + 3]
    if not _BYTE.fullmatch(written):
        raise _invalid_escape(written)
    if written == _PERCENT:
        return
    byte = int(written[1:], 16)
    # A host encodes what is no ASCII only; a zone also what could stand there as it is.
    if part is Part.HOST and byte < _ASCII:
        raise _invalid_escape(written)
    if part is Part.ZONE and chr(byte) not in _LITERAL[Part.ZONE]:
        raise _invalid_escape(written)


def _check_host(text: str) -> None:
    literal = _LITERAL[Part.HOST] | {"%"}
    for c in text:
        if ord(c) < _ASCII and c not in literal:
            raise InvalidURIError(f"invalid character {quote(c)} in host name")


def _invalid_escape(written: str) -> InvalidURIError:
    return InvalidURIError(f"invalid URL escape {quote(from_bytes(written))}")
