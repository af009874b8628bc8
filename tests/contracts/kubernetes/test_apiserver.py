"""The API server that tests use, as kubectl sees it: what a real one does, as far as clients rely on it."""

from collections.abc import Iterator
from typing import Any

import pytest

from support.kubectl import Kubectl
from support.kubernetes.thread import Threaded, in_thread
from support.kubernetes.users import User

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["spec"],
    "properties": {
        "metadata": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 12}}},
        "spec": {
            "type": "object",
            "required": ["size"],
            "properties": {
                "size": {"type": "integer", "maximum": 5},
                "color": {"type": "string", "default": "red", "enum": ["red", "blue"]},
            },
        },
        "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    },
}
_DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "boxes.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "boxes", "kind": "Box", "shortNames": ["bx"]},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "additionalPrinterColumns": [{"name": "Size", "type": "integer", "jsonPath": ".spec.size"}],
                "schema": {"openAPIV3Schema": _SCHEMA},
            }
        ],
    },
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Threaded]:
    with in_thread() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def kubectl(cluster: Threaded, tmp_path_factory: pytest.TempPathFactory) -> Kubectl:
    kubectl = Kubectl(cluster.server.kubeconfig(tmp_path_factory.mktemp("kubectl")))
    kubectl.done("apply", "-f", "-", given=_DEFINITION)
    kubectl.done("wait", "--for=condition=Established", "crd/boxes.example.com", "--timeout=30s")
    return kubectl


def _pod(name: str, image: str = "a") -> dict[str, Any]:
    spec = {"containers": [{"name": "c", "image": image}, {"name": "d", "image": "same"}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"of": name}}, "spec": spec}


def _box(name: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "example.com/v1", "kind": "Box", "metadata": {"name": name}, "spec": spec}


def test_what_is_applied_again_is_merged_by_name(kubectl: Kubectl) -> None:
    assert "created" in kubectl.done("apply", "-f", "-", given=_pod("merged"))
    assert "configured" in kubectl.done("apply", "-f", "-", given=_pod("merged", "b"))
    images = kubectl.done("get", "pod", "merged", "-o", "jsonpath={.spec.containers[*].image}")
    assert images == "b same"


def test_what_is_applied_by_the_server_and_then_no_more_is_taken_away(kubectl: Kubectl) -> None:
    fewer = _pod("ours", "b")
    kubectl.done("apply", "--server-side", "-f", "-", given=_pod("ours"))
    del fewer["spec"]["containers"][1], fewer["metadata"]["labels"]
    kubectl.done("apply", "--server-side", "-f", "-", given=fewer)
    assert kubectl.done("get", "pod", "ours", "-o", "jsonpath={.spec.containers[*].image}") == "b"
    assert kubectl.done("get", "pod", "ours", "-o", "jsonpath={.metadata.labels}") == ""


def test_another_manager_has_to_force_what_it_applies(kubectl: Kubectl) -> None:
    kubectl.done("apply", "--server-side", "-f", "-", given=_pod("fought"))
    apply = ("apply", "--server-side", "--field-manager=other", "-f", "-")
    assert "conflict" in kubectl.refused(*apply, given=_pod("fought", "b"))
    kubectl.done(*apply, "--force-conflicts", given=_pod("fought", "b"))


def test_a_dry_run_stores_nothing(kubectl: Kubectl) -> None:
    assert "server dry run" in kubectl.done("apply", "--dry-run=server", "-f", "-", given=_pod("dry"))
    assert 'pods "dry" not found' in kubectl.refused("get", "pod", "dry")


def test_labels_select(kubectl: Kubectl) -> None:
    kubectl.done("apply", "-f", "-", given=[_pod("left"), _pod("right")])
    assert kubectl.done("get", "pods", "-l", "of in (left, nobody)", "-o", "name") == "pod/left\n"
    assert kubectl.done("get", "pods", "--field-selector=metadata.name=right", "-o", "name") == "pod/right\n"


def test_objects_are_held_to_their_schema(kubectl: Kubectl) -> None:
    assert "spec.size: Invalid value: 7" in kubectl.refused("create", "-f", "-", given=_box("big", size=7))
    assert "spec.size: Required value" in kubectl.refused("create", "-f", "-", given=_box("none"))
    assert "Unsupported value" in kubectl.refused("create", "-f", "-", given=_box("odd", size=1, color="green"))
    assert 'unknown field "spec.sise"' in kubectl.refused("create", "-f", "-", given=_box("x", size=1, sise=2))


def test_a_schema_limits_a_name_and_no_other_metadata(kubectl: Kubectl) -> None:
    labelled = _box("labelled", size=1)
    labelled["metadata"]["labels"] = {"a": "b"}
    kubectl.done("apply", "-f", "-", given=labelled)
    assert kubectl.done("get", "box", "labelled", "-o", "jsonpath={.metadata.labels.a}") == "b"
    assert "metadata.name" in kubectl.refused("apply", "-f", "-", given=_box("far-too-long-a-name", size=1))


def test_a_field_that_is_not_known_is_dropped_with_a_warning(kubectl: Kubectl) -> None:
    said = kubectl("create", "--validate=warn", "-f", "-", given=_box("loose", size=1, sise=2))
    assert 'Warning: unknown field "spec.sise"' in said.err
    assert kubectl.done("get", "bx", "loose", "-o", "jsonpath={.spec}") == '{"color":"red","size":1}'


def test_status_is_changed_apart(kubectl: Kubectl) -> None:
    kubectl.done("create", "-f", "-", given=_box("state", size=1))
    patch = '{"spec": {"size": 3}, "status": {"ready": true}}'
    kubectl.done("patch", "box", "state", "--type=merge", "-p", patch)
    kubectl.done("patch", "box", "state", "--type=merge", "--subresource=status", "-p", patch.replace("3", "4"))
    said = kubectl.done("get", "box", "state", "-o", "jsonpath={.spec.size} {.status} {.metadata.generation}")
    assert said == '3 {"ready":true} 2'


def test_columns_are_those_of_the_definition(kubectl: Kubectl) -> None:
    kubectl.done("create", "-f", "-", given=_box("shown", size=4))
    assert kubectl.done("get", "boxes", "shown").split() == ["NAME", "SIZE", "shown", "4"]


def test_who_has_no_role_is_refused_and_a_role_lets_in(cluster: Threaded, kubectl: Kubectl) -> None:
    cluster.server.users["jane-token"] = User("jane")
    jane = Kubectl(cluster.server.kubeconfig(kubectl.config.parent, "jane-token"))
    assert 'User "jane" cannot list resource "pods"' in jane.refused("get", "pods")
    role = {"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}
    rbac = "rbac.authorization.k8s.io"
    metadata = {"name": "readers"}
    given = [
        {"apiVersion": f"{rbac}/v1", "kind": "Role", "metadata": metadata, "rules": [role]},
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "subjects": [{"kind": "User", "name": "jane", "apiGroup": rbac}],
            "roleRef": {"kind": "Role", "name": "readers", "apiGroup": rbac},
        },
    ]
    kubectl.done("apply", "-f", "-", given=given)
    jane.done("get", "pods")
    jane.refused("get", "secrets")
    jane.refused("get", "pods", "-n", "kube-system")


def test_a_namespace_takes_what_is_in_it_along(kubectl: Kubectl) -> None:
    kubectl.done(
        "apply", "-f", "-", given={"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "brief"}}
    )
    kubectl.done("apply", "-n", "brief", "-f", "-", given=_pod("inside"))
    kubectl.done("delete", "namespace", "brief")
    assert "not found" in kubectl.refused("apply", "-n", "brief", "-f", "-", given=_pod("inside"))
    assert "brief" not in kubectl.done("get", "pods", "-A")
