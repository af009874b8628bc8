"""Documents as plain JSON: those in files and on pages, and what loading says of one alone."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import re2

from interlock.documents.document import read_documents
from interlock.documents.files import read_source
from interlock.documents.source import Source
from interlock.loading.contents import gather
from interlock.loading.validate import KINDS, validate

_FENCED = re2.compile(r"(?ms)^```yaml\n(.*?)^```$")


def in_file(path: Path) -> Iterator[dict[str, Any]]:
    """The documents of our kinds that the file at `path` holds."""
    source = read_source(path)
    return _ours(source) if isinstance(source, Source) else iter(())


def on_page(path: Path) -> Iterator[dict[str, Any]]:
    """The documents that the page at `path` shows in full."""
    for text in _FENCED.findall(path.read_text(encoding="utf-8")):
        if "…" not in text:
            yield from _ours(Source(str(path), text))


def told(document: Mapping[str, Any]) -> list[str]:
    """What loading says of `document` where it knows no other one, nor which there are."""
    (read,) = read_documents(Source("policy.yaml", json.dumps(document))).documents
    checked = validate(read)
    contents = gather([checked], is_complete=False)
    return [problem.message for problem in (*checked.problems, *contents.problems)]


def _ours(source: Source) -> Iterator[dict[str, Any]]:
    for document in read_documents(source).documents:
        plain = document.plain()
        if isinstance(plain, dict) and plain.get("kind") in KINDS and isinstance(plain.get("metadata"), dict):
            yield plain
