"""How deep expressions may be, and that they are taken apart where they can be."""

from bisect import bisect_right
from collections.abc import Callable, Iterator

import pytest

from interlock.cel.deep.check import check_deep
from interlock.cel.deep.cuts import depth
from interlock.cel.ir import Node
from interlock.cel.syntax.parser import parse
from interlock.cel.syntax.tokens import UnreadableError
from interlock.cel.tree import children
from interlock.cel.types import BOOL
from interlock.spans import typed_in
from support.checking import check


def node_of(text: str) -> Node:
    checked = check_deep(typed_in(text), check)
    assert not isinstance(checked, tuple), checked
    return checked


def problems_of(text: str) -> list[tuple[int, int, str]]:
    checked = check_deep(typed_in(text), check)
    assert isinstance(checked, tuple)
    return [(each.span.line, each.span.column, each.message) for each in checked]


def ids(node: Node) -> Iterator[int]:
    yield node.place.id
    for child in children(node):
        yield from ids(child)


def nested(start: str, end: str, count: int, core: str = "x") -> str:
    return start * count + core + end * count


SHAPES: dict[str, Callable[[int], str]] = {
    "sum": lambda count: " + ".join(["i"] * count),
    "sum in parentheses": lambda count: nested("i + (", ")", count, "i"),
    "sum in more parentheses": lambda count: nested("((i + ", "))", count, "i"),
    "selects": lambda count: "x" + ".a" * count,
    "indexes": lambda count: "x" + "[0]" * count,
    "indexes in each other": lambda count: nested("x[", "]", count),
    "parentheses": lambda count: nested("(", ")", count),
    "not": lambda count: nested("!(", ")", count),
    "minus": lambda count: nested("-(", ")", count),
    "conditionals": lambda count: "b ? 1 : " * count + "2",
    "conditional conditions": lambda count: nested("(", " ? x : x)", count),
    "conditional branches": lambda count: nested("x ? (", ") : x", count),
    "lists": lambda count: nested("[", "]", count),
    "lists of nothing": lambda count: nested("[", "]", count, ""),
    "maps": lambda count: nested("{1: ", "}", count),
    "logic": lambda count: nested("b && (b || (", "))", count, "b"),
    "functions": lambda count: nested("dyn(", ")", count),
    "methods": lambda count: "l" + ".filter(e, b)" * count,
    "macros in each other": lambda count: nested("l.map(e, ", ")", count),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_depth_is_what_the_checker_counts(shape: Callable[[int], str]) -> None:
    for count in range(1, 36):
        checked = check(typed_in(shape(count)), {})
        assert isinstance(checked, tuple) is (depth(parse(shape(count))) > 32), count


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_an_expression_may_be_250_deep_and_no_deeper(shape: Callable[[int], str]) -> None:
    counts = range(1, 252)
    deepest = bisect_right(counts, 250, key=lambda count: depth(parse(shape(count))))
    node = node_of(shape(deepest))
    assert len(set(ids(node))) == len(list(ids(node)))
    assert problems_of(shape(deepest + 1)) == [
        (1, 1, "nests more than 250 deep: name parts of it as variables")
    ]


def test_many_macros_may_be_in_each_other() -> None:
    names = [f"v{number}" for number in range(100)]
    macros = "".join(f"[1].all({name}, " for name in names)
    for body in (" + ".join(names) + " > 0", f"[{', '.join(names)}] == []"):
        node = node_of(macros + body + ")" * len(names))
        assert node.place.type == BOOL


def test_chains_of_optional_values_are_checked_in_short_parts() -> None:
    node = node_of("optional.of(i)" + ".optMap(v, v + 1)" * 60)
    assert len(list(children(node))) == 2


def test_what_can_be_cut_nowhere_is_too_deep() -> None:
    text = f"has({nested('(', ')', 60, 'x.a')})"
    assert problems_of(text) == [(1, 1, "nests more than 250 deep: name parts of it as variables")]


@pytest.mark.parametrize("unit", ["(", "[", "{", "a.", "?", "a?b:", "x&&", "'", '"""', "l.all(e,"])
def test_hostile_texts_are_refused(unit: str) -> None:
    with pytest.raises(UnreadableError):
        check_deep(typed_in(unit * (16_384 // len(unit))), check)


@pytest.mark.parametrize(
    "text",
    ["x" + ".a" * 8191, "-" * 16_383 + "i", "x && " * 3276 + "x", nested("(", ")", 8191), "x" + " + x" * 4095],
)
def test_long_texts_are_checked_or_refused(text: str) -> None:
    checked = check_deep(typed_in(text), check)
    assert isinstance(checked, tuple) is (depth(parse(text)) > 250)
