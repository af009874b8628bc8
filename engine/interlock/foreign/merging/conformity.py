"""Whether values are what their structure lets them be, and which parts of them are atomic. Pure.

Source: sigs.k8s.io/structured-merge-diff, typed.validatingObjectWalker, and
k8s.io/apiserver, policy/mutating/patch.findAtomics.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from interlock.foreign.merging.elements import UnknownElementError, key_of, written
from interlock.foreign.merging.structure import Fields, Items, Relation, Scalar, Structure

_NUMBERS: Final = (int, float)


class Nature(StrEnum):
    """What is wrong: a field that the schema has not, an element that is there already, or anything else."""

    UNDECLARED = "undeclared"
    REPEATED = "repeated"
    MISFIT = "misfit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """What is wrong at a place."""

    place: str
    message: str
    nature: Nature = Nature.MISFIT

    def __str__(self) -> str:
        """As the API server says it."""
        return f"{self.place}: {self.message}" if self.place else self.message


def told(found: Sequence[Mistake]) -> str:
    """All of them together, as the API server says them."""
    return str(found[0]) if len(found) == 1 else "\n  ".join(("errors:", *map(str, found)))


def mistakes(structure: Structure, value: Any, path: str = "") -> Iterator[Mistake]:
    """Everything in `value` that `structure` does not let it be."""
    if value is None:
        return
    if isinstance(value, dict) and structure.fields is not None:
        yield from _of_map(structure.fields, value, path)
    elif isinstance(value, list) and structure.items is not None:
        yield from _of_list(structure.items, value, path)
    elif not _is_scalar(structure.scalar, value):
        expected = structure.scalar or ("list" if structure.fields is None else "map")
        yield Mistake(place=path, message=f"expected {expected}, got {written(value)}")


def atomics(structure: Structure, value: Any, path: str = "") -> Iterator[str]:
    """The places in `value` of everything that is atomic and has parts; of map entries nobody asks."""
    if isinstance(value, dict) and structure.fields is not None:
        if structure.fields.is_atomic:
            yield path
        for name, each in value.items():
            if (inner := structure.fields.named.get(name)) is not None:
                yield from atomics(inner, each, f"{path}.{name}")
    elif isinstance(value, list) and structure.items is not None:
        if structure.items.relation is Relation.ATOMIC:
            yield path
        for at, each in enumerate(value):
            yield from atomics(structure.items.element, each, f"{path}[{at}]")


def _of_map(fields: Fields, value: dict[str, Any], path: str) -> Iterator[Mistake]:
    for name, each in value.items():
        inner = fields.of(name)
        place = f"{path}.{name}"
        if inner is None:
            message = "field not declared in schema"
            yield Mistake(place=place, message=message, nature=Nature.UNDECLARED)
        else:
            yield from mistakes(inner, each, place)


def _of_list(items: Items, value: list[Any], path: str) -> Iterator[Mistake]:
    seen = set()
    for at, each in enumerate(value):
        place = f"{path}[{at}]"
        if items.relation is not Relation.ATOMIC:
            try:
                key = key_of(items, each)
            except UnknownElementError as error:
                yield Mistake(place=path, message=f"element {at}: {error}")
                return
            if key in seen:
                message = f"duplicate entries for key {key.text}"
                yield Mistake(place=path, message=message, nature=Nature.REPEATED)
            seen.add(key)
            place = path + key.text
        yield from mistakes(items.element, each, place)


def _is_scalar(scalar: Scalar | None, value: Any) -> bool:
    match scalar:
        case None:
            return False
        case Scalar.TEXT:
            return isinstance(value, str)
        case Scalar.BOOLEAN:
            return isinstance(value, bool)
        case Scalar.NUMBER:
            return isinstance(value, _NUMBERS) and not isinstance(value, bool)
        case Scalar.ANY:
            return isinstance(value, str | int | float)
