"""Whatever stands in a request or beside it, it is decided, or refused in one line."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from interlock.decisionlog.entry import Entry, decode_entry, encode_entry
from interlock.engine import Engine
from interlock.engine.document import decide_document
from interlock.errors import RequestError
from interlock.foreign.described import Described
from interlock.units import Instant
from support.anyjson import changed, is_one_line
from support.foreign.mutating import bind, configures, labels, mutating, patches
from support.foreign.policies import SHOP, binding, policy
from support.foreign.sets import policy_set_of
from support.reviews import deployment, review

CONFIG: Final = {"apiVersion": "v1", "kind": "ConfigMap"}
SELECTING: Final = {"matchLabels": {"stage": "live"}}
ENGINE: Final = Engine(
    policy_set_of(
        policy(
            "object.spec.replicas <= int(params.data.most)",
            "request.userInfo.username == namespaceObject.metadata.name",
            "authorizer.requestResource.check(request.operation).allowed()",
            paramKind=CONFIG,
        ),
        binding(paramRef={"selector": SELECTING, "parameterNotFoundAction": "Deny"}),
        binding("c", matchResources={"namespaceSelector": SELECTING, "objectSelector": SELECTING}),
        mutating(
            labels("{'a': 'b'}"),
            configures("Object{spec: Object.spec{replicas: object.spec.replicas + 1}}"),
            patches("op: 'add', path: '/metadata/annotations', value: object.spec"),
            reinvocationPolicy="IfNeeded",
        ),
        bind(),
    )
)
REVIEW: Final = review(deployment(3), oldObject=deployment(2), operation="UPDATE")
PARAMS: Final = {
    **CONFIG,
    "metadata": {"name": "limits", "namespace": "shop", "labels": {"stage": "live"}},
    "data": {"most": "3"},
}
REQUESTER: Final = {
    "apiVersion": "interlock.dev/v1alpha1",
    "kind": "Requester",
    "spec": {"user": {"username": "jane", "groups": ["dev"]}, "access": [{"verb": "UPDATE", "group": "apps"}]},
}
DEFINITION: Final = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "deployments.apps"},
    "spec": {"group": "apps", "names": {"kind": "Deployment", "plural": "deployments"}, "scope": "Namespaced"},
}
ROLE: Final = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "ClusterRole",
    "metadata": {"name": "r"},
    "rules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "resourceNames": ["a"]}],
}
BOUND: Final = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "ClusterRoleBinding",
    "metadata": {"name": "r"},
    "roleRef": {"kind": "ClusterRole", "name": "r"},
    "subjects": [{"kind": "User", "name": "jane"}],
}
_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 1.5, "", "x", "\x00", [], [None], {}, {"": []}, [[]], [{}]]
)
_DOCUMENTS: Final = (REVIEW, deployment(3), {"admission": REVIEW["request"]})


def _is_decided(document: Any, described: Described) -> None:
    asked = described.request(document)
    decision = decide_document(ENGINE, asked, now=Instant(0), around=described.around(asked)).decision
    assert decision.failure == ""
    entry = Entry.of(decision, asked, mutates=True)
    assert decode_entry(encode_entry(entry)).surroundings == entry.surroundings


def _refused(attempt: Callable[[], None]) -> str | None:
    try:
        attempt()
    except RequestError as error:
        return str(error)
    return None


@given(st.one_of([changed(each, _VALUES) for each in _DOCUMENTS]))
def test_any_request_is_decided_or_refused(document: dict[str, Any]) -> None:
    described = Described()
    for each in (SHOP, PARAMS, REQUESTER):
        described.add(dict(each))
    assert is_one_line(_refused(lambda: _is_decided(document, described)))


@given(st.tuples(*(changed(each, _VALUES) for each in (SHOP, PARAMS, REQUESTER, DEFINITION, ROLE, BOUND))))
def test_any_cluster_is_described_or_refused(documents: tuple[dict[str, Any], ...]) -> None:
    described = Described()
    for each in documents:
        assert is_one_line(_refused(partial(described.add, each)))
    for each in (REVIEW, deployment(3)):
        assert is_one_line(_refused(partial(_is_decided, each, described)))
