from typing import Any

import pytest

from interlock.errors import RequestError
from interlock.intents.nodes import ANY_NODES, Condition, nodes_of

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def _affinity(*terms: list[dict[str, Any]]) -> dict[str, Any]:
    written = [{"matchExpressions": term} for term in terms]
    return {"nodeAffinity": {_REQUIRED: {"nodeSelectorTerms": written}}}


def _in(key: str, *values: str) -> dict[str, Any]:
    return {"key": key, "operator": "In", "values": list(values)}


def test_a_pod_that_says_nothing_of_its_node_can_run_on_each() -> None:
    assert nodes_of({}, "spec") == ANY_NODES
    assert nodes_of({"nodeSelector": {}, "affinity": {}}, "spec") == ANY_NODES
    assert ANY_NODES.alternatives(lambda _: True) == [()]


def test_the_selector_holds_in_each_alternative() -> None:
    spec = {"nodeSelector": {"a": "1"}, "affinity": _affinity([_in("b", "2", "3")], [_in("c", "4")])}
    here = f"spec.affinity.nodeAffinity.{_REQUIRED}.nodeSelectorTerms"
    selected = Condition("a", ("1",), "spec.nodeSelector.a")
    assert nodes_of(spec, "spec").alternatives(lambda _: True) == [
        (selected, Condition("b", ("2", "3"), f"{here}[0].matchExpressions[0]")),
        (selected, Condition("c", ("4",), f"{here}[1].matchExpressions[0]")),
    ]


def test_only_the_labels_that_are_meant_are_given() -> None:
    spec = {"nodeSelector": {"a": "1", "b": "2"}, "affinity": _affinity([_in("a", "3"), _in("b", "4")])}
    (conditions,) = nodes_of(spec, "spec").alternatives("b".__eq__)
    assert [condition.values for condition in conditions] == [("2",), ("4",)]


@pytest.mark.parametrize("operator", ["NotIn", "Exists", "DoesNotExist", "Gt", "Lt"])
def test_other_operators_and_no_values_say_nothing(operator: str) -> None:
    spec = {"affinity": _affinity([{"key": "a", "operator": operator, "values": ["1"]}, _in("b")])}
    assert nodes_of(spec, "spec") == ANY_NODES


def test_many_conditions_on_many_alternatives_are_refused() -> None:
    spec = {
        "nodeSelector": {f"a{number}": "1" for number in range(11)},
        "affinity": _affinity(*([_in("b", "2")] for _ in range(100))),
    }
    nodes = nodes_of(spec, "spec")
    assert len(nodes.alternatives("a1".__eq__)) == 100
    with pytest.raises(RequestError, match="more than 1000 conditions on nodes"):
        nodes.alternatives(lambda _: True)
