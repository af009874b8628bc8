import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from interlock.documents.document import Document, read_documents
from interlock.documents.nodes import MappingNode, ScalarNode
from interlock.documents.source import Source
from interlock.spans import SourceText, Span


def _document(text: str) -> Document:
    (document,) = read_documents(Source("f", text)).documents
    return document


def _text(text: str) -> SourceText:
    return _document(text).text(("a",))


def _at(file: str, span: Span) -> str:
    """The character of `file` at `span`."""
    return (file.split("\n")[span.line - 1] + "\n")[span.column - 1]


def _places(text: str) -> list[tuple[int, int, str]]:
    """Line, column and character of all of `text`, in order."""
    return [
        (row, column, character)
        for row, line in enumerate(text.split("\n"), start=1)
        for column, character in enumerate(line, start=1)
    ]


@pytest.mark.parametrize(
    "file",
    [
        "a: tool.name == 'x'",
        "b: 1\na:    tool.name  ==  1   # why",
        "a: 'tool.name  == 1'",
        "a: '  tool.name'",
        'a: "tool.name == 1"',
        "a: é + 🚀 + x",
        "a: |\n  one\n\n    two\n   three  \n",
        "a: |2-\n    one\n   two",
        "a: |+ # why\n  one\n\n\n",
        "a: &x !!str |\n  one\n",
        "a: !!str   one + two",
        "{a: one + two}",
    ],
)
def test_every_character_is_found_where_it_stands(file: str) -> None:
    source = _text(file)
    assert source.text.strip()
    for row, column, character in _places(source.text):
        assert _at(file, source.locate(row, column)) == character


@pytest.mark.parametrize(
    "file",
    [
        "a: it's\n  a long\n\n  text\n",
        "a: >\n  folded # text\n  it is\n\n    more\n  less\n",
        "a: >-\n\n  folded\n  it is",
        "a: 'it''s\n   quoted'''",
        'a: "one\\n\\ttwo \\x41\\u0042\\U00000043 three \\\n   four\\_five \\"six\\""',
        'a: "\\x20 one\\Ltwo"',
    ],
)
def test_solid_characters_are_found_in_folded_and_escaped_texts(file: str) -> None:
    source = _text(file)
    for row, column, character in _places(source.text):
        found = _at(file, source.locate(row, column))
        if not character.isspace():
            assert found in (character, "\\")


_LINES = st.lists(st.text(alphabet="ab {}[]#:'\"é|>", max_size=6), min_size=1, max_size=5)


@given(_LINES, st.integers(1, 4), st.sampled_from(["", "-", "+"]), st.integers(0, 2))
def test_a_literal_block_is_exact_to_the_space(
    lines: list[str], indent: int, chomping: str, trailing: int
) -> None:
    margin = " " * indent
    file = f"a: |{indent}{chomping}\n" + "".join(f"{margin}{line}\n" for line in lines) + "\n" * trailing
    source = _text(file)
    # Whole lines of spaces at the end may be cut away with the line ends.
    assume(source.text.strip())
    for row, column, character in _places(source.text):
        span = source.locate(row, column)
        assert span == Span("f", row + 1, indent + column)
        assert _at(file, span) == character


@given(st.text(max_size=20), st.integers(-1, 30), st.integers(-1, 30))
def test_any_place_of_any_quoted_text_is_in_the_file(text: str, line: int, column: int) -> None:
    file = '{"a": ' + json.dumps(text, ensure_ascii=False) + "}"
    documents = read_documents(Source("f", file)).documents
    assume(documents)
    span = documents[0].text(("a",)).locate(line, column)
    assert span.column <= len(file) + 1


@given(st.text(alphabet="ab \n\r\u2028\u0085>|-+'\"\\&!", max_size=30), st.integers(1, 9), st.integers(1, 9))
def test_any_place_of_any_scalar_is_in_the_file(text: str, line: int, column: int) -> None:
    file = f"a: {text}\n"
    for document in read_documents(Source("f", file)).documents:
        if isinstance(document.root, MappingNode):
            for key, entry in document.root.entries.items():
                if isinstance(entry.node, ScalarNode):
                    span = document.text((key,)).locate(line, column)
                    assert span <= document.source.span(len(file))


def test_the_end_of_a_text_is_after_its_last_character() -> None:
    assert _text("a: 'x + '").locate(1, 5) == Span("f", 1, 9)
    assert _text("a: x +").locate(1, 99) == Span("f", 1, 7)


def test_an_empty_text_is_where_its_quotes_are() -> None:
    assert _text("a: ''").locate(1, 1).line == 1
    assert _text("a: |\n\n\nb: 1").locate(3, 1).line <= 4


def test_windows_line_ends_do_not_shift_a_place() -> None:
    assert _text("b: 1\r\na: |\r\n  one\r\n  two\r\n").locate(2, 2) == Span("f", 4, 4)
    assert _text("a: >\r\n  one\r\n  two\r\n").locate(1, 5) == Span("f", 3, 3)


def test_the_text_itself_starts_after_tag_and_anchor() -> None:
    assert _text("a: !!str &x one").span == Span("f", 1, 13)


def test_equal_files_give_equal_texts() -> None:
    assert _text("a: one") == _text("a: one")
