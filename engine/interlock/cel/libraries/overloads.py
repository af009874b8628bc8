"""What a function of a library is: its overloads, and how the values pick one.

An overload says once what the checker declares and what evaluation computes.
Evaluation picks by the types of the values, since below `dyn` the checker
knows nothing; where no overload fits, the call is an evaluation error.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from interlock.cel.types import DYN, CelType
from interlock.cel.values import EvaluationError, type_of

Function = Callable[..., Any]
"""Takes CEL values and returns one, or raises EvaluationError.

Its messages end up in decision logs: they name types, never values, which come from requests.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Overload:
    """One signature of a function; of a member function the first parameter is the target.

    `compute` gets values of exactly these types: the outermost ones, where a
    type has parameters, and anything for `dyn` or a type parameter.
    """

    id: str
    function: str
    parameters: tuple[CelType, ...]
    result: CelType
    compute: Function
    is_member: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Library:
    """A named set of overloads.

    `extension` is the checker's own extension that declares them, with its
    macros; where there is none, the overloads are declared as they stand here.
    """

    name: str
    overloads: tuple[Overload, ...]
    extension: tuple[str, int] | None = None


def no_overload(function: str, *arguments: Any) -> EvaluationError:
    """The error of a function that has no overload for these arguments."""
    types = ", ".join(str(type_of(argument)) for argument in arguments)
    return EvaluationError(f"no such overload: {function}({types})")


def functions(libraries: Iterable[Library]) -> dict[str, Function]:
    """The functions of all `libraries` by name, each over all of its overloads.

    A later overload with the same id takes the place of an earlier one, so
    that a newer version of a library can be laid over an older. Overloads that
    values can't tell apart, such as the sums of a list of ints and of doubles,
    are there by themselves too; `chosen` finds them.
    """
    named: dict[str, dict[str, Overload]] = {}
    for library in libraries:
        for overload in library.overloads:
            named.setdefault(overload.function, {})[overload.id] = overload
    table = {name: dispatcher(name, overloads.values()) for name, overloads in named.items()}
    for name, overloads in named.items():
        seen = Counter(_visible(overload) for overload in overloads.values())
        for overload in overloads.values():
            if seen[_visible(overload)] > 1:
                table[_key(name, overload.id)] = dispatcher(name, (overload,))
    return table


def chosen(table: Mapping[str, Function], function: str, overloads: Sequence[str]) -> Function:
    """The function that a call computes by, of which the checker found that these overloads fit."""
    if len(overloads) == 1 and (exact := table.get(_key(function, overloads[0]))) is not None:
        return exact
    return table[function]


def dispatcher(name: str, overloads: Iterable[Overload]) -> Function:
    """The function that computes by the first of `overloads` that takes the arguments' types."""
    candidates = tuple(overloads)
    if len(candidates) == 1 and all(map(_is_open, candidates[0].parameters)):
        return candidates[0].compute
    # Bounded: there are only so many types of values, and overloads of so many arguments.
    known: dict[Any, Function] = {}

    def choose(*arguments: Any) -> Function:
        return _chosen(name, candidates, arguments)

    def call_one(argument: Any) -> Any:
        try:
            compute = known[type(argument)]
        except KeyError:
            compute = known[type(argument)] = choose(argument)
        return compute(argument)

    def call_two(left: Any, right: Any) -> Any:
        try:
            compute = known[type(left), type(right)]
        except KeyError:
            compute = known[type(left), type(right)] = choose(left, right)
        return compute(left, right)

    def call_any(*arguments: Any) -> Any:
        types = tuple(map(type, arguments))
        try:
            compute = known[types]
        except KeyError:
            compute = known[types] = choose(*arguments)
        return compute(*arguments)

    # Most calls are of one or two arguments, and a decision makes many of them.
    arities = {len(overload.parameters) for overload in candidates}
    by_arity: dict[frozenset[int], Function] = {frozenset({1}): call_one, frozenset({2}): call_two}
    return by_arity.get(frozenset(arities), call_any)


def results(libraries: Iterable[Library]) -> Mapping[str, CelType]:
    """The functions that give one type whatever their arguments are, with that type."""
    found: dict[str, set[CelType]] = {}
    for library in libraries:
        for overload in library.overloads:
            found.setdefault(overload.function, set()).add(overload.result)
    return {name: next(iter(types)) for name, types in found.items() if len(types) == 1 and _is_plain(*types)}


def _chosen(name: str, overloads: Iterable[Overload], arguments: tuple[Any, ...]) -> Function:
    types = [type_of(argument).name for argument in arguments]
    for overload in overloads:
        if all(_takes(parameter, type_) for parameter, type_ in zip_longest(overload.parameters, types)):
            return overload.compute
    raise no_overload(name, *arguments)


def _takes(parameter: CelType | None, type_: str | None) -> bool:
    if parameter is None or type_ is None:
        return False
    return _is_open(parameter) or parameter.name == type_


def _is_open(parameter: CelType) -> bool:
    """Whether a parameter takes values of any type."""
    return parameter == DYN or parameter.is_parameter


def _key(function: str, overload: str) -> str:
    return f"{function}:{overload}"


def _visible(overload: Overload) -> tuple[bool, tuple[str, ...]]:
    """What a call shows of an overload: its form, and what values show of the types of parameters."""
    return overload.is_member, tuple(parameter.name for parameter in overload.parameters)


def _is_plain(type_: CelType) -> bool:
    return type_ != DYN and not type_.is_parameter and not type_.parameters
