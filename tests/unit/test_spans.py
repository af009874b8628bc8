"""Places in texts."""

from interlock.spans import Span, typed_in


def test_a_span_is_written_as_compilers_write_it() -> None:
    assert str(Span("policies/a.yaml", 12, 9)) == "policies/a.yaml:12:9"


def test_spans_are_ordered_by_file_line_and_column() -> None:
    assert Span("a", 9, 9) < Span("b", 1, 1)
    assert Span("a", 2, 9) < Span("a", 10, 1)
    assert Span("a", 1, 2) < Span("a", 1, 10)


def test_a_text_that_was_typed_in_is_its_own_file() -> None:
    source = typed_in("a &&\nb")
    assert source.text == "a &&\nb"
    assert source.span == Span("<expression>", 1, 1)
    assert source.locate(2, 1) == Span("<expression>", 2, 1)
    assert typed_in("a", "here").locate(1, 2) == Span("here", 1, 2)
