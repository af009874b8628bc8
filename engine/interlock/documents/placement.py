"""Where each character of a YAML scalar stands in its file.

CEL inside YAML is checked as a text of its own; an author wants to see the
place in the file. YAML folds lines and resolves escapes, but it never adds,
drops or reorders characters other than white space: so the n-th solid
character of the value is the n-th solid one of the raw text. Literal blocks
keep their lines and are exact to the space.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from interlock.documents.source import Source
from interlock.spans import SourceText, Span

_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}
_BLANK_ESCAPES = frozenset("nrtvfN_LP \t")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A scalar's value and the stretch of `source` from `start` to `end` that it was read from.

    `style` is YAML's indicator of it: `|`, `>`, a quote, or nothing. It is a
    function, so that a text that is read twice equals itself.
    """

    source: Source
    start: int
    end: int
    style: str
    text: str

    def source_text(self) -> SourceText:
        """The value with the way back to its file."""
        return SourceText(text=self.text, span=self.source.span(self._content), locate=self)

    def __call__(self, line: int, column: int) -> Span:
        """Where line `line`, column `column` of the value, both from 1, stands in the file."""
        lines = self.text.split("\n")
        row = min(max(line, 1), len(lines)) - 1
        within = min(max(column - 1, 0), len(lines[row]))
        if self.style == "|":
            return self.source.span(self._in_literal(lines, row, within))
        return self.source.span(self._in_flow(sum(len(text) + 1 for text in lines[:row]) + within))

    @property
    def _content(self) -> int:
        """Where the scalar's own text starts, after its tag and anchor."""
        at = self.start
        while at < self.end and self.source.text[at] in "!&":
            rest = self.source.text[at : self.end]
            following = rest.split(maxsplit=1)[1:]
            at = self.end - len(following[0] if following else "")
        return at

    def _in_literal(self, lines: list[str], row: int, within: int) -> int:
        """The offset of a place in a literal block, whose indentation any line with text shows."""
        header, *raw = self.source.text[self._content : self.end].split("\n")
        indent = next((len(r.rstrip("\r")) - len(v) for r, v in zip(raw, lines, strict=False) if v.strip()), 0)
        start = self._content + len(header) + 1 + sum(len(line) + 1 for line in raw[:row])
        longest = len(raw[row].rstrip("\r")) if row < len(raw) else 0
        return min(start + min(indent + within, longest), self.end)

    def _in_flow(self, index: int) -> int:
        """The offset of the value's character `index`; white space is counted from its neighbor."""
        solid = [(at, at + length) for at, length in self._solid_units()] or [(self._content, self._content)]
        before = sum(not c.isspace() for c in self.text[:index])
        here = solid[min(before, len(solid) - 1)]
        if not self.text[index : index + 1].strip() and before:
            previous = solid[min(before, len(solid)) - 1]
            gap = self.text[:index]
            gap = gap[len(gap.rstrip()) :]
            if "\n" not in gap:
                return min(previous[1] + len(gap), self.end)
        ahead = self.text[index:]
        return max(here[0] - (len(ahead) - len(ahead.lstrip(" "))), self._content)

    def _solid_units(self) -> Iterator[tuple[int, int]]:
        """Offset and length of all that stands for one character of the value other than white space."""
        text, at = self.source.text, self._content
        if self.style == ">":
            at = max(text.find("\n", at, self.end), at)
        elif self.style:
            at += 1
        while at < self.end:
            length, blank = _unit(text, at, self.style)
            if not blank:
                yield at, length
            at += length


def _unit(text: str, at: int, style: str) -> tuple[int, bool]:
    """How many characters of the raw `text` stand for one of the value, and whether that is blank."""
    character = text[at]
    if style == "'" and character == "'":
        return 2, False
    if style != '"' or character != "\\":
        return 1, character.isspace()
    escape = text[at + 1]
    if digits := _HEX_DIGITS.get(escape):
        return 2 + digits, chr(int(text[at + 2 : at + 2 + digits], 16)).isspace()
    return 2, escape in _BLANK_ESCAPES or escape.isspace()
