"""Comprehensions as Python's own, which pay for their turns."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, Protocol

from interlock.cel.generation.code import Code
from interlock.cel.ir import Call, Const, Local, Loop, Node, Quantifier, QuantifierKind, Transform, TransformMap
from interlock.cel.libraries.ranges import elements, entries_of, pairs
from interlock.cel.tree import is_closed
from interlock.cel.types import BOOL, DYN, INT, CelType, list_of
from interlock.cel.values import entries

Scope = Mapping[str, Code]
"""The variables of the macros around a node."""

_SEARCHES: Final = {(QuantifierKind.EXISTS, "_==_"): "in", (QuantifierKind.ALL, "_!=_"): "not in"}
_ITERATIONS: Final = {QuantifierKind.ALL: "all", QuantifierKind.EXISTS: "any"}


class Writer(Protocol):
    """What writes the Python around a loop and below it."""

    pay: str
    """What loops call with their ranges; nothing where they need not pay."""

    is_iterable: bool
    """Whether the code is for what a comprehension ranges over, where Python can't assign."""

    def code(self, node: Node, scope: Scope) -> Code:
        """The Python for `node`."""
        ...

    def condition(self, node: Node, scope: Scope) -> str:
        """The Python for `node`, sure to be a bool."""
        ...

    def name(self, value: Any) -> str:
        """A global that is `value`."""
        ...

    def fresh(self, type_: CelType) -> Code:
        """A Python variable that no other has the name of."""
        ...


def quantifier(to: Writer, node: Quantifier, scope: Scope) -> Code:
    """`all`, `exists` or `exists_one`."""
    if (made := _search(to, node, scope)) is not None:
        return made
    head, inner = _loop(to, node, scope)
    predicate = to.condition(node.predicate, inner)
    if node.kind is QuantifierKind.EXISTS_ONE:
        return Code(f"(sum([{predicate} {head}]) == 1)", BOOL)
    return Code(f"{_ITERATIONS[node.kind]}({predicate} {head})", BOOL)


def _search(to: Writer, node: Quantifier, scope: Scope) -> Code | None:
    """`range.exists(x, x == text)` or `range.all(x, x != text)`, which Python's `in` computes."""
    match node:
        case Quantifier(_, kind, (name,), _, Call(_, function, (Local(_, read), Const(_, str(text))))):
            word = _SEARCHES.get((kind, function))
        case _:
            return None
    if word is None or read != name:
        return None
    over, _ = _elements(to, node, scope)
    return Code(f"({text!r} {word} {over})", BOOL)


def transform(to: Writer, node: Transform, scope: Scope) -> Code:
    """`map`, `filter` or `transformList`."""
    head, inner = _loop(to, node, scope)
    made = to.code(node.element, inner)
    return Code(f"[{made.text} {head}{_test(to, node, inner)}]", list_of(made.type))


def transform_map(to: Writer, node: TransformMap, scope: Scope) -> Code:
    """`transformMap` or `transformMapEntry`."""
    with _iterable(to, is_iterable=to.is_iterable or node.makes_entries):
        head, inner = _loop(to, node, scope)
        made, test = to.code(node.element, inner).text, _test(to, node, inner)
    if node.makes_entries:
        each = f"for m in [{made} {head}{test}] for e in {to.name(entries_of)}(m)"
        return Code(f"{to.name(entries)}([e {each}])")
    return Code(f"{to.name(entries)}([({inner[node.variables[0]].text}, {made}) {head}{test}])")


def _test(to: Writer, node: Transform | TransformMap, inner: Scope) -> str:
    return "" if node.predicate is None else f" if {to.condition(node.predicate, inner)}"


def _loop(to: Writer, node: Loop, scope: Scope) -> tuple[str, Scope]:
    """The head of a loop, and the scope of its body."""
    if len(node.variables) == 1:
        over, type_ = _elements(to, node, scope)
        element = to.fresh(type_)
        return f"for {element.text} in {over}", {**scope, node.variables[0]: element}
    range_ = _range(to, node, scope)
    text, is_list, known = range_.text, range_.type.name == "list", range_.type.parameters
    key, value = to.fresh(INT if is_list else DYN), to.fresh(known[-1] if known else DYN)
    over = f"enumerate({text})" if is_list else f"{to.name(pairs)}({text})"
    first, second = node.variables
    return f"for {key.text}, {value.text} in {over}", {**scope, first: key, second: value}


def _elements(to: Writer, node: Loop, scope: Scope) -> tuple[str, CelType]:
    """What a loop of one variable goes over, and the type of its elements."""
    range_ = _range(to, node, scope)
    if range_.type.name != "list":
        return f"{to.name(elements)}({range_.text})", DYN
    return range_.text, range_.type.parameters[0] if range_.type.parameters else DYN


def _range(to: Writer, node: Loop, scope: Scope) -> Code:
    """The range of a loop, which is paid for."""
    with _iterable(to, is_iterable=True):
        range_ = to.code(node.range, scope)
    is_paid = to.pay and not is_closed(node.range)
    return replace(range_, text=f"{to.pay}({range_.text})") if is_paid else range_


@contextmanager
def _iterable(to: Writer, *, is_iterable: bool) -> Iterator[None]:
    before, to.is_iterable = to.is_iterable, is_iterable
    yield
    to.is_iterable = before
