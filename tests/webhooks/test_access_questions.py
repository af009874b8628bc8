"""What is asked of the authorizer, in the words of a SubjectAccessReview, and what its answers mean."""

from typing import Any

import pytest

from interlock.cel.libraries.kubernetes.authorizer import Answer, Attributes, ServiceAccount
from interlock_webhooks.view.question import answer, question

JANE = {"username": "jane", "uid": "7", "groups": ["a"], "extra": {"scopes": ["x"]}}
WHO = {"user": "jane", "uid": "7", "groups": ["a"], "extra": {"scopes": ["x"]}}


def test_a_resource_is_asked_about_with_all_that_is_known_of_it_in_any_version() -> None:
    asked = Attributes(
        verb="get",
        group="apps",
        resource="deployments",
        subresource="scale",
        namespace="shop",
        name="web",
        field_selector="spec.a=b",
        label_selector="a in (b)",
    )
    assert question(JANE, asked) == {
        **WHO,
        "resourceAttributes": {
            "namespace": "shop",
            "verb": "get",
            "group": "apps",
            "version": "*",
            "resource": "deployments",
            "subresource": "scale",
            "name": "web",
            "fieldSelector": {"rawSelector": "spec.a=b"},
            "labelSelector": {"rawSelector": "a in (b)"},
        },
    }


def test_a_path_is_asked_about_as_no_resource() -> None:
    asked = Attributes(verb="get", path="/healthz")
    assert question({"username": "jane"}, asked) == {
        "user": "jane",
        "nonResourceAttributes": {"path": "/healthz", "verb": "get"},
    }


def test_a_service_account_is_asked_about_as_itself_and_not_as_who_sent_the_request() -> None:
    asked = Attributes(verb="get", resource="pods", service_account=ServiceAccount("shop", "web"))
    assert question(JANE, asked) == {
        "user": "system:serviceaccount:shop:web",
        "groups": ["system:serviceaccounts", "system:serviceaccounts:shop"],
        "resourceAttributes": {"verb": "get", "version": "*", "resource": "pods"},
    }


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"allowed": True, "reason": "role"}, Answer(is_allowed=True, reason="role")),
        ({"allowed": False, "denied": True}, Answer(is_allowed=False)),
        ({"allowed": True, "denied": True}, Answer(is_allowed=False)),
        ({"allowed": False, "evaluationError": "down"}, Answer(is_allowed=False, error="down")),
        ({"allowed": False, "reason": 7, "evaluationError": None}, Answer(is_allowed=False)),
    ],
)
def test_only_what_is_allowed_in_so_many_words_is(status: dict[str, Any], expected: Answer) -> None:
    assert answer(status) == expected
