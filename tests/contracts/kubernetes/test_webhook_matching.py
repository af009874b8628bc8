"""The caller of webhooks that tests use: who is asked, and about what.

The facts are of k8s.io/apiserver 1.37, `pkg/admission/plugin/webhook`.
"""

from http import HTTPStatus
from typing import Any

import pytest

from support.registering import ALL, configuration, webhook
from support.webhookscene import CONFIGURATIONS, Scene


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({"rules": [{**ALL, "resources": ["pods"]}]}, True),
        ({"rules": [{**ALL, "resources": ["pods/*"]}]}, True),
        ({"rules": [{**ALL, "resources": ["pods/status"]}]}, False),
        ({"rules": [{**ALL, "resources": ["*/status"]}]}, False),
        ({"rules": [{**ALL, "resources": ["*"]}]}, True),
        ({"rules": [{**ALL, "apiGroups": ["apps"]}]}, False),
        ({"rules": [{**ALL, "apiVersions": ["v2"]}]}, False),
        ({"rules": [{**ALL, "operations": ["UPDATE", "DELETE"]}]}, False),
        ({"rules": [{**ALL, "scope": "Cluster"}]}, False),
        ({"rules": [{**ALL, "scope": "Namespaced"}]}, True),
        ({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "other"}}}, False),
        ({"objectSelector": {"matchLabels": {"a": "b"}}}, False),
        ({"objectSelector": {"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}}, True),
        ({"matchConditions": [{"name": "x", "expression": "object.metadata.name == 'b'"}]}, False),
        ({"matchConditions": [{"name": "x", "expression": "request.operation == 'CREATE'"}]}, True),
    ],
)
def test_who_is_asked_is_said_by_rules_selectors_and_conditions(
    scene: Scene, fields: dict[str, Any], *, asked: bool
) -> None:
    hook = scene.hook()
    scene.configure("Validating", webhook("w", hook.client, **fields))
    assert scene.create().status_code == HTTPStatus.CREATED
    assert bool(hook.asked) is asked


def test_a_condition_that_is_false_decides_though_another_fails(scene: Scene) -> None:
    hook = scene.hook()
    failing = {"name": "failing", "expression": "object.spec.nothing == 1"}
    scene.configure(
        "Validating",
        webhook("w", hook.client, matchConditions=[failing, {"name": "no", "expression": "false"}]),
    )
    assert scene.create().status_code == HTTPStatus.CREATED
    scene.forget()
    scene.configure("Validating", webhook("w", hook.client, matchConditions=[failing]))
    assert scene.create("b").status_code == HTTPStatus.FORBIDDEN
    assert not hook.asked


def test_nobody_is_asked_about_webhook_configurations(scene: Scene) -> None:
    hook = scene.hook()
    hook.answer = lambda _request: {"allowed": False}
    scene.configure("Validating", webhook("w", hook.client, rules=[ALL]))
    path = f"{CONFIGURATIONS}/validatingwebhookconfigurations/ours"
    assert scene.client.delete(path).status_code == HTTPStatus.OK
    assert not hook.asked


def test_subresources_are_reviewed_as_what_they_are(scene: Scene) -> None:
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "d"},
        "spec": {"replicas": 1},
    }
    path = "/apis/apps/v1/namespaces/default/deployments"
    scene.post(path, deployment)
    hook = scene.hook()
    scene.configure(
        "Validating", webhook("w", hook.client, rules=[{**ALL, "resources": ["deployments/scale"]}])
    )
    merge = {"content-type": "application/merge-patch+json"}
    answer = scene.client.patch(f"{path}/d/scale", json={"spec": {"replicas": 3}}, headers=merge)
    assert answer.json()["spec"] == {"replicas": 3}
    assert scene.client.get(f"{path}/d").json()["spec"]["replicas"] == 3
    (asked,) = hook.asked
    assert asked["kind"] == {"group": "autoscaling", "version": "v1", "kind": "Scale"}
    assert asked["resource"] == {"group": "apps", "version": "v1", "resource": "deployments"}
    assert (asked["subResource"], asked["operation"], asked["oldObject"]["spec"]["replicas"]) == (
        "scale",
        "UPDATE",
        1,
    )
    scene.client.delete(path)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"sideEffects": "Unknown"}, "sideEffects"),
        ({"admissionReviewVersions": []}, "admissionReviewVersions"),
        ({"timeoutSeconds": 31}, "between 1 and 30 seconds"),
        ({"name": "w"}, "at least three segments"),
        ({"clientConfig": {"url": "http://127.0.0.1"}}, "'https' is the only allowed URL scheme"),
        ({"clientConfig": {}}, "exactly one of url or service"),
        ({"rules": [{**ALL, "operations": []}]}, "operations"),
        ({"failurePolicy": "fail"}, "failurePolicy"),
        ({"matchConditions": [{"name": f"c{each}", "expression": "true"} for each in range(65)]}, "at most 64"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused(
    scene: Scene, fields: dict[str, Any], said: str
) -> None:
    body = configuration("Validating", "wrong", {**webhook("w", {"url": "https://127.0.0.1"}), **fields})
    answer = scene.post(f"{CONFIGURATIONS}/validatingwebhookconfigurations", body)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in answer.text


def test_what_a_configuration_leaves_out_is_filled_in(scene: Scene) -> None:
    service = {"service": {"namespace": "a", "name": "b"}}
    body = configuration("Mutating", "plain", webhook("w", service))
    stored = scene.post(f"{CONFIGURATIONS}/mutatingwebhookconfigurations", body).json()["webhooks"][0]
    assert stored["clientConfig"]["service"]["port"] == 443
    assert stored["rules"][0]["scope"] == "*"
    given = {
        key: stored[key] for key in ("failurePolicy", "matchPolicy", "timeoutSeconds", "reinvocationPolicy")
    }
    assert given == {
        "failurePolicy": "Fail",
        "matchPolicy": "Equivalent",
        "timeoutSeconds": 10,
        "reinvocationPolicy": "Never",
    }


def _two_versions() -> dict[str, Any]:
    """A definition of boxes in `v1`, in which they are stored, and `v2`."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "boxes.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": "boxes", "kind": "Box"},
            "versions": [
                {"name": name, "served": True, "storage": name == "v1", "schema": schema}
                for name in ("v1", "v2")
            ],
        },
    }


@pytest.mark.parametrize(("policy", "asked"), [("Equivalent", True), ("Exact", False)])
def test_a_webhook_for_one_version_is_asked_about_another_in_the_one_that_it_knows(
    scene: Scene, policy: str, *, asked: bool
) -> None:
    definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    scene.post(definitions, _two_versions())
    hook = scene.hook()
    rule = {**ALL, "apiGroups": ["example.com"], "apiVersions": ["v1"], "resources": ["boxes"]}
    scene.configure("Validating", webhook("w", hook.client, rules=[rule], matchPolicy=policy))
    box = {"apiVersion": "example.com/v2", "kind": "Box", "metadata": {"name": "a"}}
    created = scene.post("/apis/example.com/v2/namespaces/default/boxes", box)
    scene.client.delete(f"{definitions}/boxes.example.com")
    assert created.status_code == HTTPStatus.CREATED
    assert bool(hook.asked) is asked
    for request in hook.asked:
        assert (request["kind"]["version"], request["requestKind"]["version"]) == ("v1", "v2")
        assert (request["resource"]["version"], request["requestResource"]["version"]) == ("v1", "v2")
        assert request["object"]["apiVersion"] == "example.com/v1"


def test_a_namespace_is_selected_by_its_own_labels(scene: Scene) -> None:
    hook = scene.hook()
    selector = {"matchLabels": {"stage": "live"}}
    rule = {**ALL, "resources": ["namespaces"]}
    scene.configure("Validating", webhook("w", hook.client, rules=[rule], namespaceSelector=selector))
    for name, labels in (("matching-live", {"stage": "live"}), ("matching-test", {"stage": "test"})):
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        scene.post("/api/v1/namespaces", body)
    scene.forget()
    for name in ("matching-live", "matching-test"):
        scene.client.delete(f"/api/v1/namespaces/{name}")
    assert [request["name"] for request in hook.asked] == ["matching-live"]
    assert hook.asked[0]["namespace"] == "matching-live"
