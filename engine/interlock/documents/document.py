"""A document and its places: every value, key and text of it leads back to the file.

Here end YAML's own rules; what the fields mean is for the kinds of documents.
"""

from dataclasses import dataclass

from interlock.documents.composer import compose
from interlock.documents.nodes import MappingNode, Node, Path, Plain, ScalarNode, SequenceNode, plain
from interlock.documents.source import Source
from interlock.errors import Problem
from interlock.spans import SourceText, Span


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file. `is_sound` is false where some value could not be read as written."""

    source: Source
    root: Node
    is_sound: bool

    def plain(self) -> Plain:
        """The document as dicts, lists and scalars of its own."""
        return plain(self.root)

    def span(self, path: Path = ()) -> Span:
        """Where the value at `path` starts, or the nearest value around it that exists."""
        return self.source.span(self._nearest(path).offset)

    def key_span(self, path: Path) -> Span:
        """Where the key that `path` ends with stands; where there is none, the value's place."""
        around = self._nearest(path[:-1])
        if isinstance(around, MappingNode) and path[-1] in around.entries:
            return self.source.span(around.entries[str(path[-1])].key_offset)
        return self.span(path)

    def text(self, path: Path) -> SourceText:
        """The text at `path`, which must be one, with the way back to the file."""
        node = self._nearest(path)
        if not isinstance(node, ScalarNode):
            raise TypeError(f"no text at {path}")
        return node.placement.source_text()

    def problem(self, path: Path, message: str) -> Problem:
        """`message` about the value at `path`."""
        return self.source.problem(self.span(path), message)

    def _nearest(self, path: Path) -> Node:
        node = self.root
        for step in path:
            match node:
                case MappingNode() if step in node.entries:
                    node = node.entries[str(step)].node
                case SequenceNode() if isinstance(step, int) and step < len(node.items):
                    node = node.items[step]
                case _:
                    break
        return node


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file holds. `is_complete` is false where documents may be missing."""

    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]
    is_complete: bool


def read_documents(source: Source) -> Reading:
    """All documents of `source` that hold anything, and everything that is wrong with its YAML."""
    read = compose(source)
    documents = (Document(source, root, is_sound) for root, is_sound in read.roots)
    full = tuple(d for d in documents if not (isinstance(d.root, ScalarNode) and d.root.value is None))
    return Reading(full, read.problems, read.is_complete)
