"""CSV that anybody's names may be in."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cli.spreadsheet import write_csv


def written(*cells: str) -> str:
    out = StringIO()
    write_csv(out, [cells])
    return out.getvalue()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠", " ="])  # noqa: RUF001
def test_what_could_be_a_formula_begins_with_a_quote(start: str) -> None:
    (row,) = csv.reader(StringIO(written(f"{start}1+1")))
    assert row[0].startswith("'")


@pytest.mark.parametrize(
    ("cell", "shown"), [("\t=1", "\\t=1"), ("\r=1", "\\r=1"), ("\n=1", "\\n=1"), ("\x00", "\\x00")]
)
def test_what_is_not_printable_is_an_escape(cell: str, shown: str) -> None:
    assert written(cell) == f'"{shown}"\n'


def test_no_cell_ends_within_itself() -> None:
    assert written('a";=1', "b,c;d\te") == '"a"";=1","b,c;d\\te"\n'


@given(st.lists(st.text(), min_size=1))
def test_a_row_is_one_line_of_as_many_cells(cells: list[str]) -> None:
    text = written(*cells)
    assert text.count("\n") == 1
    assert text[:-1].isprintable()
    (row,) = csv.reader(StringIO(text))
    assert len(row) == len(cells)
    assert not [cell for cell in row if cell.strip().startswith(("=", "+", "-", "@"))]
