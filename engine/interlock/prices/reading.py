"""How one flavor of a provider's bodies says what was used. Pure.

Bodies come from outside: whatever is wrong with one is a `RequestError` that
says where. Nothing of the wrong type is passed over, as what isn't read isn't
charged. Null is the same as nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from interlock.errors import RequestError
from interlock.prices.row import Terms
from interlock.prices.unit import Unit
from interlock.prices.usage import Count, Usage, count_of

_TERMS: Final = {"service_tier": "service_tier", "serviceTier": "service_tier", "speed": "speed"}
"""Terms by what bodies call them."""


@dataclass(frozen=True, slots=True)
class Item:
    """A step into the first item of a list whose `field` is a text that matches."""

    field: str
    matches: Callable[[str], bool]


Path: TypeAlias = tuple[str | Item, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a count of `unit` stands below the root. Counts of one unit are added."""

    path: Path
    unit: Unit
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What a body says: the model that answered, on what terms, and what was used."""

    model: str | None
    terms: Terms
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The places of one flavor."""

    flavor: str
    model: Path
    root: Path
    places: tuple[Place, ...]

    def fit(self, body: object) -> int:
        """How many of the places are in `body`, whatever stands there, or -1 where a required one isn't."""
        there = {place.path: _is_there(body, self.root + place.path) for place in self.places}
        return sum(there.values()) if all(there[each.path] for each in self.places if each.required) else -1

    def read(self, body: object) -> Reported:
        """What `body`, which is JSON, says."""
        model, at = _find(body, self.model, "$")
        root, root_at = _find(body, self.root, "$")
        if root is None:
            raise _wrong(root_at, "is missing")
        return Reported(
            model=None if model is None else _text(model, at),
            terms=_terms(body, root, root_at),
            usage=Usage(self._counts(root, root_at)),
        )

    def _counts(self, root: object, root_at: str) -> dict[Unit, Count]:
        counts: dict[Unit, Count] = {}
        for place in self.places:
            value, at = _find(root, place.path, root_at)
            if value is not None:
                counts[place.unit] = counts.get(place.unit, 0) + count_of(value, place.unit, at)
            elif place.required:
                raise _wrong(at, "is missing")
        if not counts:
            raise _wrong(root_at, "says nothing of what was used")
        return counts


def _find(value: object, path: Path, at: str) -> tuple[object, str]:
    """What stands at `path` and where that is, or None and where something is missing."""
    for step in path:
        if value is None:
            break
        value, at = _item(value, step, at) if isinstance(step, Item) else _member(value, step, at)
    return value, at


def _is_there(body: object, path: Path) -> bool:
    """Whether something stands at `path`, or something wrong on the way, which is for reading to refuse."""
    try:
        return _find(body, path, "$")[0] is not None
    except RequestError:
        return True


def _member(value: object, name: str, at: str) -> tuple[object, str]:
    if not isinstance(value, dict):
        raise _wrong(at, "must be an object")
    return value.get(name), f"{at}.{name}"


def _item(value: object, step: Item, at: str) -> tuple[object, str]:
    if not isinstance(value, list):
        raise _wrong(at, "must be a list")
    for index, item in enumerate(value):
        field, field_at = _member(item, step.field, f"{at}[{index}]")
        if field is not None and step.matches(_text(field, field_at)):
            return item, f"{at}[{index}]"
    return None, at


def _terms(body: object, root: object, root_at: str) -> dict[str, str]:
    """The terms that the usage states, or else the whole body."""
    return {
        term: _text(value, at)
        for holder, holder_at in ((body, "$"), (root, root_at))
        for name, term in _TERMS.items()
        for value, at in [_member(holder, name, holder_at)]
        if value is not None
    }


def _text(value: object, at: str) -> str:
    if not isinstance(value, str):
        raise _wrong(at, "must be text")
    return value


def _wrong(at: str, what: str) -> RequestError:
    place = at.removeprefix("$.")
    return RequestError(f"`{place}`: {what}", path=at)
