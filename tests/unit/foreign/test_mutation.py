"""What one mutation makes of an object, as the API server has it."""

import time
from typing import Any, Final

import pytest

from interlock.cel.schemas.kinds import custom_kinds
from interlock.cel.values import OutOfTime
from interlock.foreign.expressions import OUT_OF_BUDGET
from interlock.foreign.merging.kinds import Structures
from support.foreign.mutating import configures, label, labels, mutated, mutating, patches, said
from support.foreign.policies import POD
from support.foreign.requests import request_for

UNTYPED: Final = "failed to convert patch object to typed object"
ATOMIC: Final = "invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs"


def deployment(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "d", "namespace": "shop"},
        "spec": spec,
    }


def test_a_configuration_is_merged_into_the_object() -> None:
    expression = """Object{spec: Object.spec{
        containers: object.spec.containers.map(c, Object.spec.containers{name: c.name, tty: true}),
        volumes: [Object.spec.volumes{name: "v", emptyDir: Object.spec.volumes.emptyDir{}}]
    }}"""
    made = mutated(mutating(configures(expression)))
    assert made.allowed
    assert made.object == {
        **POD,
        "spec": {
            "containers": [{"name": "web", "image": "web:1", "tty": True}],
            "volumes": [{"name": "v", "emptyDir": {}}],
        },
    }


def test_the_type_of_a_message_has_to_name_the_field_that_it_stands_in() -> None:
    found = mutated(mutating(configures("Object{spec: Object.specx{hostname: 'a'}}")))
    (message,) = said(found)
    assert message == (
        "policy 'p' with binding 'b' denied request: type mismatch: unexpected type name \"Object.specx\","
        ' expected "Object.spec", which matches field name path from root Object type'
    )


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (
            "Object{spec: Object.spec{hostnamex: 'a'}}",
            f"{UNTYPED}: .spec.hostnamex: field not declared in schema",
        ),
        (
            "Object{spec: Object.spec{hostname: 1}}",
            f"{UNTYPED}: .spec.hostname: expected string, got 1",
        ),
        (
            "Object{spec: Object.spec{containers: [Object.spec.containers{name: 'web', args: ['a']}]}}",
            f"{ATOMIC}: .spec.containers[0].args",
        ),
        (
            "Object{spec: Object.spec{nodeSelector: {'a': 'b'}}}",
            f"{ATOMIC}: .spec.nodeSelector",
        ),
        (
            "Object{metadata: Object.metadata{finalizers: ['a', 'a']}}",
            f'{UNTYPED}: .metadata.finalizers: duplicate entries for key [="a"]',
        ),
    ],
)
def test_a_configuration_that_can_not_be_merged_is_an_error(expression: str, message: str) -> None:
    (found,) = said(mutated(mutating(configures(expression))))
    assert found == f"policy 'p' with binding 'b' denied request: error applying patch: {message}"


def test_a_selector_is_atomic_so_that_a_configuration_may_not_touch_it() -> None:
    expression = "Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {'l': 'v'}}}}"
    (found,) = said(mutated(mutating(configures(expression)), request=request_for(deployment(replicas=1))))
    assert found.endswith("may not mutate atomic arrays, maps or structs: .spec.selector")


def test_what_stands_in_the_object_twice_stays_where_nobody_touches_it() -> None:
    container = {"name": "c", "env": [{"name": "t", "value": "a"}, {"name": "t", "value": "b"}]}
    found = deployment(replicas=1, template={"spec": {"containers": [container]}})
    made = mutated(mutating(configures("Object{spec: Object.spec{replicas: 3}}")), request=request_for(found))
    assert made.object == {**found, "spec": {**found["spec"], "replicas": 3}}


def test_a_test_that_is_not_met_leaves_the_object_as_it_is() -> None:
    made = mutated(
        mutating(
            patches(
                "op: 'replace', path: '/metadata/labels/app', value: 'x'",
                "op: 'test', path: '/metadata/name', value: 'y'",
            )
        )
    )
    assert (made.object, made.rewrites, made.allowed) == (POD, (), True)


def test_a_patch_that_can_not_be_applied_is_an_error() -> None:
    found = mutated(mutating(patches("op: 'remove', path: '/spec/nothing'")))
    (message,) = said(found)
    assert message == (
        "policy 'p' with binding 'b' denied request: JSON Patch: error in remove for path: '/spec/nothing':"
        " Unable to remove nonexistent key: nothing: missing value"
    )


def test_keys_in_paths_can_be_escaped() -> None:
    made = mutated(
        mutating(
            patches("op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('k8s.io/x~y'), value: 'true'")
        )
    )
    assert label(made, "k8s.io/x~y") == "true"


@pytest.mark.parametrize(
    "operation",
    [
        "op: 'add', path: '/spec/nobody', value: 1",
        "op: 'add', path: '/spec/containers/-', value: Object.spec.containers{namex: 'x'}",
        "op: 'replace', path: '/spec/hostNetwork', value: 'yes'",
        "op: 'replace', path: '', value: [1]",
    ],
)
def test_a_patch_that_makes_no_object_of_the_kind_refuses_the_request_whatever_the_policy_says(
    operation: str,
) -> None:
    made = mutated(mutating(patches(operation), failurePolicy="Ignore"))
    (denial,) = made.denials
    assert (denial.code, denial.reason, denial.policy) == (500, "InternalError", "")


def test_fields_that_nobody_knows_were_there_before_are_not_blamed_on_a_patch() -> None:
    odd = {**POD, "spec": {**POD["spec"], "fromTheFuture": 1}}
    made = mutated(mutating(patches("op: 'add', path: '/spec/hostname', value: 'a'")), request=request_for(odd))
    assert made.allowed


CRD: Final[dict[str, Any]] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "spec": {
        "group": "ai.example.com",
        "names": {"kind": "Model", "plural": "models"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "properties": {
                                    "shards": {
                                        "type": "array",
                                        "x-kubernetes-list-type": "map",
                                        "x-kubernetes-list-map-keys": ["name", "zone"],
                                        "items": {
                                            "type": "object",
                                            "properties": {
                                                "name": {"type": "string"},
                                                "zone": {"type": "string", "default": "a"},
                                                "size": {"type": "integer"},
                                            },
                                        },
                                    },
                                    "tags": {"type": "array", "items": {"type": "string"}},
                                },
                            }
                        },
                    }
                },
            }
        ],
    },
}
MODEL: Final[dict[str, Any]] = {
    "apiVersion": "ai.example.com/v1",
    "kind": "Model",
    "metadata": {"name": "m", "namespace": "shop"},
    "spec": {"shards": [{"name": "s", "size": 1}]},
}


def test_a_custom_resource_merges_as_its_definition_says() -> None:
    expression = """Object{metadata: Object.metadata{labels: {'a': 'b'}}, spec: Object.spec{shards: [
        Object.spec.shards{name: "s", zone: "a", size: 2}, Object.spec.shards{name: "s", zone: "b"}
    ]}}"""
    structures = Structures(tuple(custom_kinds(CRD)))
    made = mutated(mutating(configures(expression)), request=request_for(MODEL), structures=structures)
    assert made.object == {
        **MODEL,
        "metadata": {**MODEL["metadata"], "labels": {"a": "b"}},
        "spec": {"shards": [{"name": "s", "zone": "a", "size": 2}, {"name": "s", "zone": "b"}]},
    }
    touching = mutated(
        mutating(configures("Object{spec: Object.spec{tags: ['a']}}")),
        request=request_for(MODEL),
        structures=structures,
    )
    assert said(touching)[0].endswith("may not mutate atomic arrays, maps or structs: .spec.tags")


def test_a_patch_of_a_custom_resource_may_make_what_its_definition_has_not() -> None:
    made = mutated(
        mutating(patches("op: 'add', path: '/spec/nobody', value: 1")),
        request=request_for(MODEL),
        structures=Structures(tuple(custom_kinds(CRD))),
    )
    assert made.object is not None
    assert made.object["spec"]["nobody"] == 1


@pytest.mark.parametrize("mutation", [labels("{'a': 'b'}"), patches("op: 'remove', path: '/spec'")])
def test_a_kind_whose_schema_nobody_knows_refuses_the_request_whatever_the_policy_says(mutation: Any) -> None:
    made = mutated(mutating(mutation, failurePolicy="Ignore"), request=request_for(MODEL))
    (denial,) = made.denials
    assert (denial.code, denial.reason) == (503, "ServiceUnavailable")
    assert str(denial).startswith("Resource kind ai.example.com/v1, Kind=Model not found. There can be a delay")


def test_each_mutation_may_cost_what_a_policy_may_and_each_expression_what_one_may() -> None:
    asks = "authorizer.group('').resource('pods').check('get').allowed()"
    variables = [{"name": f"v{at}", "expression": f"{asks} && {asks}"} for at in range(15)]

    def reading(count: int) -> dict[str, Any]:
        return configures(f"{' && '.join(f'variables.v{at}' for at in range(count))} ? Object{{}} : Object{{}}")

    dear = mutated(mutating(reading(15), labels("{'a': '1'}"), variables=variables))
    (found,) = said(dear)
    assert found.endswith(f"denied request: {OUT_OF_BUDGET}")
    assert label(dear, "a") == "1"
    assert mutated(mutating(reading(14), reading(14), variables=variables)).allowed
    (found,) = said(mutated(mutating(configures(f"{asks} && {asks} && {asks} ? Object{{}} : Object{{}}"))))
    assert "cost" in found


def test_time_that_runs_out_is_no_matter_of_a_policy() -> None:
    dear = configures("lists.range(60000).all(x, x >= 0) ? Object{} : Object{}")
    with pytest.raises(OutOfTime):
        mutated(mutating(dear, failurePolicy="Ignore"), until=time.monotonic_ns() - 1)


def test_an_object_that_is_nested_too_deeply_is_an_error() -> None:
    deep: Any = {}
    for _ in range(2000):
        deep = {"a": deep}
    odd = {**MODEL, "spec": deep}
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    versions = [{"name": "v1", "served": True, "schema": {"openAPIV3Schema": schema}}]
    crd = {**CRD, "spec": {**CRD["spec"], "versions": versions}}
    made = mutated(
        mutating(configures("Object{spec: Object.spec{a: Object.spec.a{b: 1}}}")),
        request=request_for(odd),
        structures=Structures(tuple(custom_kinds(crd))),
    )
    assert said(made) == ["policy 'p' with binding 'b' denied request: the object is nested too deeply"]


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        (
            "Object{spec: Object.spec{volumes: [{'name': 'v'}]}}",
            ".spec.volumes[0]: the API server can't read a map",
        ),
        ("Object{metadata: {'labels': {'a': 'b'}}}", ".metadata.labels: the API server can't read a map"),
        ("Object{spec: Object.spec{hostAliases: ['a'].map(n, {'ip': n})}}", ".spec.hostAliases[0]"),
        ("Object{spec: {'finalizers': ['a']}}", ".spec.finalizers: the API server can't read a list"),
        (
            "Object{spec: Object.spec{containers: [Object.spec.containers{name: 'a', env: [{'name': 'b'}]}]}}",
            ".spec.containers[0].env[0]",
        ),
    ],
)
def test_a_list_or_map_that_is_made_inside_another_has_to_be_a_message(expression: str, place: str) -> None:
    (message,) = said(mutated(mutating(configures(expression))))
    assert place in message
    assert "Object.spec{}" in message


def test_a_message_in_a_patch_has_none_either_but_a_map_may() -> None:
    patch = "op: 'add', path: '/spec/volumes', value: {}"
    (message,) = said(mutated(mutating(patches(patch.format("[Object.spec.volumes{items: [{'key': 'a'}]}]")))))
    assert ".items[0]" in message
    made = mutated(mutating(patches(patch.format("[{'name': 'v', 'emptyDir': {'medium': 'Memory'}}]"))))
    assert made.object is not None
    assert made.object["spec"]["volumes"] == [{"name": "v", "emptyDir": {"medium": "Memory"}}]


@pytest.mark.parametrize(
    "containers",
    [
        "object.spec.containers",
        "[object.spec.containers[0]]",
        "variables.found.filter(c, has(c.image))",
        "object.spec.containers.map(c, Object.spec.containers{name: c.name, env: c.env})",
    ],
)
def test_what_the_object_has_may_stand_anywhere(containers: str) -> None:
    pod = {
        **POD,
        "spec": {"containers": [{"name": "web", "image": "web:1", "env": [{"name": "a", "value": "b"}]}]},
    }
    made = mutated(
        mutating(
            configures(f"Object{{spec: Object.spec{{hostname: 'h', containers: {containers}}}}}"),
            variables=[{"name": "found", "expression": "object.spec.containers"}],
        ),
        request=request_for(pod),
    )
    assert made.allowed, said(made)
    assert made.object == {**pod, "spec": {**pod["spec"], "hostname": "h"}}
