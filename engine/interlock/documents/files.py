"""Which files a list of paths stands for. Nothing here knows what is in them.

Directories are walked in full. Hidden names are left out, as Kubernetes keeps
its own copies of a mounted ConfigMap under them, and so are policy tests.
"""

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from interlock.documents.source import MAX_BYTES, Source, decode_text
from interlock.errors import Problem
from interlock.spans import Span
from interlock.spelling import alternatives

MOST_FILES = 10_000

_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_TESTS = "tests.yaml"


def find(paths: Iterable[Path]) -> tuple[list[Path], list[Problem]]:
    """The files that `paths` stand for, sorted, each once, and the paths that stand for none."""
    found: dict[str, Path] = {}
    problems: list[Problem] = []
    for path in sorted(set(paths)):
        try:
            files = list(islice(_walk(path, set()), MOST_FILES + 1)) if path.is_dir() else [path]
            found |= {os.path.realpath(file): file for file in reversed(files) if file.name != _TESTS} | found
        except (OSError, ValueError) as error:
            problems.append(_unreadable(path, error))
            continue
        if not files:
            message = f"no policies here: add files that end in {alternatives(sorted(_SUFFIXES))}"
            problems.append(_problem(path, message))
    if len(found) > MOST_FILES:
        message = f"more than {MOST_FILES} files: split the policy set"
        return [], [*problems, _problem(min(found.values()), message)]
    return sorted(found.values()), problems


def read_source(path: Path) -> Source | Problem:
    """The text of the file at `path`, or why it can't be read."""
    try:
        # Opening a pipe or a device could wait forever.
        if path.exists() and not path.is_file():
            return _problem(path, "not a regular file: name a file or a directory")
        with path.open("rb") as stream:
            # One byte more than is allowed tells that the file is too large.
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        return _unreadable(path, error)
    return decode_text(_shown(path), content)


def _walk(directory: Path, visited: set[str]) -> Iterator[Path]:
    """All document files below `directory`. Links are followed, but no directory is entered twice."""
    here = os.path.realpath(directory)
    if here in visited:
        return
    visited.add(here)
    for entry in sorted(directory.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _walk(entry, visited)
        elif entry.suffix in _SUFFIXES:
            yield entry


def _problem(path: Path, message: str) -> Problem:
    return Problem(Span(_shown(path), 1, 1), message)


def _unreadable(path: Path, error: OSError | ValueError) -> Problem:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
    return _problem(path, f"can't be read: {reason.lower()}")


def _shown(path: Path) -> str:
    """`path` as a text that every terminal and log can hold."""
    return os.fsencode(path).decode(errors="backslashreplace")
