"""CEL that this package writes itself, as the IR that it is put into."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from interlock.cel.environment import Environment
from interlock.cel.frontend import RejectedError
from interlock.cel.ir import Node, Variable
from interlock.cel.libraries.kubernetes.versions import NEWEST
from interlock.cel.text.unparse import unparse
from interlock.cel.tree import rebuilt
from interlock.cel.types import DYN, CelType
from interlock.foreign.environments import changing, environment
from interlock.spans import typed_in

VARIABLES: Final = "variables."
"""What the names of variables begin with where they are read."""


@cache
def parsed(text: str) -> Node:
    """The IR of `text`, which Kubernetes accepts, and which may read any variables."""
    return scope_of(text).compile(typed_in(text)).node


def scope_of(text: str) -> Environment:
    """What Kubernetes lets expressions read, and all variables that `text` reads."""
    return _environment(frozenset(_names(text)))


@cache
def _environment(names: frozenset[str]) -> Environment:
    scope = changing(environment(NEWEST, has_params=False, has_authorizer=False), NEWEST)
    return replace(scope, variables={**scope.variables, **{VARIABLES + name: DYN for name in names}})


def read_type(text: str) -> CelType:
    """The type that Kubernetes finds in `text`: where it knows nothing of an object, that is dynamic."""
    return parsed(text).place.type


def is_read_as(text: str, node: Node) -> bool:
    """Whether Kubernetes, which has no back-quoted fields and escapes none, reads `text` as `node`."""
    try:
        return "`" not in text and unparse(parsed(text)) == unparse(node)
    except RejectedError:
        return False


def filled(text: str, nodes: Mapping[str, Node]) -> Node:
    """The IR of `text`, with each of `nodes` where it reads the variable of that name."""
    return _filled(_holed(text, frozenset(nodes)), nodes)


@cache
def _holed(text: str, names: frozenset[str]) -> Node:
    scope = _environment(frozenset())
    dynamic = dict.fromkeys(names, DYN)
    return replace(scope, variables={**scope.variables, **dynamic}).compile(typed_in(text)).node


def _filled(node: Node, nodes: Mapping[str, Node]) -> Node:
    if isinstance(node, Variable):
        return nodes.get(node.name, node)
    return rebuilt(node, lambda child: _filled(child, nodes))


def _names(text: str) -> list[str]:
    """The names of the variables that `text` reads."""
    found = []
    for part in text.split(VARIABLES)[1:]:
        end = next((at for at, each in enumerate(part) if not (each.isalnum() or each == "_")), len(part))
        found.append(part[:end])
    return found
