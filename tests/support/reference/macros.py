"""The macros: each gets what it ranges over and, as functions of its variables, the expressions in it.

`or` and `orValue` of an optional value are among them, since they evaluate
their argument only where it is needed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from interlock.cel.values import NONE, Optional, optional
from support.reference.errors import CelError, NotCelError
from support.reference.grammar import Name, Node
from support.reference.kinds import from_key, kind, to_key
from support.reference.logic import Outcome, conjunction, disjunction, truth

Body = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Macro:
    """How many variables come first in its arguments, and what it computes."""

    variables: int
    run: Callable[..., Any]


def bound_name(node: Node) -> str:
    """The name that a macro binds."""
    match node:
        case Name(name, False):
            return name
        case _:
            raise NotCelError("a macro binds a simple name")


def _rounds(range_: Any, variables: int) -> list[tuple[Any, ...]]:
    """What the variables are in each round: elements or keys; with two, indexes or keys and values."""
    match kind(range_):
        case "list":
            pairs = list(enumerate(range_))
            return [pair[2 - variables :] for pair in pairs]
        case "map":
            return [(from_key(key), value)[:variables] for key, value in range_.items()]
        case other:
            raise CelError(f"no such overload: no range: {other}")


def _outcome(body: Body, values: tuple[Any, ...]) -> Outcome:
    try:
        return body(*values)
    except CelError as error:
        return error


def _all(variables: int, range_: Any, predicate: Body) -> bool:
    return conjunction([_outcome(predicate, values) for values in _rounds(range_, variables)])


def _exists(variables: int, range_: Any, predicate: Body) -> bool:
    return disjunction([_outcome(predicate, values) for values in _rounds(range_, variables)])


def _exists_one(variables: int, range_: Any, predicate: Body) -> bool:
    return [truth(predicate(*values)) for values in _rounds(range_, variables)].count(True) == 1


def _filter(variables: int, range_: Any, predicate: Body) -> list[Any]:
    return [values[0] for values in _rounds(range_, variables) if truth(predicate(*values))]


def _list(variables: int, range_: Any, *bodies: Body) -> list[Any]:
    """`map` and `transformList`; with two expressions, the first says which elements to transform."""
    *predicates, transform = bodies
    chosen = [
        values
        for values in _rounds(range_, variables)
        if all(truth(predicate(*values)) for predicate in predicates)
    ]
    return [transform(*values) for values in chosen]


def _map(variables: int, range_: Any, *bodies: Body) -> dict[Any, Any]:
    *predicates, transform = bodies
    return {
        to_key(values[0]): transform(*values)
        for values in _rounds(range_, variables)
        if all(truth(predicate(*values)) for predicate in predicates)
    }


def _entries(variables: int, range_: Any, *bodies: Body) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    for entry in _list(variables, range_, *bodies):
        if kind(entry) != "map" or made.keys() & entry.keys():
            raise CelError("no map, or a repeated key")
        made |= entry
    return made


def _opt_map(variables: int, target: Any, transform: Body) -> Optional:
    return _opt_flat_map(variables, target, lambda value: optional(transform(value)))


def _opt_flat_map(_variables: int, target: Any, transform: Body) -> Optional:
    return _optional(transform(target.value)) if _optional(target).is_present else NONE


def _or(_variables: int, target: Any, otherwise: Body) -> Optional:
    return _optional(target) if _optional(target).is_present else _optional(otherwise())


def _or_value(_variables: int, target: Any, otherwise: Body) -> Any:
    return target.value if _optional(target).is_present else otherwise()


def _optional(value: Any) -> Optional:
    if not isinstance(value, Optional):
        raise CelError("no such overload: no optional")
    return value


MACROS: Final = {
    ("all", 2): Macro(1, _all),
    ("all", 3): Macro(2, _all),
    ("exists", 2): Macro(1, _exists),
    ("exists", 3): Macro(2, _exists),
    ("exists_one", 2): Macro(1, _exists_one),
    ("existsOne", 2): Macro(1, _exists_one),
    ("existsOne", 3): Macro(2, _exists_one),
    ("filter", 2): Macro(1, _filter),
    ("map", 2): Macro(1, _list),
    ("map", 3): Macro(1, _list),
    ("transformList", 3): Macro(2, _list),
    ("transformList", 4): Macro(2, _list),
    ("transformMap", 3): Macro(2, _map),
    ("transformMap", 4): Macro(2, _map),
    ("transformMapEntry", 3): Macro(2, _entries),
    ("transformMapEntry", 4): Macro(2, _entries),
    ("optMap", 2): Macro(1, _opt_map),
    ("optFlatMap", 2): Macro(1, _opt_flat_map),
    ("or", 1): Macro(0, _or),
    ("orValue", 1): Macro(0, _or_value),
}
"""By name and number of arguments."""
