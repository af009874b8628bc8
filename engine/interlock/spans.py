"""Where in a source text something stands.

Every error that an author sees points at a file, a line and a column, also
when the text that is wrong is a CEL expression inside a YAML value. Lines
and columns start at 1 and columns count code points.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One position in one file."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """A text taken from a file, and where each of its characters came from.

    `locate` maps a line and a column of the text, both from 1, to the file.
    """

    text: str
    span: Span
    locate: Callable[[int, int], Span]

    def at(self, offset: int) -> Span:
        """Where the character at `offset`, counted in code points from 0, came from."""
        before = self.text[:offset]
        return self.locate(before.count("\n") + 1, offset - before.rfind("\n"))


def typed_in(text: str, file: str = "<expression>") -> SourceText:
    """`text` as if it were the whole of `file`."""
    return SourceText(text=text, span=Span(file, 1, 1), locate=lambda line, column: Span(file, line, column))
