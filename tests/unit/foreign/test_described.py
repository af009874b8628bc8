"""A cluster as manifests describe it."""

from typing import Any, Final

import pytest

from interlock.cel.libraries.kubernetes.authorizer import Attributes as Asked
from interlock.cel.libraries.kubernetes.authorizer import ServiceAccount
from interlock.errors import RequestError
from interlock.foreign.described import Described
from interlock.foreign.policy import ParamKind
from interlock.foreign.requests import stated
from interlock.foreign.roles import Identity

CONFIG: Final = ParamKind("v1", "ConfigMap")
CREATE: Final = Asked(verb="create", resource="pods", namespace="shop")
JANE: Final = Identity("jane", frozenset({"dev"}))
WIDGET: Final = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}}


def described(*documents: dict[str, Any]) -> Described:
    found = Described()
    for each in documents:
        found.add(each)
    return found


def requester(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "interlock.dev/v1alpha1", "kind": "Requester", "spec": spec}


def config(name: str, **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}}


def definition(scope: str) -> dict[str, Any]:
    names = {"kind": "Widget", "plural": "widgetry"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgetry.example.com"},
        "spec": {"group": "example.com", "names": names, "scope": scope},
    }


def test_a_namespace_that_nobody_describes_has_its_name_as_its_only_label() -> None:
    found = described().namespace("shop")
    assert found is not None
    assert found["metadata"] == {"name": "shop", "labels": {"kubernetes.io/metadata.name": "shop"}}


def test_a_namespace_that_is_described_has_that_label_too() -> None:
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "shop", "labels": {"stage": "live"}},
    }
    found = described(namespace).namespace("shop")
    assert found is not None
    assert found["metadata"]["labels"] == {"stage": "live", "kubernetes.io/metadata.name": "shop"}


def test_parameters_are_the_manifests_of_their_kind() -> None:
    params = described(config("one", namespace="shop"), config("two")).params(CONFIG)
    assert params.is_namespaced
    assert params.named("shop", "one") is not None
    found = params.named("default", "two")
    assert found is not None
    assert found["metadata"]["namespace"] == "default"
    assert params.named("shop", "two") is None


@pytest.mark.parametrize(
    ("documents", "is_namespaced"),
    [
        ([WIDGET], False),
        ([{**WIDGET, "metadata": {"name": "w", "namespace": "shop"}}], True),
        ([WIDGET, definition("Namespaced")], True),
        ([definition("Cluster")], False),
        ([], True),
    ],
)
def test_whether_parameters_are_in_namespaces_is_what_their_definition_says_or_they_show(
    documents: list[dict[str, Any]], *, is_namespaced: bool
) -> None:
    params = described(*documents).params(ParamKind("example.com/v1", "Widget"))
    assert params.is_namespaced is is_namespaced


@pytest.mark.parametrize(
    ("access", "allowed"),
    [
        ([], False),
        ([{}], True),
        ([{"verb": "create"}], True),
        ([{"verb": "create", "resource": "pods", "namespace": "shop", "group": ""}], True),
        ([{"verb": "create", "namespace": "bank"}], False),
        ([{"verb": "create", "serviceAccount": {"namespace": "a", "name": "b"}}], False),
        ([{"resource": "pods", "allowed": False}, {"verb": "create"}], False),
    ],
)
def test_the_first_grant_that_covers_a_question_answers_it(
    access: list[dict[str, Any]], *, allowed: bool
) -> None:
    assert described(requester(access=access)).answer(JANE, CREATE).is_allowed is allowed


def test_a_grant_may_be_of_a_service_account() -> None:
    grant = {"verb": "create", "serviceAccount": {"namespace": "a", "name": "b"}}
    asked = Asked(verb="create", service_account=ServiceAccount("a", "b"))
    assert described(requester(access=[grant])).answer(JANE, asked).is_allowed


# Who asks


def test_a_manifest_is_asked_by_the_user_in_the_words_of_its_definition() -> None:
    found = described(definition("Cluster"), requester(user={"username": "jane", "groups": ["dev"]}))
    request = found.request(WIDGET)["request"]
    assert request["userInfo"] == {"username": "jane", "groups": ["dev"]}
    assert (request["resource"]["resource"], request["namespace"]) == ("widgetry", "")


def test_a_review_without_a_user_is_asked_by_the_one_that_is_described() -> None:
    found = described(requester(user={"username": "jane"}))
    review = {"apiVersion": "admission.k8s.io/v1", "request": {"operation": "CREATE"}}
    assert found.request(review)["request"]["userInfo"] == {"username": "jane"}
    review["request"]["userInfo"] = {"username": "john"}  # type: ignore[index]  # it is a dict
    assert found.request(review) == review


def test_where_nothing_is_described_a_document_stays_as_it_is() -> None:
    assert described(config("one")).request(WIDGET) is WIDGET
    call = {"model": "gpt-5", "messages": []}
    assert described(requester(user={"username": "jane"})).request(call) is call


def test_several_requesters_say_together_what_one_user_may_do() -> None:
    found = described(requester(user={"username": "jane"}), requester(access=[{"verb": "create"}]))
    assert found.requester.user.username == "jane"
    assert found.answer(JANE, CREATE).is_allowed


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ([{"apiVersion": "v1", "kind": "ConfigMap"}], "must be a manifest"),
        ([{"kind": "ConfigMap", "metadata": {"name": "a"}}], "must be a manifest"),
        ([{"apiVersion": 1, "kind": "ConfigMap", "metadata": {"name": "a"}}], "`apiVersion`: must be a text"),
        ([requester(users=[])], "`spec`: object contains unknown field `users`"),
        ([requester(access=[{"verb": 1}])], r"`spec.access\[0\].verb`: expected"),
        ([requester(user={"username": "a"}), requester(user={"username": "b"})], "second user"),
        ([{**definition("Cluster"), "spec": []}], "`spec.names`: must be there"),
    ],
)
def test_what_can_not_be_there_is_refused(documents: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        described(*documents)


@pytest.mark.parametrize("labels", [[], "a", None, {"a": 1}])
def test_labels_of_any_sort_are_read(labels: object) -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": labels}}
    found = described(namespace).namespace("shop")
    assert found is not None
    assert found["metadata"]["labels"] == {"kubernetes.io/metadata.name": "shop"}


# What creating means


@pytest.mark.parametrize(
    ("api_version", "kind", "resource", "namespace"),
    [
        ("v1", "Pod", "pods", "default"),
        ("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", "default"),
        ("networking.k8s.io/v1", "Ingress", "ingresses", "default"),
        ("gateway.networking.k8s.io/v1", "Gateway", "gateways", "default"),
        ("v1", "Endpoints", "endpoints", "default"),
        ("v1", "Namespace", "namespaces", ""),
        ("storage.k8s.io/v1", "StorageClass", "storageclasses", ""),
        ("example.com/v1", "Widget", "widgets", "default"),
    ],
)
def test_a_manifest_is_created_in_its_collection(
    api_version: str, kind: str, resource: str, namespace: str
) -> None:
    attributes = stated({"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}})
    assert attributes is not None
    assert (attributes.resource.resource, attributes.namespace) == (resource, namespace)
    assert attributes.object is not None
    assert attributes.object["metadata"].get("namespace", "") == namespace
