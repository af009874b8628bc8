"""What evaluation itself does with optional values: in literals, in `or` and `orValue`, in `optMap`."""

from collections.abc import Callable, Iterable
from typing import Any

from interlock.cel.libraries.overloads import no_overload
from interlock.cel.values import NONE, Optional, entries, optional


def to_optional(function: str, value: Any) -> Optional:
    """`value`, which `function` needs to be optional.

    Raises:
        EvaluationError: it is something else.
    """
    if isinstance(value, Optional):
        return value
    raise no_overload(function, value)


def listed(values: list[Any], marked: frozenset[int]) -> list[Any]:
    """The list of `values`; those at the indices in `marked` are optional, and left out where absent."""
    kept = [to_optional("[?_]", value) if at in marked else optional(value) for at, value in enumerate(values)]
    return [value.value for value in kept if value.is_present]


def mapped(pairs: Iterable[tuple[Any, Any]], marked: frozenset[int]) -> dict[Any, Any]:
    """The map of `pairs`; the values at the indices in `marked` are optional, and left out where absent."""
    kept = [
        (key, to_optional("{?_}", value) if at in marked else optional(value))
        for at, (key, value) in enumerate(pairs)
    ]
    return entries((key, value.value) for key, value in kept if value.is_present)


def or_else(value: Any, otherwise: Callable[[], Any]) -> Optional:
    """`value.or(otherwise)`; what is not needed is not evaluated."""
    value = to_optional("or", value)
    return value if value.is_present else to_optional("or", otherwise())


def or_value(value: Any, otherwise: Callable[[], Any]) -> Any:
    """`value.orValue(otherwise)`; what is not needed is not evaluated."""
    value = to_optional("orValue", value)
    return value.value if value.is_present else otherwise()


def opt_map(target: Any, body: Callable[[Any], Any]) -> Optional:
    """`target.optMap(v, body)`."""
    target = to_optional("optMap", target)
    return optional(body(target.value)) if target.is_present else NONE


def opt_flat_map(target: Any, body: Callable[[Any], Any]) -> Optional:
    """`target.optFlatMap(v, body)`, whose body is optional itself."""
    target = to_optional("optFlatMap", target)
    return to_optional("optFlatMap", body(target.value)) if target.is_present else NONE
