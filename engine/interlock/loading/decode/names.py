"""Names within one list of one document must differ."""

from collections.abc import Iterator, Sequence

from interlock.documents.document import Document
from interlock.documents.nodes import Path
from interlock.errors import Problem
from interlock.spelling import quoted

NAME: Path = ("metadata", "name")
"""Where a document says what it is called."""


def repeated(document: Document, path: Path, names: Sequence[str]) -> Iterator[Problem]:
    """A problem for each name that an earlier entry of the list at `path` has already."""
    for index, name in enumerate(names):
        first = names.index(name)
        if first < index:
            line = document.span((*path, first, "name")).line
            message = f"duplicate name {quoted(name)}: line {line} has it already"
            yield document.problem((*path, index, "name"), message)
