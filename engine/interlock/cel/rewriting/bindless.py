"""Expressions for evaluators that know no `cel.bind`."""

from dataclasses import replace

from interlock.cel.ir import Bind, Call, Const, ListOf, Node, Transform
from interlock.cel.tree import children, rebuilt
from interlock.cel.types import INT, list_of


def has_bindings(node: Node) -> bool:
    """Whether there is a `cel.bind` in `node`."""
    return isinstance(node, Bind) or any(map(has_bindings, children(node)))


def bindless(node: Node) -> Node:
    """`node` with a loop over one element in place of each `cel.bind`.

    It has the same value, but an error of what is bound is one also where
    nothing reads it.
    """
    made = rebuilt(node, bindless)
    if not isinstance(made, Bind):
        return made
    place = made.place
    value = ListOf(replace(place, type=list_of(made.value.place.type)), (made.value,))
    bodies = replace(place, type=list_of(place.type))
    loop = Transform(bodies, (made.variable,), value, None, made.body)
    return Call(place, "_[_]", (loop, Const(replace(place, type=INT), 0)), is_member=False)
