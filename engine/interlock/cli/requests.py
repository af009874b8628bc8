"""What the user asks about: the documents of files, folders and standard input, one by one.

Folders are read in full. A `List` stands for its items.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Generic, TypeVar

from interlock.documents.files import MOST_FILES
from interlock.documents.inputs import Input, parse_inputs, read_inputs
from interlock.documents.source import MAX_BYTES, decode_text
from interlock.errors import Problem, RequestError
from interlock.spans import Span

_Answer = TypeVar("_Answer")

_STDIN = Path("-")
_SUFFIXES = frozenset({".yaml", ".yml", ".json"})


@dataclass(frozen=True, slots=True)
class Answered(Generic[_Answer]):
    """What became of one document, and where it is: file, line, and item of a list."""

    answer: _Answer
    place: str


@dataclass(frozen=True, slots=True)
class _Item:
    """A document, or an item of a List at `path` in it; `span` is where the document starts."""

    value: dict[str, Any]
    span: Span
    path: str = ""

    @property
    def place(self) -> str:
        return f"{self.span.file}:{self.span.line} {self.path}".strip()

    def problem(self, message: str) -> Problem:
        return Problem(self.span, f"{self.path}: {message}" if self.path else message)


def answers(
    paths: Iterable[Path], answer: Callable[[dict[str, Any]], _Answer]
) -> tuple[tuple[Answered[_Answer], ...], tuple[Problem, ...]]:
    """`answer` to every document in `paths`, in their order, and everything that has none.

    Where `answer` raises RequestError, the document has none.
    """
    found: list[Answered[_Answer]] = []
    problems: list[Problem] = []
    for path in paths:
        before = len(found) + len(problems)
        for item in _items(path):
            if isinstance(item, Problem):
                problems.append(item)
                continue
            try:
                found.append(Answered(answer(item.value), item.place))
            except RequestError as error:
                problems.append(item.problem(str(error)))
        if len(found) + len(problems) == before:
            problems.append(Problem(Span(_shown(path), 1, 1), "no document here: give a file with one"))
    return tuple(found), tuple(problems)


def _items(path: Path) -> Iterator[_Item | Problem]:
    """Every document of the file, folder or stream at `path`, lists unrolled."""
    for file in _files(path):
        if isinstance(file, Problem):
            yield file
            continue
        inputs, problems = _standard_input() if file == _STDIN else read_inputs(file)
        yield from problems
        for each in inputs:
            yield from _unrolled(_Item(each.value, each.span))


def _files(path: Path) -> list[Path | Problem]:
    """The files of a folder by name, hidden ones left out; anything else is itself."""
    if not path.is_dir():
        return [path]
    found = sorted(islice(_documents_below(path), MOST_FILES + 1))
    if len(found) > MOST_FILES:
        message = f"more than {MOST_FILES} files: decide on a part of them at a time"
        return [Problem(Span(str(path), 1, 1), message)]
    return list(found)


def _documents_below(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if file.suffix in _SUFFIXES and not hidden and file.is_file():
            yield file


def _shown(path: Path) -> str:
    return "<stdin>" if path == _STDIN else str(path)


def _standard_input() -> tuple[tuple[Input, ...], tuple[Problem, ...]]:
    # One byte more than is allowed tells that the input is too large.
    source = decode_text(_shown(_STDIN), sys.stdin.buffer.read(MAX_BYTES + 1))
    return ((), (source,)) if isinstance(source, Problem) else parse_inputs(source)


def _unrolled(item: _Item) -> Iterator[_Item | Problem]:
    """`item`, or the items of the List that it is. The reader bounds how deep lists can nest."""
    entries = item.value.get("items")
    if item.value.get("kind") != "List" or not isinstance(entries, list):
        yield item
        return
    for number, entry in enumerate(entries):
        below = _Item(entry, item.span, f"{item.path}.items[{number}]".removeprefix("."))
        if isinstance(entry, dict):
            yield from _unrolled(below)
        else:
            yield below.problem("must be a mapping")
