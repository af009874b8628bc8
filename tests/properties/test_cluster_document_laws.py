"""Whatever an object of a cluster holds, its document says the same, and each place in it is a field."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from interlock.documents.document import read_documents
from interlock.documents.nodes import MappingNode, Node, Path, ScalarNode, SequenceNode, written
from interlock.documents.source import Source
from interlock_webhooks.controller.documents import field_at, source_of
from interlock_webhooks.controller.kinds import OURS

KIND = OURS[0]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
KEYS = st.text("abcdefghij", min_size=1, max_size=4)
VALUES = st.recursive(
    TEXTS | st.integers(-(2**53), 2**53) | st.booleans(),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(KEYS, each, max_size=3),
    max_leaves=12,
)
SPECS = st.dictionaries(KEYS, VALUES, max_size=4)


def document_of(spec: dict[str, Any]) -> Source:
    body = {"metadata": {"name": "a", "uid": "1"}, "spec": spec, "status": {"conditions": []}}
    found = source_of(KIND, "a", body)
    assert isinstance(found, Source)
    return found


@given(SPECS)
def test_a_document_says_what_the_object_says(spec: dict[str, Any]) -> None:
    (document,) = read_documents(document_of(spec)).documents
    assert document.plain() == {
        "apiVersion": "interlock.dev/v1alpha1",
        "kind": "IntentPolicy",
        "metadata": {"name": "a"},
        "spec": spec,
    }


@given(SPECS)
def test_where_a_field_starts_is_that_field(spec: dict[str, Any]) -> None:
    source = document_of(spec)
    (document,) = read_documents(source).documents
    for path, node in fields(document.root, ()):
        if path:
            assert field_at(source, document.key_span(path)).path == written(path)
        if isinstance(node, ScalarNode):
            assert field_at(source, document.span(path)).path == written(path)


@given(SPECS)
def test_a_place_in_a_text_is_told_by_line_and_column_of_the_text(spec: dict[str, Any]) -> None:
    source = document_of(spec)
    (document,) = read_documents(source).documents
    for path, node in fields(document.root, ()):
        if not isinstance(node, ScalarNode) or not isinstance(node.value, str):
            continue
        text = document.text(path)
        for row, line in enumerate(node.value.split("\n"), 1):
            for column, character in enumerate(line, 1):
                if not character.isspace() and character.isprintable():
                    found = field_at(source, text.locate(row, column))
                    assert (found.path, found.place) == (written(path), f"{row}:{column}")


def fields(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    yield path, node
    if isinstance(node, MappingNode):
        for key, entry in node.entries.items():
            yield from fields(entry.node, (*path, key))
    elif isinstance(node, SequenceNode):
        for index, item in enumerate(node.items):
            yield from fields(item, (*path, index))
