"""What the chart lets the service do in a cluster: this, and nothing else."""

from typing import Any, Final

import pytest

from support.clients import document
from support.helm import rendered

pytest.importorskip("helm_python", reason="helm-python-sdk is not installed")

_DOCUMENTS: Final = ("budgets", "catalogs", "functionlibraries", "intentpolicies", "policysets", "waivers")
_ADMISSION: Final = "admissionregistration.k8s.io"

IN_THE_CLUSTER: Final = {
    **{f"interlock.dev {each}": "list watch" for each in _DOCUMENTS},
    **{f"interlock.dev {each}/status": "patch" for each in _DOCUMENTS},
    **{f"apiextensions.k8s.io customresourcedefinitions {each}.interlock.dev": "get" for each in _DOCUMENTS},
    f"{_ADMISSION} validatingadmissionpolicies": "list watch",
    f"{_ADMISSION} validatingadmissionpolicybindings": "list watch",
    f"{_ADMISSION} mutatingadmissionpolicies": "list watch",
    f"{_ADMISSION} mutatingadmissionpolicybindings": "list watch",
    " namespaces": "get list watch",
    " replicationcontrollers": "get",
    **{f"apps {each}": "get" for each in ("deployments", "replicasets", "statefulsets")},
    "authorization.k8s.io subjectaccessreviews": "create",
    f"{_ADMISSION} mutatingwebhookconfigurations": "create",
    f"{_ADMISSION} validatingwebhookconfigurations": "create",
    f"{_ADMISSION} mutatingwebhookconfigurations interlock": "get update",
    f"{_ADMISSION} validatingwebhookconfigurations interlock": "get update",
    "rbac.authorization.k8s.io clusterroles interlock": "get",
    "events.k8s.io events": "create",
}
"""The verbs by group, resource and name, where names limit them."""

IN_ITS_NAMESPACE: Final = {
    "coordination.k8s.io leases": "create delete get list patch update",
    " secrets": "create",
    " secrets interlock-tls": "get update",
}


def _rules(kind: str, values: dict[str, Any], name: str = "interlock") -> dict[str, str]:
    (role,) = [each for each in rendered(values) if each["kind"] == kind and each["metadata"]["name"] == name]
    granted: dict[str, set[str]] = {}
    for rule in role["rules"]:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                for named in rule.get("resourceNames", [""]):
                    granted.setdefault(f"{group} {resource} {named}".rstrip(), set()).update(rule["verbs"])
    return {what: " ".join(sorted(verbs)) for what, verbs in granted.items()}


def test_the_service_may_do_this_in_the_cluster() -> None:
    assert _rules("ClusterRole", {}) == IN_THE_CLUSTER


def test_the_service_may_do_this_in_its_namespace() -> None:
    assert _rules("Role", {}) == IN_ITS_NAMESPACE


def test_more_is_asked_for_only_where_values_say_so() -> None:
    values = {
        "workloads": {"enabled": True},
        "scan": {"enabled": True, "resources": [{"apiGroup": "ray.io", "resources": ["rayclusters"]}]},
        "parameters": [{"apiGroup": "acme.example", "resources": ["limits"]}],
        "gateways": {"enabled": True, "clients": document(), "tokenReviews": True},
        "scalable": [{"apiGroup": "leaderworkerset.x-k8s.io", "resources": ["leaderworkersets"]}],
    }
    assert _rules("ClusterRole", values) == IN_THE_CLUSTER | {
        "authentication.k8s.io tokenreviews": "create",
        " pods": "list watch",
        "batch jobs": "list watch",
        "openreports.io clusterreports": "create delete list update",
        "openreports.io reports": "create delete list update",
        "ray.io rayclusters": "list",
        "acme.example limits": "get list watch",
        "leaderworkerset.x-k8s.io leaderworkersets": "get",
    }


def test_with_cert_manager_the_service_sees_no_secret() -> None:
    granted = _rules("Role", {"certManager": {"enabled": True}})
    assert granted == {what: verbs for what, verbs in IN_ITS_NAMESPACE.items() if "secrets" not in what}


@pytest.mark.parametrize("kind", ["ClusterRole", "Role"])
def test_nothing_is_granted_in_general(kind: str) -> None:
    for role in (each for each in rendered({}) if each["kind"] == kind):
        for rule in role["rules"]:
            assert "*" not in "".join(rule["apiGroups"] + rule["resources"] + rule["verbs"])
            assert not {"escalate", "bind", "impersonate"} & set(rule["verbs"])


def test_people_who_view_see_documents_and_admins_change_them() -> None:
    changing = "create delete deletecollection get list patch update watch"
    roles = {each["metadata"]["name"]: each for each in rendered({}) if each["kind"] == "ClusterRole"}
    aggregated = {name: set(role["metadata"]["labels"]) for name, role in roles.items()}
    assert "rbac.authorization.k8s.io/aggregate-to-view" in aggregated["interlock-view"]
    assert "rbac.authorization.k8s.io/aggregate-to-admin" in aggregated["interlock-admin"]
    assert not [
        name for name, labels in aggregated.items() if "rbac.authorization.k8s.io/aggregate-to-edit" in labels
    ]
    view = _rules("ClusterRole", {}, "interlock-view")
    admin = _rules("ClusterRole", {}, "interlock-admin")
    assert view == {f"interlock.dev {each}": "get list watch" for each in _DOCUMENTS}
    assert admin == {f"interlock.dev {each}": changing for each in _DOCUMENTS}
    alone = [each for each in rendered({"rbac": {"aggregate": False}}) if each["kind"] == "ClusterRole"]
    assert not [label for each in alone for label in each["metadata"]["labels"] if "aggregate" in label]
