"""What is wrong with the constants of an expression, found when it is compiled.

The checker takes any text for a duration, a pattern or a quantity, and lists
of mixed types: errors that would come with the first request, or conditions
that are never true. Kubernetes refuses durations, timestamps, patterns and
mixed literals when a policy is created; we refuse all of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from interlock.cel.ir import Call, Const, ListOf, MapOf, Node
from interlock.cel.libraries.extensions.formatting import verbs
from interlock.cel.libraries.overloads import Function
from interlock.cel.libraries.strings import pattern
from interlock.cel.tree import children
from interlock.cel.types import DYN, CelType
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.errors import Problem
from interlock.spans import SourceText

_PARSERS: Final = frozenset({"duration", "timestamp", "quantity", "ip", "cidr", "url", "semver"})
"""Functions that read a text, whose constants must be such texts."""

_PATTERNS: Final = frozenset(
    {"matches", "find", "findAll", "regex.extract", "regex.extractAll", "regex.replace"}
)
"""Functions whose second argument is a regular expression."""

_MIXED: Final = frozenset({"format"})
"""Functions whose argument is a list of values of any types."""


def problems(source: SourceText, node: Node, functions: Mapping[str, Function]) -> list[Problem]:
    """Everything that is wrong with the constants of `node`, from the outside in."""
    return [
        Problem(source.at(at.place.offset), message)
        for each, is_mixed in _walked(node)
        for at, message in _wrong(each, functions, is_mixed=is_mixed)
    ]


def _walked(node: Node, *, is_mixed: bool = False) -> Iterator[tuple[Node, bool]]:
    """`node` and all below it, each with whether it may be a list of values of any types."""
    yield node, is_mixed
    for child in children(node):
        yield from _walked(child, is_mixed=isinstance(node, Call) and node.function in _MIXED)


def _wrong(node: Node, functions: Mapping[str, Function], *, is_mixed: bool) -> Iterator[tuple[Node, str]]:
    match node:
        case Call(_, function, arguments):
            yield from _call(function, arguments, functions)
        case ListOf(_, elements) if not is_mixed:
            yield from _mixed(elements, "elements of a list")
        case MapOf(_, entries):
            yield from _mixed([key for key, _ in entries], "keys of a map")
            yield from _mixed([value for _, value in entries], "values of a map")
        case _:
            pass


def _call(
    function: str, arguments: tuple[Node, ...], functions: Mapping[str, Function]
) -> Iterator[tuple[Node, str]]:
    match arguments:
        case (Const(_, str() as text) as literal,) if function in _PARSERS:
            try:
                functions[function](text)
            except (EvaluationError, LimitExceeded) as error:
                yield literal, f"`{text}` is not for `{function}`: {error}"
        case (Const(_, str() as text) as literal, ListOf(_, elements)) if function == "format":
            try:
                clauses = len(verbs(text))
            except EvaluationError as error:
                yield literal, str(error)
            else:
                if clauses != len(elements):
                    yield (
                        literal,
                        f"format needs as many values as clauses: clauses {clauses}, values {len(elements)}",
                    )
        case (_, Const(_, str() as text) as literal, *_) if function in _PATTERNS:
            try:
                pattern(text)
            except EvaluationError as error:
                yield literal, str(error)
        case _:
            pass


def _mixed(parts: Iterable[Node], what: str) -> Iterator[tuple[Node, str]]:
    """The first of `parts` whose type is not that of those before it; dynamic ones may be anything."""
    first: CelType | None = None
    for part in parts:
        type_ = part.place.type
        if type_ == DYN:
            continue
        if first is not None and type_ != first:
            yield part, f"{what} must have one type: {type_} after {first}; use `dyn()` where both are meant"
            return
        first = type_
