"""One part of an expression, chosen at random among its nodes, replaced by one of the same type that fails."""

from dataclasses import replace
from typing import Final

from hypothesis import strategies as st

from interlock.cel.ir import Call, Const, ListOf, Local, Node, Place
from interlock.cel.text.unparse import unparse
from interlock.cel.tree import children, rebuilt
from interlock.cel.types import BOOL, DYN, INT, STRING
from interlock.loading.environments import environments
from interlock.model.area import Area
from interlock.spans import typed_in
from support.compose.conditions import VARIABLES
from support.compose.world import PolicyDraft, RuleDraft, World

_NOWHERE: Final = Place(id=0, offset=0, type=DYN)
_BROKEN: Final = {BOOL: ("1 / 0 == 1", "dyn(1)"), INT: ("1 / 0", "int('one')"), STRING: ("['a'][1]",)}
"""Texts of a type that fail; `dyn(1)` is a bool as far as the checker knows."""


def nodes(node: Node) -> list[Node]:
    """`node` and every one below it."""
    return [node, *(below for child in children(node) for below in nodes(child))]


@st.composite
def broken(draw: st.DrawFn, text: str, area: Area) -> str:
    """`text`, an expression of a policy on `area`, in which one node fails whenever it is evaluated."""
    checked = _checked(text, area)
    every = nodes(checked)
    target = draw(st.integers(0, len(every) - 1))
    failing = draw(st.sampled_from(failures(every[target])))
    return unparse(_replaced(checked, every[target], failing))


def failures(node: Node) -> list[Node]:
    """What can stand in place of `node` and fails: first whatever it is, past the end of a list."""
    past_the_end = Call(_NOWHERE, "_[_]", (ListOf(_NOWHERE, (node,)), Const(_NOWHERE, 1)), is_member=False)
    # A name is written as it stands, so it can be a whole text in parentheses.
    return [past_the_end, *(Local(_NOWHERE, f"({text})") for text in _BROKEN.get(node.place.type, ()))]


def _replaced(node: Node, target: Node, failing: Node) -> Node:
    return failing if node is target else rebuilt(node, lambda child: _replaced(child, target, failing))


def _checked(text: str, area: Area) -> Node:
    environment = _ENVIRONMENTS[area]
    for name, (kind, read) in VARIABLES.items():
        if read in text:
            value = environment.compile(typed_in({"int": "1", "string": "'a'"}[kind]))
            environment = environment.with_variable(f"variables.{name}", value)
    return environment.compile(typed_in(text)).checked


_ENVIRONMENTS: Final = environments()


@st.composite
def with_an_error(draw: st.DrawFn, world: World) -> World:
    """`world` with an error in a rule, a variable or the match of one of its policies, or in a waiver."""
    policy = draw(st.sampled_from(world.policies))
    places = ["rule", "rule", *(["when"] if policy.when else []), *(["variable"] if policy.variables else [])]
    match draw(st.sampled_from([*places, *(["scope"] if world.waivers else [])])):
        case "scope":
            target = draw(st.sampled_from(world.waivers))
            changed = replace(target, scope=draw(broken(target.scope, Area.INTENT)))
            return replace(
                world, waivers=tuple(changed if waiver is target else waiver for waiver in world.waivers)
            )
        case "when":
            return world.with_policies(replace(policy, when=draw(broken(policy.when, policy.area))))
        case "variable":
            ((name, text),) = policy.variables
            return world.with_policies(replace(policy, variables=((name, draw(broken(text, policy.area))),)))
        case _:
            return draw(with_a_broken_rule(world, policy, draw(st.sampled_from(policy.rules))))


@st.composite
def with_a_broken_rule(draw: st.DrawFn, world: World, policy: PolicyDraft, target: RuleDraft) -> World:
    """`world` with an error in the condition of `target`, a rule of `policy`."""
    changed = replace(target, condition=draw(broken(target.condition, policy.area)))
    rules = tuple(changed if rule is target else rule for rule in policy.rules)
    return world.with_policies(replace(policy, rules=rules))
