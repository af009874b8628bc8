"""How many pods there may be at once: the product of what fields of an object say."""

from math import prod
from typing import Final

from interlock.intents.calls import times_called
from interlock.intents.draft import few
from interlock.intents.fields import refuse
from interlock.intents.kinds.notation import Calls, Count, Group, Looped, PodsAt, When
from interlock.intents.loops import turns
from interlock.intents.modelnames import TEMPLATE_MARKS
from interlock.intents.number import MAX_INT32, Number
from interlock.intents.patterns import Pattern, Place
from interlock.intents.scopes import Scope
from interlock.model.intent import MAX_INT64

_MOST_GROUPED: Final = 200
_LONGEST_NUMBER: Final = 10


def number_of(scope: Scope, at: PodsAt, beside: Place | None) -> Number:
    """The product of the counts of `at`, for the pods at `beside`, and at most as many as it has at once."""
    factors = [_factor(scope, count, beside) for count in at.counts]
    found = _product([*factors, *_made(scope)])
    bound = None if at.at_most is None else _at(scope, at.at_most, None)
    return found if bound is None or found.count <= bound.count or not bound.count else bound


def times_made(scope: Scope) -> Number:
    """How many objects like that of `scope` another one makes at once; one where none does."""
    return _product(_made(scope))


def _made(scope: Scope) -> list[Number]:
    factors = []
    while scope.maker is not None:
        scope, place = scope.maker
        factors += [_factor(scope, count, place) for count in scope.kind.makes]
    return factors


def _product(factors: list[Number]) -> Number:
    noted = next((factor for factor in factors if factor.note), None)
    if noted is not None:
        return Number(min(prod(factor.count for factor in factors), MAX_INT64), noted.source, noted.note)
    source = next((factor.source for factor in factors if factor.count != 1 and factor.source), "")
    return Number(
        min(prod(factor.count for factor in factors), MAX_INT64),
        source or next((factor.source for factor in factors if factor.source), ""),
    )


def _factor(scope: Scope, count: Count | Looped | Calls, beside: Place | None) -> Number:
    if isinstance(count, Calls):
        return times_called(scope, count, beside)
    if isinstance(count, Looped):
        step = next(iter(scope.places(count.at, beside)), None)
        return Number(1) if step is None else turns(step, count.loop)
    if count.holds is not None and not _holds(scope, count.holds, beside):
        return Number(1)
    if count.group is not None:
        beside = _group_of(scope, count.group, beside)
        if beside is None:
            return Number(1)
    number = _at(scope, count.field, beside)
    found = Number(count.otherwise) if number is None else number
    least = None if count.at_least is None else _at(scope, count.at_least, beside)
    if least is not None and least.count > found.count:
        found = least
    bound = None if count.at_most is None else _at(scope, count.at_most, beside)
    if bound is not None and bound.count < found.count:
        found = bound
    if count.scaled is None or _holds(scope, count.scaled, beside):
        found = _scaled(scope, count, beside, found)
    return _adjusted(scope, count, beside, found)


def _scaled(scope: Scope, count: Count, beside: Place | None, found: Number) -> Number:
    given = [number for each in count.scaled_to if (number := _at(scope, each, beside)) is not None]
    if count.endless and not any(number.count for number in given[:1]):
        return Number(max(found.count, 1), found.source, "nothing bounds how far it scales")
    return max([found, *given], key=lambda number: number.count)


def _adjusted(scope: Scope, count: Count, beside: Place | None, found: Number) -> Number:
    """`found` in parts, and without those that are counted elsewhere."""
    left = found.count
    if count.per is not None:
        divisor = _at(scope, count.per, beside)
        left = -(-left // max(divisor.count if divisor else 1, 1))
    if count.fewer is None or _holds(scope, count.fewer, beside):
        left = max(left - count.less, 0)
    return Number(left, found.source, found.note)


def _at(scope: Scope, field: Pattern, beside: Place | None) -> Number | None:
    place = next(iter(scope.places(field, beside)), None)
    return None if place is None else _read(place)


def _read(place: Place) -> Number:
    """The whole number at `place`; one that is filled in later is the greatest that there is."""
    value = place.value
    if isinstance(value, str):
        if any(mark in value for mark in TEMPLATE_MARKS):
            return Number(MAX_INT32, place.path, "the number of pods is filled in later")
        # Annotations hold nothing but texts.
        if (
            "annotations" in place.steps
            and value.isascii()
            and value.isdigit()
            and len(value) <= _LONGEST_NUMBER
        ):
            value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_INT32:
        refuse(place.path, f"a whole number from 0 to {MAX_INT32}")
    return Number(value, place.path)


def _holds(scope: Scope, when: When, beside: Place | None) -> bool:
    found = scope.places(when.field, beside)
    return any(when.value is None or place.value == when.value for place in found)


def _group_of(scope: Scope, group: Group, beside: Place | None) -> Place | None:
    """The group that names what is at `beside`."""
    name = next((place.value for place in scope.places(group.name, beside)), None)
    named = few(scope.places(group.names), "names in groups", _MOST_GROUPED)
    for place in named:
        if place.value == name:
            return next(iter(scope.places(group.groups, place)), None)
    return None
