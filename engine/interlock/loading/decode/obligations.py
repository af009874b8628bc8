"""Obligations and advice: declared once for all policies, then given values that can merge.

Where what is declared could not be read, nothing is said of it here: the set
does not load, and why not is reported where it stands.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from interlock.documents.document import Document
from interlock.documents.nodes import Path
from interlock.errors import Problem
from interlock.identity import ObligationName
from interlock.loading.kinds.obligations import DeclaredShape, Written
from interlock.model.obligation import Merge, Obligation, Value
from interlock.model.vocabulary import Declared, Vocabulary
from interlock.spelling import closest, quoted

_NUMBER: Final = "a whole number"
_NAMES: Final = "a list of texts"
_SORTS: Final = {
    Merge.MIN: _NUMBER,
    Merge.MAX: _NUMBER,
    Merge.UNION: _NAMES,
    Merge.INTERSECTION: _NAMES,
    Merge.EQUAL: "a text, a whole number, `true` or `false`",
}
_NOUNS: Final = {"obligations": "obligation", "advice": "advice"}


class Obliging(Protocol):
    """What obliges and advises: rules and limits."""

    @property
    def obligations(self) -> Mapping[str, Written]:
        """The values of obligations by name."""
        ...

    @property
    def advice(self) -> Mapping[str, Written]:
        """The values of advice by name."""
        ...


def declared(shapes: Sequence[DeclaredShape]) -> tuple[Declared, ...]:
    """What `shapes` declare, by name."""
    ordered = sorted(shapes, key=lambda shape: shape.name)
    return tuple(Declared(ObligationName(shape.name), shape.merge) for shape in ordered)


def obligation_problems(
    document: Document, path: Path, shape: Obliging, vocabulary: Vocabulary | None
) -> Iterator[Problem]:
    """What is wrong between what `shape` at `path` obliges to or advises and what is declared."""
    if vocabulary is None:
        return
    known = {"obligations": _merges(vocabulary.obligations), "advice": _merges(vocabulary.advice)}
    for field, given in (("obligations", shape.obligations), ("advice", shape.advice)):
        for name, value in given.items():
            place, merge = (*path, field, name), known[field].get(name)
            if merge is None:
                message = f"unknown {_NOUNS[field]} {quoted(name)}: {_hint(name, field, known)}"
                yield document.source.problem(document.key_span(place), message)
            elif not _fits(merge, value):
                message = f"{_NOUNS[field]} {quoted(name)} merges by `{merge}`: write {_SORTS[merge]}"
                yield document.problem(place, message)


def decode_obligations(given: Mapping[str, Written], known: Sequence[Declared]) -> tuple[Obligation, ...]:
    """What `given` obliges to, or advises, by name."""
    merges = _merges(known)
    return tuple(
        Obligation(ObligationName(name), merges[name], _value(value))
        for name, value in sorted(given.items())
        if name in merges
    )


def _merges(known: Sequence[Declared]) -> dict[str, Merge]:
    return {each.name: each.merge for each in known}


def _hint(name: str, field: str, known: Mapping[str, Mapping[str, Merge]]) -> str:
    """What the author of `name` can do, who must have meant something that is declared."""
    meant = closest(name, known[field])
    if meant is not None:
        return f"did you mean {quoted(meant)}?"
    elsewhere = [other for other, merges in known.items() if name in merges]
    if elsewhere:
        return f"the PolicySet declares it in `{elsewhere[0]}`"
    return f"declare it in `{field}` of the PolicySet"


def _fits(merge: Merge, value: Written) -> bool:
    match merge:
        case Merge.MIN | Merge.MAX:
            return isinstance(value, int) and not isinstance(value, bool)
        case Merge.UNION | Merge.INTERSECTION:
            return isinstance(value, list)
        case _:
            return not isinstance(value, list)


def _value(written: Written) -> Value:
    return frozenset(written) if isinstance(written, list) else written
