"""The examples of Kubernetes' own documentation of mutating policies.

Source: kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy.
"""

from typing import Any, Final

from support.foreign.mutating import configures, label, mutated, mutating, patches, said
from support.foreign.policies import POD
from support.foreign.requests import request_for

SIDECAR: Final[dict[str, Any]] = {
    "paramKind": {"apiVersion": "mutations.example.com/v1", "kind": "Sidecar"},
    "matchConstraints": {
        "resourceRules": [
            {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
        ]
    },
    "matchConditions": [
        {
            "name": "does-not-already-have-sidecar",
            "expression": '!object.spec.initContainers.exists(ic, ic.name == "mesh-proxy")',
        }
    ],
    "failurePolicy": "Fail",
    "reinvocationPolicy": "IfNeeded",
}
INITIALIZER: Final = {"name": "myapp-initializer", "image": "example/initializer:v1.0.0"}
PROXY: Final = {"name": "mesh-proxy", "image": "mesh/proxy:v1.0.0", "restartPolicy": "Always"}


def configuration(args: str = "") -> dict[str, Any]:
    return configures(f"""
        Object{{
          spec: Object.spec{{
            initContainers: [
              Object.spec.initContainers{{
                name: "mesh-proxy",
                image: "mesh/proxy:v1.0.0",
                {args}
                restartPolicy: "Always"
              }}
            ]
          }}
        }}""")


def pod(*init: dict[str, Any]) -> dict[str, Any]:
    return {**POD, "spec": {**POD["spec"], "initContainers": [*init]}}


def containers(policy: dict[str, Any], *init: dict[str, Any]) -> Any:
    made = mutated(policy, request=request_for(pod(*init)))
    assert made.allowed, said(made)
    assert made.object is not None
    return made.object["spec"]["initContainers"]


def test_the_sidecar_is_configured_once_however_often_the_policy_is_asked() -> None:
    assert containers(mutating(configuration(), **SIDECAR), INITIALIZER) == [INITIALIZER, PROXY]
    assert containers(mutating(configuration(), **SIDECAR), PROXY) == [PROXY]


def test_the_sidecar_is_patched_once_however_often_the_policy_is_asked() -> None:
    patch = patches("""
        op: "add", path: "/spec/initContainers/-",
        value: Object.spec.initContainers{
          name: "mesh-proxy",
          image: "mesh/proxy:v1.0.0",
          restartPolicy: "Always"
        }""")
    assert containers(mutating(patch, **SIDECAR), INITIALIZER) == [INITIALIZER, PROXY]


def test_the_sidecar_as_it_is_documented_has_arguments_which_a_configuration_may_not_touch() -> None:
    policy = mutating(configuration('args: ["proxy", "sidecar"],'), **SIDECAR)
    (found,) = said(mutated(policy, request=request_for(pod(INITIALIZER))))
    assert found.endswith("may not mutate atomic arrays, maps or structs: .spec.initContainers[0].args")


def test_a_pod_without_any_such_container_has_none_to_look_for() -> None:
    (found,) = said(mutated(mutating(configuration(), **SIDECAR)))
    assert "no such key: initContainers" in found


def test_a_value_is_changed_where_it_is_what_it_is_tested_for() -> None:
    patch = patches(
        'op: "test", path: "/metadata/labels/app", value: "Red"',
        'op: "replace", path: "/metadata/labels/app", value: "Green"',
    )
    red = {**POD, "metadata": {**POD["metadata"], "labels": {"app": "Red"}}}
    assert label(mutated(mutating(patch), request=request_for(red)), "app") == "Green"
    assert label(mutated(mutating(patch)), "app") == "web"


def test_objects_are_values_of_patches() -> None:
    patch = patches("""
        op: "add", path: "/spec/selector",
        value: Object.spec.selector{matchLabels: {"environment": "test"}}""")
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j", "namespace": "shop"}, "spec": {}}
    made = mutated(mutating(patch), request=request_for(job))
    assert made.object is not None
    assert made.object["spec"] == {"selector": {"matchLabels": {"environment": "test"}}}


def test_keys_with_slashes_are_escaped() -> None:
    patch = patches("""
        op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("example.com/environment"),
        value: "test\"""")
    assert label(mutated(mutating(patch)), "example.com/environment") == "test"
