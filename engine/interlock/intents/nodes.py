"""The labels that a pod demands of its node.

A node selector and required node affinity bound where a pod can run;
preferred affinity doesn't. Terms of an affinity are alternatives, what stands
in one term must all hold. Only `In` says what a label is: the other operators
leave it open. What a label means isn't known here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from interlock.intents.draft import few
from interlock.intents.fields import mapping, mappings, text, text_map, texts
from interlock.intents.paths import element, member, members


@dataclass(frozen=True, slots=True)
class Condition:
    """The node's label `key` has one of `values`, as `source` says; there is at least one."""

    key: str
    values: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Nodes:
    """Where a pod can run: all of `always` holds, and all of one of `terms`, of which there is one at least."""

    always: tuple[Condition, ...] = ()
    terms: tuple[tuple[Condition, ...], ...] = ((),)

    def alternatives(self, is_meant: Callable[[str], bool]) -> list[tuple[Condition, ...]]:
        """For each alternative what must hold of the labels whose key `is_meant`.

        Raises:
            RequestError: they are so many that looking at each would take long.
        """
        always = [condition for condition in self.always if is_meant(condition.key)]
        few(range(len(always) * len(self.terms)), "conditions on nodes")
        return [(*always, *(each for each in term if is_meant(each.key))) for term in self.terms]


ANY_NODES: Final = Nodes()
"""A pod that says nothing of its node can run on each."""


def nodes_of(spec: dict[str, Any], path: str) -> Nodes:
    """Where the PodSpec at `path` can run."""
    if spec.get("nodeSelector") is None and spec.get("affinity") is None:
        return ANY_NODES
    here = member(path, "nodeSelector")
    labels = text_map(spec, "nodeSelector", path)
    always = tuple(Condition(key, (value,), member(here, key)) for key, value in labels.items())
    return Nodes(always, tuple(_terms(spec, path)) or ((),))


def _terms(spec: dict[str, Any], path: str) -> list[tuple[Condition, ...]]:
    """The conditions of each term of the required node affinity."""
    node = mapping(mapping(spec, "affinity", path), "nodeAffinity", f"{path}.affinity")
    here = members(path, "affinity", "nodeAffinity")
    required = mapping(node, "requiredDuringSchedulingIgnoredDuringExecution", here)
    here = member(here, "requiredDuringSchedulingIgnoredDuringExecution")
    terms = few(mappings(required, "nodeSelectorTerms", here), "alternatives of nodes")
    here = member(here, "nodeSelectorTerms")
    return [conditions_in(term, "matchExpressions", element(here, index)) for index, term in enumerate(terms)]


def conditions_in(holder: dict[str, Any], key: str, path: str) -> tuple[Condition, ...]:
    """What the expressions under `key` say that a label is."""
    here = member(path, key)
    found: list[Condition] = []
    expressions = few(mappings(holder, key, path), "conditions on a node")
    for index, expression in enumerate(expressions):
        source = element(here, index)
        if text(expression, "operator", source) == "In":
            values = few(texts(expression, "values", source), "products of nodes")
            if values:
                found.append(Condition(text(expression, "key", source) or "", tuple(values), source))
    return tuple(found)
