"""CEL text as tokens, by the longest match, each with its place.

An escape in a string may be any: the checker says which it knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import re2


class UnreadableError(Exception):
    """The text is no CEL; the offset says where the reading stopped."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"can't be read from offset {offset} on")
        self.offset = offset


class TokenKind(StrEnum):
    """What a token can be."""

    NAME = "name"
    QUOTED = "quoted"
    LITERAL = "literal"
    NUMBER = "number"
    SYMBOL = "symbol"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One word or sign: its text is that of a name or sign, not of a literal."""

    kind: TokenKind
    text: str
    start: int
    end: int


_EXPONENT: Final = "(?:[eE][+-]?[0-9]+)"
_ESCAPED: Final = r"\\[^\n\r]"
_GROUPS: Final = {
    "skip": r"[ \t\r\n\f]+|//[^\n]*",
    "number": (
        rf"0x[0-9a-fA-F]+[uU]?|[0-9]*\.[0-9]+{_EXPONENT}?|[0-9]+{_EXPONENT}|[0-9]+[uU]?"  # floats first
    ),
    # Three quotes come before one, since two of them are an empty string too.
    "literal": (
        r"""[bB]?[rR](?:\"\"\"(?s:.*?)\"\"\"|'''(?s:.*?)'''|"[^"\n\r]*"|'[^'\n\r]*')"""
        r"""|[bB]?(?:\"\"\"(?:[^\\]|\\(?s:.))*?\"\"\"|'''(?:[^\\]|\\(?s:.))*?''')"""
        rf"""|[bB]?(?:"(?:[^\\"\n\r]|{_ESCAPED})*"|'(?:[^\\'\n\r]|{_ESCAPED})*')"""
    ),
    "name": "[A-Za-z_][A-Za-z0-9_]*",
    "quoted": "`[A-Za-z0-9_./ -]+`",
    "symbol": r"&&|\|\||[=!<>]=|[-+*/%<>!?:.,()\[\]{}]",
    "other": "(?s:.)",
}
_TOKEN = re2.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _GROUPS.items()))
_WORDS: Final = {
    "true": TokenKind.LITERAL,
    "false": TokenKind.LITERAL,
    "null": TokenKind.LITERAL,
    "in": TokenKind.SYMBOL,
}


def tokens(text: str) -> Iterator[Token]:
    """The tokens of `text` and one that ends it.

    Raises:
        UnreadableError: a character starts no token.
    """
    for match in _TOKEN.finditer(text):
        group = match.lastgroup
        if group == "other":
            raise UnreadableError(match.start())
        if group != "skip":
            read = text[match.start() : match.end()]
            kind = _WORDS.get(read, TokenKind(group))
            yield Token(kind=kind, text=read, start=match.start(), end=match.end())
    yield Token(kind=TokenKind.END, text="", start=len(text), end=len(text))
