"""Objects of a cluster as documents of a policy set, and places in them as fields. Pure.

What is in the document decides, so an object that only changed elsewhere, such
as in its status, gives the same document.
"""

import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from interlock.documents.document import Document, read_documents
from interlock.documents.nodes import MappingNode, Node, Path, ScalarNode, SequenceNode, written
from interlock.documents.source import Source, decode_text
from interlock.errors import Problem
from interlock.spans import Span
from interlock_webhooks.cluster.answers import Object
from interlock_webhooks.cluster.resource import Kind

_ROOT: Final = "cluster"
_NOT_SAID: Final = frozenset({"apiVersion", "kind", "metadata", "status"})
_BEYOND_16_BITS: Final = 0x10000


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a document; where it is a text, `place` says where in it, from 1, such as `2:7`."""

    path: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.place}" if self.place else self.path


def name_of(kind: Kind, name: str) -> str:
    """What the document of the object `name` is called in problems."""
    return f"{_ROOT}/{kind.resource.plural}/{name}"


def source_of(kind: Kind, name: str, body: Object) -> Source | Problem:
    """The document that `body` is, or what keeps it from being read."""
    document = {
        "apiVersion": kind.resource.api_version,
        "kind": kind.name,
        "metadata": {"name": name},
        **{key: value for key, value in body.items() if key not in _NOT_SAID},
    }
    return decode_text(name_of(kind, name), _text(document).encode())


def field_at(source: Source, span: Span) -> Field:
    """The innermost field of the document `source` that `span` is in."""
    documents = read_documents(source).documents
    if not documents:
        return Field("")
    document = documents[0]
    *_, (path, node) = (
        (path, node) for start, path, node in _fields(document.root, (), 0) if source.span(start) <= span
    )
    is_within = isinstance(node, ScalarNode) and isinstance(node.value, str) and document.span(path) <= span
    return Field(written(path), _place(document, path, span) if is_within else "")


def _place(document: Document, path: Path, span: Span) -> str:
    """Where `span` is in the text at `path`."""
    text = document.text(path)
    places = [
        (row, column) for row, line in enumerate(text.text.split("\n"), 1) for column in range(1, len(line) + 2)
    ]
    found = bisect_right(places, span, key=lambda place: text.locate(*place))
    row, column = places[max(found - 1, 0)]
    return f"{row}:{column}"


def _fields(node: Node, path: Path, start: int) -> Iterator[tuple[int, Path, Node]]:
    """All fields in the order of the text, each with the offset of its key, or its own if it has none."""
    yield start, path, node
    match node:
        case MappingNode():
            for key, entry in node.entries.items():
                yield from _fields(entry.node, (*path, key), entry.key_offset)
        case SequenceNode():
            for index, item in enumerate(node.items):
                yield from _fields(item, (*path, index), item.offset)
        case _:
            pass


def _text(value: object) -> str:
    """`value` as JSON that is YAML, too: there nothing that can't be printed may stand in a text."""
    written_ = json.dumps(value, indent=2, ensure_ascii=False)
    return "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in written_)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < _BEYOND_16_BITS else f"\\U{code:08x}"
