"""A part of a source text as a text of its own, in which something else stands for each cut.

Macros around the part whose variables it reads are around its text too, so that
the checker sees these variables as what they are.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter

from interlock.cel.deep.scopes import Bound
from interlock.cel.syntax.forms import Form
from interlock.spans import SourceText, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The text to check, and where its pieces came from.

    `spots` are pairs of an offset in `text` and the source's offset that it is,
    in order; `cuts` are the offsets at which the text for each cut starts and ends.
    """

    source: SourceText
    text: str
    spots: tuple[tuple[int, int], ...]
    cuts: Mapping[Form, range]

    def offset(self, offset: int) -> int:
        """The source's offset of an offset in `text`."""
        found = max(bisect_right(self.spots, offset, key=itemgetter(0)) - 1, 0)
        start, place = self.spots[found]
        return place + max(offset - start, 0)

    def cut_at(self, offset: int) -> Form | None:
        """The cut for which something stands at an offset in `text`."""
        return next((cut for cut, within in self.cuts.items() if offset in within), None)

    def locate(self, line: int, column: int) -> Span:
        """Where a line and column of `text`, both from 1, are."""
        before = sum(len(each) + 1 for each in self.text.split("\n")[: line - 1])
        return self.source.at(self.offset(before + column - 1))

    @property
    def as_source(self) -> SourceText:
        """The text to check, whose places are those of the source."""
        return SourceText(text=self.text, span=self.source.span, locate=self.locate)


def piece(
    source: SourceText, form: Form, around: Iterable[tuple[Bound, str]], cuts: Mapping[Form, str]
) -> Piece:
    """`form` within macros that give it each variable `around` it, and with the text for each of `cuts`.

    What a variable stands for is the text beside it. `cuts` are in the order of the source.
    """
    macros = [
        f"[{text}].map({bound.name}, " if bound.role.is_loop else f"cel.bind({bound.name}, {text}, "
        for bound, text in around
    ]
    written, spots, within = "".join(macros), [], {}
    at = form.start
    for cut, text in cuts.items():
        spots.append((len(written), at))
        written += f"{source.text[at : cut.start]} "
        spots.append((len(written), cut.start))
        within[cut] = range(len(written), len(written) + len(text))
        written += f"{text} "
        at = cut.end
    spots.append((len(written), at))
    written += source.text[at : form.end] + ")" * len(macros)
    return Piece(source=source, text=written, spots=tuple(spots), cuts=within)
