"""CSV that is safe to open: in a spreadsheet no cell is a formula, on a terminal none is obeyed.

All cells are quoted, so that none ends where a spreadsheet takes another character for the comma.
https://owasp.org/www-community/attacks/CSV_Injection says which characters a
formula can begin with; full-width ones count, too, since some programs take
them for the others.
"""

import csv
from collections.abc import Iterable, Sequence
from typing import Final, TextIO

from interlock.cli.render import visible

_FORMULAS: Final = tuple("=+-@＝＋－＠")  # noqa: RUF001 - the full-width ones are meant


def write_csv(out: TextIO, rows: Iterable[Sequence[str]]) -> None:
    """Write `rows` to `out`."""
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([_safe(cell) for cell in row] for row in rows)


def _safe(cell: str) -> str:
    """`cell` with its control characters as escapes, after a quote where it might be a formula."""
    shown = visible(cell)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULAS) else shown
