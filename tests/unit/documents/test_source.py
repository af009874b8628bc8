from hypothesis import given
from hypothesis import strategies as st

from interlock.documents.source import MAX_BYTES, Source, decode_text
from interlock.errors import Problem
from interlock.spans import Span


@given(st.text(alphabet=st.sampled_from("ab\n\r\u2028")))
def test_lines_end_where_editors_see_them_end(text: str) -> None:
    source = Source("f", text)
    line = column = 1
    for offset, character in enumerate(text):
        assert source.span(offset) == Span("f", line, column)
        ends = character == "\n" or (character == "\r" and text[offset + 1 : offset + 2] != "\n")
        line, column = (line + 1, 1) if ends else (line, column + 1)
    assert source.span(len(text)) == Span("f", line, column)


def test_a_problem_shows_its_line() -> None:
    problem = Source("f", "a: 1\r\nb: 2\r\nc: 3").problem_at(9, "wrong")
    assert problem == Problem(Span("f", 2, 4), "wrong", "b: 2")


def test_a_problem_at_the_end_shows_the_last_line() -> None:
    assert Source("f", "a: [").problem_at(4, "open").line == "a: ["


def test_a_line_that_is_too_long_to_read_is_not_shown() -> None:
    assert Source("f", "x" * 201).problem_at(0, "long").line == ""
    assert Source("f", "x" * 200).problem_at(0, "long").line == "x" * 200


def test_a_byte_order_mark_is_no_character() -> None:
    assert decode_text("f", b"\xef\xbb\xbfa: 1") == Source("f", "a: 1")


def test_what_is_not_utf8_is_a_problem_where_it_stands() -> None:
    problem = decode_text("f", "ä: 1\nb: ".encode() + b"\xff\n")
    assert isinstance(problem, Problem)
    assert problem.span == Span("f", 2, 4)
    assert problem.message == "byte 0xff is not UTF-8: save the file as UTF-8"


def test_a_file_that_is_too_large_is_not_read() -> None:
    assert isinstance(decode_text("f", b"a" * MAX_BYTES), Source)
    problem = decode_text("f", b"a" * (MAX_BYTES + 1))
    assert isinstance(problem, Problem)
    assert "larger than 1 MiB" in problem.message
