"""What roles and their bindings allow.

Source: kubernetes/plugin/pkg/auth/authorizer/rbac/rbac_test.go, and pkg/apis/rbac/v1/evaluation_helpers.go.
"""

from typing import Any, Final

import pytest

from interlock.cel.libraries.kubernetes.authorizer import Answer, ServiceAccount
from interlock.cel.libraries.kubernetes.authorizer import Attributes as Asked
from interlock.errors import RequestError
from interlock.foreign.described import Described
from interlock.foreign.roles import Identity, Roles
from support.reviews import deployment, review

JANE: Final = Identity("jane", frozenset({"dev"}))
GET: Final = Asked(verb="get", group="apps", resource="deployments", namespace="shop", name="web")
READ: Final = {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]}


def role(*rules: dict[str, Any], kind: str = "ClusterRole", **metadata: str) -> dict[str, Any]:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": "reader", **metadata},
        "rules": [*rules],
    }


def binding(
    *subjects: dict[str, str], kind: str = "ClusterRoleBinding", role_kind: str = "ClusterRole", **metadata: str
) -> dict[str, Any]:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": "readers", **metadata},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role_kind, "name": "reader"},
        "subjects": [*subjects],
    }


USER: Final = {"kind": "User", "name": "jane"}


def answer(*documents: dict[str, Any], asked: Asked = GET, who: Identity = JANE) -> Answer:
    roles = Roles()
    for each in documents:
        roles.add(each)
    return roles.answer(who, asked)


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        (READ, True),
        ({**READ, "verbs": ["*"]}, True),
        ({**READ, "verbs": ["list"]}, False),
        ({**READ, "apiGroups": ["*"]}, True),
        ({**READ, "apiGroups": [""]}, False),
        ({**READ, "resources": ["*"]}, True),
        ({**READ, "resources": ["deployments/scale", "*/scale"]}, False),
        ({**READ, "resourceNames": ["web"]}, True),
        ({**READ, "resourceNames": ["db"]}, False),
        ({"verbs": ["get"], "nonResourceURLs": ["*"]}, False),
        ({}, False),
    ],
)
def test_a_rule_allows_what_all_its_parts_cover(rule: dict[str, Any], *, allowed: bool) -> None:
    assert answer(role(rule), binding(USER)).is_allowed is allowed


@pytest.mark.parametrize(
    ("resources", "allowed"),
    [
        (["deployments/scale"], True),
        (["*/scale"], True),
        (["*"], True),
        (["deployments"], False),
        (["*/log"], False),
    ],
)
def test_a_part_of_a_resource_is_named_with_it(resources: list[str], *, allowed: bool) -> None:
    asked = Asked(verb="get", group="apps", resource="deployments", subresource="scale")
    assert answer(role({**READ, "resources": resources}), binding(USER), asked=asked).is_allowed is allowed


@pytest.mark.parametrize(
    ("url", "allowed"), [("/healthz", True), ("/health*", True), ("*", True), ("/metrics", False), ("/", False)]
)
def test_paths_are_covered_by_paths(url: str, *, allowed: bool) -> None:
    rule = {"verbs": ["get"], "nonResourceURLs": [url]}
    found = answer(role(rule), binding(USER), asked=Asked(verb="get", path="/healthz"))
    assert found.is_allowed is allowed


@pytest.mark.parametrize(
    ("subject", "who", "allowed"),
    [
        (USER, JANE, True),
        (USER, Identity("john"), False),
        ({"kind": "Group", "name": "dev"}, JANE, True),
        ({"kind": "Group", "name": "jane"}, JANE, False),
        ({"kind": "ServiceAccount", "name": "bot", "namespace": "shop"}, JANE, False),
        (
            {"kind": "ServiceAccount", "name": "bot", "namespace": "shop"},
            Identity("system:serviceaccount:shop:bot"),
            True,
        ),
        ({"kind": "Robot", "name": "jane"}, JANE, False),
    ],
)
def test_a_binding_is_for_its_subjects(subject: dict[str, str], who: Identity, *, allowed: bool) -> None:
    assert answer(role(READ), binding(subject), who=who).is_allowed is allowed


def test_a_binding_in_a_namespace_gives_the_role_there_alone() -> None:
    within = binding(USER, kind="RoleBinding", namespace="shop")
    assert answer(role(READ), within).is_allowed
    assert not answer(role(READ), {**within, "metadata": {"name": "readers", "namespace": "bank"}}).is_allowed


def test_a_role_of_a_namespace_is_not_one_of_the_cluster() -> None:
    within = binding(USER, kind="RoleBinding", role_kind="Role", namespace="shop")
    assert answer(role(READ, kind="Role", namespace="shop"), within).is_allowed
    assert not answer(role(READ, kind="Role", namespace="bank"), within).is_allowed
    assert not answer(role(READ), within).is_allowed


def test_the_reason_says_by_which_binding() -> None:
    assert answer(role(READ), binding(USER)).reason == (
        'RBAC: allowed by ClusterRoleBinding "readers" of ClusterRole "reader" to User "jane"'
    )
    bot = {"kind": "ServiceAccount", "name": "bot"}
    within = binding(bot, kind="RoleBinding", namespace="shop")
    assert answer(role(READ), within, who=Identity("system:serviceaccount:shop:bot")).reason == (
        'RBAC: allowed by RoleBinding "readers/shop" of ClusterRole "reader" to ServiceAccount "bot/shop"'
    )
    assert answer(role(READ)).reason == ""


def test_masters_may_do_everything() -> None:
    assert answer(who=Identity("root", frozenset({"system:masters"}))).is_allowed


@pytest.mark.parametrize(
    "document",
    [{**role(), "rules": [{"verbs": "get"}]}, {**binding(), "roleRef": None}, {**role(), "rules": 1}],
)
def test_what_is_no_role_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(RequestError):
        answer(document)


# In a cluster that is described


def test_roles_answer_about_the_user_of_the_request_or_a_service_account() -> None:
    described = Described()
    bot = {"kind": "ServiceAccount", "name": "bot", "namespace": "shop"}
    for each in (role(READ), binding(USER, bot)):
        described.add(each)
    asked = review(deployment(1), userInfo={"username": "jane"})
    assert described.around(asked).authorize(GET).is_allowed
    assert not described.around(review(deployment(1), userInfo={"username": "john"})).authorize(GET).is_allowed
    of_bot = Asked(
        verb="get", group="apps", resource="deployments", service_account=ServiceAccount("shop", "bot")
    )
    assert described.around(deployment(1)).authorize(of_bot).is_allowed


def test_what_is_stated_comes_before_what_roles_say() -> None:
    described = Described()
    no = {"verb": "get", "allowed": False}
    for each in (
        role(READ),
        binding(USER),
        {"apiVersion": "interlock.dev/v1alpha1", "kind": "Requester", "spec": {"access": [no]}},
    ):
        described.add(each)
    assert not described.around(review(deployment(1))).authorize(GET).is_allowed
