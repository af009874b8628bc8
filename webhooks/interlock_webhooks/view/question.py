"""What the authorizer is asked, as a SubjectAccessReview. Pure.

Who is asked about, and what is left open, is as in the API server's own CEL
library: k8s.io/apiserver/pkg/cel/library/authz.go.
"""

from collections.abc import Mapping
from typing import Any

from interlock.cel.libraries.kubernetes.authorizer import Answer, Attributes, ServiceAccount
from interlock_webhooks.cluster.answers import Object


def question(user: Mapping[str, Any], asked: Attributes) -> Object:
    """The `spec` of a review: whether `user`, or the service account that is asked about, may do that."""
    who = _user(user) if asked.service_account is None else _service_account(asked.service_account)
    if asked.path:
        return {**who, "nonResourceAttributes": {"path": asked.path, "verb": asked.verb}}
    given = {
        "namespace": asked.namespace,
        "verb": asked.verb,
        "group": asked.group,
        "version": "*",
        "resource": asked.resource,
        "subresource": asked.subresource,
        "name": asked.name,
        "fieldSelector": asked.field_selector and {"rawSelector": asked.field_selector},
        "labelSelector": asked.label_selector and {"rawSelector": asked.label_selector},
    }
    return {**who, "resourceAttributes": {key: value for key, value in given.items() if value}}


def answer(status: Object) -> Answer:
    """What the `status` of a review says; only what is allowed in so many words is."""
    return Answer(
        is_allowed=status["allowed"] is True and status.get("denied") is not True,
        reason=_text(status.get("reason")),
        error=_text(status.get("evaluationError")),
    )


def _user(user: Mapping[str, Any]) -> Object:
    """A `UserInfo` in the words of a review."""
    given = {
        "user": user.get("username"),
        "uid": user.get("uid"),
        "groups": user.get("groups"),
        "extra": user.get("extra"),
    }
    return {key: value for key, value in given.items() if value}


def _service_account(account: ServiceAccount) -> Object:
    return {
        "user": f"system:serviceaccount:{account.namespace}:{account.name}",
        "groups": ["system:serviceaccounts", f"system:serviceaccounts:{account.namespace}"],
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
