"""Macros as CEL writes them."""

from typing import Final

from interlock.cel.ir import (
    Bind,
    Call,
    Local,
    Loop,
    Node,
    OptionalMap,
    Quantifier,
    QuantifierKind,
    Transform,
    TransformMap,
)
from interlock.cel.text.written import CONDITIONAL, PRIMARY, Written

_PAIR: Final = 2


def loop(to: Written, node: Loop) -> None:
    """Any comprehension, as the macro that it comes from."""
    to.node(node.range, PRIMARY)
    to.put(".")
    to.mark(node)
    to.put(_macro(node), "(", ", ".join(node.variables), ", ")
    body = node.predicate if isinstance(node, Quantifier) or _is_filter(node) else node.element
    if node.predicate is not None and node.predicate is not body:
        to.node(node.predicate, CONDITIONAL)
        to.put(", ")
    if body is not None:
        to.node(body, CONDITIONAL)
    to.put(")")


def _macro(node: Loop) -> str:
    is_double = len(node.variables) == _PAIR
    match node:
        case Quantifier():
            return "existsOne" if is_double and node.kind is QuantifierKind.EXISTS_ONE else node.kind
        case Transform():
            return "transformList" if is_double else "filter" if _is_filter(node) else "map"
        case TransformMap():
            return "transformMapEntry" if node.makes_entries else "transformMap"


def _is_filter(node: Loop) -> bool:
    """Whether `node` is `filter`: a `map` with a predicate, whose element is its variable."""
    if not isinstance(node, Transform) or node.predicate is None:
        return False
    return isinstance(node.element, Local) and (node.element.name,) == node.variables


def bind(to: Written, node: Bind) -> None:
    """`cel.bind`, or the `sortBy` that it comes from."""
    if (keys := _sort_keys(node.body)) is not None:
        to.node(node.value, PRIMARY)
        to.put(".")
        to.mark(node)
        to.put(f"sortBy({keys.variables[0]}, ")
        to.node(keys.element, CONDITIONAL)
    else:
        to.mark(node)
        to.put(f"cel.bind({node.variable}, ")
        to.separated((node.value, node.body))
    to.put(")")


def _sort_keys(body: Node) -> Transform | None:
    """The keys of the `sortBy` that binds its list for this body; None where it is another `cel.bind`."""
    match body:
        case Call(_, "@sortByAssociatedKeys", (_, Transform() as keys)):
            return keys
        case _:
            return None


def optional_map(to: Written, node: OptionalMap) -> None:
    """`optMap` or `optFlatMap`."""
    to.node(node.target, PRIMARY)
    to.put(".")
    to.mark(node)
    to.put("optFlatMap(" if node.is_flat else "optMap(", node.variable, ", ")
    to.node(node.body, CONDITIONAL)
    to.put(")")
