"""One file's text, and the way from an offset in it to a line and a column.

Offsets count code points from 0. A line ends at LF, CR LF or CR, as editors
see it; YAML's further line separators end none. Nothing here knows YAML.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from io import StringIO
from itertools import accumulate

from interlock.errors import Problem
from interlock.spans import Span

MAX_BYTES = 1 << 20
"""The largest file that is read."""

_LONGEST_SHOWN_LINE = 200


@dataclass(frozen=True, slots=True)
class Source:
    """A file's name as the user gave it, and its text."""

    file: str
    text: str
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ends = list(accumulate(len(line) for line in StringIO(self.text, newline="")))
        if ends and not self.text.endswith(("\n", "\r")):
            ends.pop()
        object.__setattr__(self, "_starts", (0, *ends))

    def span(self, offset: int) -> Span:
        """Where the character at `offset` stands."""
        line = bisect_right(self._starts, offset)
        return Span(self.file, line, offset - self._starts[line - 1] + 1)

    def problem(self, span: Span, message: str) -> Problem:
        """`message` about `span`, with the line that it stands in unless that is too long to read."""
        start, *following = self._starts[span.line - 1 : span.line + 1]
        end = following[0] if following else len(self.text)
        line = self.text[start:end].rstrip("\r\n")
        return Problem(span, message, line if len(line) <= _LONGEST_SHOWN_LINE else "")

    def problem_at(self, offset: int, message: str) -> Problem:
        """`message` about the character at `offset`."""
        return self.problem(self.span(offset), message)


def decode_text(file: str, content: bytes) -> Source | Problem:
    """The text of `file`, or what keeps `content` from being a text that is read."""
    if len(content) > MAX_BYTES:
        return Problem(Span(file, 1, 1), f"file is larger than {MAX_BYTES >> 20} MiB: split it")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        readable = Source(file, content[: error.start].decode())
        return readable.problem_at(
            len(readable.text), f"byte 0x{content[error.start]:02x} is not UTF-8: save the file as UTF-8"
        )
    # A byte order mark is no character of the first line.
    return Source(file, text.removeprefix("\ufeff"))
