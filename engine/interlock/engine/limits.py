"""Limits over one item: what they set, and whether what they measure is within.

Whatever an expression gives that is not of the type that its place is for is
an error of the limit, and an error denies.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from interlock.cel.activation import Activation
from interlock.cel.values import MAX_INT, MIN_INT, EvaluationError, LimitExceeded, Optional, type_of
from interlock.engine.funds import Funds, paid
from interlock.kernel.limits import outside
from interlock.loading.compiled import CompiledLimit
from interlock.model.limit import Bound
from interlock.spelling import quoted


class Measured(Struct, frozen=True):
    """What a limit sets, and how what it measures is out of bounds; nothing where it is within."""

    bound: Bound
    excess: str


def measure(limit: CompiledLimit, activation: Activation, funds: Sequence[Funds] = ()) -> Measured | str:
    """What `limit` finds, paid for out of `funds`, or what went wrong.

    Raises:
        UndecidableError: one of `funds` is shared and has less.
    """
    try:
        value = paid(limit.of, activation, funds)
        bound = _bound(limit, activation, funds)
        way = _way_out(limit, bound, value)
    except (EvaluationError, LimitExceeded) as error:
        return str(error)
    return Measured(bound, f"{quoted(bound.of)} {way}" if way else "")


def _way_out(limit: CompiledLimit, bound: Bound, value: Any) -> str:  # noqa: ANN401  # a CEL value
    """How `value` is out of bounds, as the rest of a sentence about it; an absent one never is."""
    if isinstance(value, Optional):
        return _way_out(limit, bound, value.value) if value.is_present else ""
    if limit.limit.is_of_numbers:
        return outside(bound.bounds, _number(value))
    if isinstance(value, str):
        return outside(bound.bounds, value)
    ways = {way for each in _texts(value) if (way := outside(bound.bounds, each))}
    return f"has a text that {min(ways)}" if ways else ""


def _bound(limit: CompiledLimit, activation: Activation, funds: Sequence[Funds]) -> Bound:
    if not limit.computed:
        return limit.bound
    found: dict[str, Any] = {}
    for name, program in limit.computed.items():
        try:
            found[name] = _READ[name](paid(program, activation, funds))
        except EvaluationError as error:
            raise EvaluationError(f"{name}: {error}") from None
    return Bound(limit.bound.of, replace(limit.bound.bounds, **found))


def _number(value: Any) -> int:  # noqa: ANN401  # a CEL value
    if type(value) is not int:
        raise EvaluationError(f"must be int, but is {type_of(value)}")
    if not MIN_INT <= value <= MAX_INT:
        raise EvaluationError("must fit into 64 bits")
    return value


def _texts(value: Any) -> frozenset[str]:  # noqa: ANN401  # a CEL value
    if not isinstance(value, list):
        raise EvaluationError(f"must be list(string), but is {type_of(value)}")
    for each in value:
        if not isinstance(each, str):
            raise EvaluationError(f"must be list(string), but has {type_of(each)}")
    return frozenset(value)


_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "ceiling": _number,
    "floor": _number,
    "allowed": _texts,
    "blocked": _texts,
}
