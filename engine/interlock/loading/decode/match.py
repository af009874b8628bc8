"""What a document is about: actions with their patterns written out, kinds and a condition."""

from collections.abc import Iterable, Iterator

from interlock.documents.document import Document
from interlock.loading.kinds.policy import MatchShape
from interlock.model.intent import Action
from interlock.model.policy import Match


def decode_match(document: Document, shape: MatchShape) -> Match:
    """The match that `shape` describes."""
    # An empty text is refused before, so it stands for an absent field.
    return Match(
        actions=frozenset(_actions(shape.actions)),
        kinds=frozenset(shape.kinds),
        when=document.text(("spec", "match", "when")) if shape.when else None,
    )


def _actions(patterns: Iterable[str]) -> Iterator[str]:
    """The actions that `patterns` stand for."""
    for pattern in patterns:
        prefix = pattern.removesuffix("*")
        yield from (a.value for a in Action if (a.startswith(prefix) if prefix != pattern else a == pattern))
