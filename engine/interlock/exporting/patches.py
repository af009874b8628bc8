"""One change as a CEL expression that gives a JSON Patch.

Changes of one stratum neither write nor read each other's places, which
loading sees to, so they may be made one after the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

import msgspec

from interlock.cel.text.literal import literal
from interlock.cel.text.unparse import is_identifier
from interlock.model.mutation import Clamp, Default, Lock, Mutation, Pattern, Scalar, Union

WHEN: Final = "when"
"""The variable that stands for the condition of a change."""

_ENCODER: Final = msgspec.json.Encoder(order="sorted")


def patch(mutation: Mutation, given: AbstractSet[Pattern]) -> str:
    """CEL of the operations of `mutation`, which has no item of a list on its way.

    What is missing on the way is made, outer parts before inner ones; parts at
    `given` places are always there.
    """
    made = _made(mutation, given)
    return made if mutation.when is None else f"{WHEN} ? ({made}) : []"


def _made(mutation: Mutation, given: AbstractSet[Pattern]) -> str:
    place, current = mutation.path, _current(mutation.path)
    ways = [part for depth in range(1, len(place)) if (part := place[:depth]) not in given]
    way = "".join(f"({_current(part)} == null ? [{_adding(part, '{}')}] : []) + " for part in ways)
    match mutation.change:
        case Default(value):
            return f"{current} == null ? {way}[{_adding(place, literal(value))}] : []"
        case Lock(value, instead):
            wanted = f"!({_is(current, value)})"
            if instead:
                wanted += f" && ({' || '.join(_is(current, each) for each in instead)})"
            return f"{wanted} ? {way}[{_adding(place, literal(value))}] : []"
        case Clamp() as clamp:
            return _clamped(clamp, current, place)
        case Union(items):
            return _united(items, current, place, way)


def _clamped(clamp: Clamp, current: str, place: Pattern) -> str:
    bounds = {">": clamp.ceiling, "<": clamp.floor}
    parts = [
        f"{current} {operator} {bound} ? [{_adding(place, str(bound))}] : "
        for operator, bound in bounds.items()
        if bound is not None
    ]
    return f"{current} == null ? [] : {_unless(f'type({current}) == int', 'no whole number')}{''.join(parts)}[]"


def _united(items: Iterable[Any], current: str, place: Pattern, way: str) -> str:
    ordered = [item for _, item in sorted({_ENCODER.encode(item): item for item in items}.items())]
    listed = _value(ordered)
    adding = _adding((*place, "-"), "item")
    return (
        f"{current} == null ? {way}[{_adding(place, listed)}]"
        f" : {_unless(f'type({current}) == list', 'no list')}"
        f"{listed}.filter(item, !(item in {current})).map(item, {adding})"
    )


def _unless(expected: str, found: str) -> str:
    """CEL that goes on where what is there is as `expected`, and fails where it is something else."""
    return f"!({expected}) ? {{}}[{literal(f'it is {found}')}] : "


def _adding(place: Pattern, value: str) -> str:
    return f'JSONPatch{{op: "add", path: {literal(_pointer(place))}, value: {value}}}'


def _is(current: str, value: Scalar) -> str:
    """That what is there is `value`, and of its type: here 1 is not 1.0, there they are equal."""
    same = f"{current} == {literal(value)}"
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return f"(type({current}) == int && {same})" if is_number else same


def _current(place: Pattern) -> str:
    """CEL of what is at `place`; null where nothing is."""
    keys = (f".?{key}" if is_identifier(key) else f"[?{literal(key)}]" for key in place)
    return f"object{''.join(keys)}.orValue(null)"


def _pointer(place: Pattern) -> str:
    """The JSON Pointer of `place` (RFC 6901)."""
    return "".join(f"/{key.replace('~', '~0').replace('/', '~1')}" for key in place)


def _value(value: Any) -> str:  # noqa: ANN401 - any JSON
    """CEL of `value`, whose parts may be of several types; Kubernetes wants that said."""
    match value:
        case Mapping():
            entries = sorted(value.items())
            parts = _parts([each for _, each in entries])
            written = (f"{literal(key)}: {part}" for (key, _), part in zip(entries, parts, strict=True))
            return f"{{{', '.join(written)}}}"
        case list() | tuple():
            return f"[{', '.join(_parts(value))}]"
        case _:
            return literal(value)


def _parts(values: Sequence[Any]) -> list[str]:
    is_mixed = len({type(each) for each in values}) > 1 or any(
        isinstance(each, Mapping | list) for each in values
    )
    return [f"dyn({_value(each)})" if is_mixed else _value(each) for each in values]
