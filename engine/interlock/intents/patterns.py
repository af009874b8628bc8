"""Where something stands in all objects of a kind: `spec.replicatedJobs[].template.spec`.

The notation of paths, with more than one place at a time: `[]` is each item of
a list, `[name=x,type=y]` each with these texts, `{*}` each value of an object and
`{a|b}` those under `a` and `b`. A key that holds dots stands in `["…"]`. The
empty pattern is the whole object.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import re2

from interlock.intents.fields import refuse
from interlock.intents.paths import element, member

_STEP: Final = re2.compile(r'\.?([^.\[\]{}]+)|\["([^"]+)"\]|\[([^\]]*)\]|\.?\{([^}]+)\}')


@dataclass(frozen=True, slots=True)
class Items:
    """The items of a list in which these texts stand under these keys; all where there are none."""

    texts: tuple[tuple[str, str], ...] = ()

    def mean(self, item: object) -> bool:
        """Whether `item` is one of them."""
        return not self.texts or (
            isinstance(item, dict) and all(item.get(key) == value for key, value in self.texts)
        )


@dataclass(frozen=True, slots=True)
class Values:
    """The values of an object under `keys`; all where there are none."""

    keys: tuple[str, ...] = ()


Step: TypeAlias = str | Items | Values


@dataclass(frozen=True, slots=True)
class Place:
    """A value at `path` that `steps` lead to; `taken` is the key or index that each of them took."""

    value: Any
    path: str
    steps: tuple[Step, ...] = ()
    taken: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """The steps from an object to the places that are meant."""

    steps: tuple[Step, ...]

    def places(self, root: object, path: str = "", beside: Place | None = None) -> list[Place]:
        """The places in `root`, which stands at `path`; null is no place.

        Items that lead to `beside` too are taken as they are there: of
        `jobs[].replicas` and the place `jobs[3].template` the fourth job's.
        Raises RequestError where something else than an object or list stands in the way.
        """
        found = [Place(root, path)]
        bound = _shared(self.steps, beside)
        for index, step in enumerate(self.steps):
            taken = bound[index] if index < len(bound) else None
            found = [child for place in found for child in _children(place, step, taken)]
        return found

    def loose_places(self, root: object, path: str = "") -> list[Place]:
        """The places in `root`, and none where something else than an object or list stands in the way."""
        found = [Place(root, path)]
        for step in self.steps:
            found = [
                child
                for place in found
                if _leads_on(place.value, step)
                for child in _children(place, step, None)
            ]
        return found


def pattern(written: str) -> Pattern:
    """The pattern in the notation of this module."""
    return Pattern(tuple(_step(*found.groups()) for found in _STEP.finditer(written)))


def _step(key: str | None, quoted: str | None, items: str | None, keys: str | None) -> Step:
    if keys is not None:
        return Values(() if keys == "*" else tuple(keys.split("|")))
    if items is not None:
        return Items(tuple(_assigned(each) for each in items.split(",") if each))
    return quoted or key or ""


def _assigned(written: str) -> tuple[str, str]:
    key, _, value = written.partition("=")
    return key, value


def _shared(steps: tuple[Step, ...], beside: Place | None) -> list[str | int]:
    """What `beside` took for the first of `steps`, as far as its own are the same."""
    shared: list[str | int] = []
    for step, other, taken in zip(steps, beside.steps, beside.taken, strict=False) if beside else ():
        if step != other:
            break
        shared.append(taken)
    return shared


def _leads_on(value: object, step: Step) -> bool:
    return isinstance(value, list if isinstance(step, Items) else dict)


def _children(place: Place, step: Step, taken: str | int | None) -> Iterator[Place]:
    """The places that `step` leads to from `place`; only the one that is `taken`, where one is."""
    if not _leads_on(place.value, step):
        refuse(place.path, "a list" if isinstance(step, Items) else "an object")
    if isinstance(step, Items):
        indices = range(len(place.value)) if taken is None else (int(taken),)
        for index in indices:
            item = place.value[index]
            if step.mean(item):
                yield from _child(place, step, index, element(place.path, index))
        return
    if taken is not None:
        keys = [str(taken)]
    elif isinstance(step, Values):
        keys = [key for key in step.keys or place.value if key in place.value]
    else:
        keys = [step]
    for key in keys:
        if key in place.value:
            yield from _child(place, step, key, member(place.path, key))


def _child(place: Place, step: Step, key: str | int, path: str) -> Iterator[Place]:
    value = place.value[key]
    if value is not None:
        yield Place(value, path, (*place.steps, step), (*place.taken, key))
