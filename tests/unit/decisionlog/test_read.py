"""Logs, entry by entry."""

import pytest

from interlock.decisionlog.entry import MAX_ENTRY, encode_entry
from interlock.decisionlog.read import Logged
from interlock.errors import Problem
from interlock.spans import Span
from support.decisionlog import entry, read

_ENTRY = encode_entry(entry())


def test_entries_come_with_their_lines() -> None:
    assert read(_ENTRY * 2) == [Logged(entry(), Span("log", 1, 1)), Logged(entry(), Span("log", 2, 1))]


def test_the_last_line_may_have_no_end() -> None:
    assert read(_ENTRY[:-1]) == [Logged(entry(), Span("log", 1, 1))]


def test_a_line_that_is_no_entry_hides_no_other() -> None:
    first, problem, last = read(_ENTRY + b"{}\n" + _ENTRY)
    assert isinstance(first, Logged)
    assert isinstance(problem, Problem)
    assert str(problem).startswith("log:2:1: not an entry of a decision log: ")
    assert isinstance(last, Logged)


@pytest.mark.parametrize("more", [0, 1, 10, MAX_ENTRY])
def test_a_line_that_is_too_long_is_skipped_whole(more: int) -> None:
    line = b'"' + b"a" * (MAX_ENTRY + more - 1) + b"\n"
    problem, last = read(line + _ENTRY)
    assert problem == Problem(Span("log", 1, 1), "line is longer than 16 MiB: no decision log has it")
    assert last == Logged(entry(), Span("log", 2, 1))


def test_a_line_that_never_ends_is_one_problem() -> None:
    (problem,) = read(b"a" * (2 * MAX_ENTRY + 1))
    assert isinstance(problem, Problem)


def test_an_empty_log_has_no_entry() -> None:
    assert read(b"") == []
