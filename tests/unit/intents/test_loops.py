"""Loops of workflows multiply the pods of the steps in them, and what can't be known is the greatest number."""

from typing import Any

import pytest

from interlock.intents.number import MAX_INT32
from interlock.model.intent import Intent
from support.intents import asks, intent_of

_POD = {"image": "a", **asks(2)}


def _workflow(*templates: dict[str, Any], **spec: Any) -> Intent:  # raw documents
    gpu = {"name": "gpu", "container": _POD}
    return intent_of(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Workflow",
            "metadata": {"name": "w"},
            "spec": {"entrypoint": "main", "templates": [*templates, gpu], **spec},
        }
    )


def _steps(*groups: list[dict[str, Any]], name: str = "main") -> dict[str, Any]:
    return {"name": name, "steps": list(groups)}


def _call(name: str = "gpu", template: str = "gpu", **loop: Any) -> dict[str, Any]:  # raw documents
    return {"name": name, "template": template, **loop}


@pytest.mark.parametrize(
    ("loop", "pods"),
    [
        ({}, 1),
        ({"withItems": [1, 2, 3]}, 3),
        ({"withItems": []}, 1),
        ({"withItems": ["a", {"b": 1}]}, 2),
        ({"withParam": '["a", "b", "c", "d"]'}, 4),
        ({"withSequence": {"count": 5}}, 5),
        ({"withSequence": {"count": "5"}}, 5),
        ({"withSequence": {"start": "2", "end": "4"}}, 3),
        ({"withSequence": {"start": 4, "end": 2}}, 3),
        ({"withSequence": {"end": "9"}}, 10),
    ],
)
def test_a_loop_multiplies_its_step(loop: dict[str, Any], pods: int) -> None:
    intent = _workflow(_steps([_call(**loop)]))
    (gpu,) = intent["accelerators"]
    assert (gpu["count"], gpu["pods"], gpu["total"]) == (2, pods, 2 * pods)
    assert intent["unresolved"] == []


@pytest.mark.parametrize(
    "loop",
    [
        {"withParam": "{{steps.list.outputs.result}}"},
        {"withItems": "{{workflow.parameters.items}}"},
        {"withSequence": {"count": "{{inputs.parameters.n}}"}},
        {"withSequence": {"start": "{{x}}", "end": "9"}},
        {"withSequence": {"start": "1"}},
        {"withSequence": 3},
        {"withParam": '{"a": 1}'},
    ],
)
def test_a_loop_that_is_filled_in_later_has_the_greatest_number(loop: dict[str, Any]) -> None:
    intent = _workflow(_steps([_call(**loop)]))
    assert intent["accelerators"][0]["pods"] == MAX_INT32
    (unresolved,) = intent["unresolved"]
    assert unresolved["path"].startswith("spec.templates[0].steps[0][0].with")
    assert "filled in later" in unresolved["reason"]


@pytest.mark.parametrize(
    ("templates", "pods"),
    [
        # Steps of one group run together, and groups one after another.
        ([_steps([_call("a"), _call("b")])], 2),
        ([_steps([_call("a")], [_call("b")])], 1),
        ([_steps([_call("a", withItems=[1, 2])], [_call("b", withItems=[1, 2, 3])])], 3),
        ([{"name": "main", "dag": {"tasks": [_call("a"), _call("b", withItems=[1, 2])]}}], 3),
        # Loops within loops.
        (
            [
                _steps([_call("a", "inner", withItems=[1, 2])]),
                _steps([_call("b", withItems=[1, 2, 3])], name="inner"),
            ],
            6,
        ),
        # Two templates call it.
        ([_steps([_call("a"), _call("b", "other")]), _steps([_call("c")], name="other")], 2),
        # What is called and is also the start runs once more.
        ([_steps([_call("a", "gone")])], 1),
    ],
)
def test_calls_add_up_and_multiply(templates: list[dict[str, Any]], pods: int) -> None:
    (gpu,) = _workflow(*templates)["accelerators"]
    assert gpu["pods"] == pods


@pytest.mark.parametrize(
    "templates",
    [
        [_steps([_call("a", "main"), _call("b")])],
        [_steps([_call("a", "other")]), _steps([_call("b", "main")], [_call("c")], name="other")],
    ],
)
def test_what_calls_itself_is_bounded_by_nothing(templates: list[dict[str, Any]]) -> None:
    intent = _workflow(*templates)
    assert intent["accelerators"][0]["pods"] == MAX_INT32
    assert "calls itself" in intent["unresolved"][0]["reason"]


def test_the_parallelism_of_a_workflow_bounds_it() -> None:
    intent = _workflow(_steps([_call(withParam="{{x}}")]), parallelism=4)
    assert intent["accelerators"][0]["pods"] == 4


@pytest.mark.parametrize("parallelism", [0, 100])
def test_a_parallelism_that_bounds_nothing_changes_nothing(parallelism: int) -> None:
    intent = _workflow(_steps([_call(withItems=[1, 2, 3])]), parallelism=parallelism)
    assert intent["accelerators"][0]["pods"] == 3


def test_templates_in_steps_are_read_and_multiplied() -> None:
    step = {"name": "s", "inline": {"container": _POD}, "withItems": [1, 2, 3]}
    intent = _workflow(_steps([step]), {"name": "graph", "dag": {"tasks": [step]}})
    assert [each["pods"] for each in intent["accelerators"]] == [1, 3, 3]


def test_objects_that_a_step_makes_are_multiplied() -> None:
    manifest = (
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {replicas: 2, template: "
        "{spec: {containers: [{name: c, image: a, resources: {limits: {nvidia.com/gpu: 4}}}]}}}}"
    )
    claim = (
        "{apiVersion: resource.k8s.io/v1, kind: ResourceClaim, metadata: {name: c}, spec: "
        "{devices: {requests: [{name: g, exactly: {deviceClassName: tpu.google.com}}]}}}"
    )
    intent = _workflow(
        _steps([_call("a", "make", withItems=[1, 2, 3]), _call("b", "claim", withItems=[1, 2])]),
        {"name": "make", "resource": {"action": "create", "manifest": manifest}},
        {"name": "claim", "resource": {"action": "create", "manifest": claim}},
    )
    totals = {each["resource"]: each["total"] for each in intent["accelerators"]}
    assert totals["nvidia.com/gpu"] == 24
    assert totals["resource.k8s.io/resourceclaims/tpu.google.com"] == 2


@pytest.mark.parametrize(
    ("matrix", "pods"),
    [
        ({"params": [{"name": "a", "value": ["x", "y"]}, {"name": "b", "value": ["1", "2", "3"]}]}, 6),
        ({"params": [{"name": "a", "value": ["x"]}], "include": [{"name": "i"}, {"name": "j"}]}, 3),
        ({"include": [{"name": "i"}, {"name": "j"}]}, 2),
        ({"params": [{"name": "a", "value": "$(params.list[*])"}]}, MAX_INT32),
        ({"params": [{"name": "a", "value": []}]}, 0),
        (None, 1),
    ],
)
def test_a_matrix_runs_all_combinations(matrix: dict[str, Any] | None, pods: int) -> None:
    task = {"name": "t", "matrix": matrix, "taskSpec": {"steps": [{"name": "s", **_POD}]}}
    intent = intent_of(
        {
            "apiVersion": "tekton.dev/v1",
            "kind": "Pipeline",
            "metadata": {"name": "p"},
            "spec": {"tasks": [task]},
        }
    )
    assert intent["workload"]["pods"] == pods
    assert bool(intent["unresolved"]) is (pods == MAX_INT32)


def test_many_templates_are_looked_at_once() -> None:
    chain = [_steps([_call("n", f"t{n + 1}")], name=f"t{n}") for n in range(900)]
    (gpu,) = _workflow(*chain, _steps([_call(withItems=[1, 2])], name="t900"))["accelerators"]
    assert gpu["pods"] == 2
