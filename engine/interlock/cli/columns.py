"""Rows of cells as lines whose columns are below each other, however long they get."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from rich.cells import cell_len
from rich.text import Text

Cell: TypeAlias = str | tuple[str, str]
"""A text that may be shown as it is, or one and its style."""

_GAP: Final = "  "


def columns(rows: Sequence[Sequence[Cell]], *, numbers: frozenset[int] = frozenset()) -> Iterator[Text]:
    """A line for each of `rows`, the first in bold; columns `numbers` are flush right."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for place, row in enumerate(rows):
        cells = [
            _padded(cell, width, index in numbers)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        line = Text(_GAP).join(cells)
        line.rstrip()
        if place == 0:
            line.stylize("bold")
        yield line


def _width(cell: Cell) -> int:
    return cell_len(_text(cell))


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell[0]


def _padded(cell: Cell, width: int, is_number: bool) -> Text:  # noqa: FBT001 - of this module alone
    text = Text(cell) if isinstance(cell, str) else Text(*cell)
    room = " " * (width - _width(cell))
    return Text.assemble(room, text) if is_number else Text.assemble(text, room)
