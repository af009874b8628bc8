"""Which requests policies and bindings are for.

Source: k8s.io/apiserver, admission/plugin/policy/matching and webhook/predicates/rules.
"""

from typing import Any

import pytest

from interlock.foreign.attributes import Attributes
from interlock.foreign.cluster import Snapshot
from support.foreign.policies import CLUSTER, POD, SHOP, binding, policy, said
from support.foreign.requests import request_for

NODE = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}
EXEC = {"apiVersion": "v1", "kind": "PodExecOptions", "command": ["sh"]}


def rule(**fields: Any) -> dict[str, Any]:
    """A rule for all that a few fields leave."""
    return {
        "apiGroups": ["*"],
        "apiVersions": ["*"],
        "operations": ["*"],
        "resources": ["*", "*/*"],
        **fields,
    }


def is_for(constraints: dict[str, Any], request: Attributes | None = None, cluster: Snapshot = CLUSTER) -> bool:
    """Whether policies and bindings with `constraints` are for `request`, and both agree."""
    whole = {"resourceRules": [rule()], **constraints}
    of_policy = not said(policy("false", matchConstraints=whole), request=request, cluster=cluster).allowed
    bound = binding(matchResources=constraints)
    of_binding = not said(policy("false"), bound, request=request, cluster=cluster).allowed
    assert of_policy == of_binding
    return of_policy


def connecting() -> Attributes:
    """A request to run a command in a pod."""
    pods = request_for(POD).resource
    return request_for(
        EXEC, operation="CONNECT", resource=pods, subresource="exec", name="web", namespace="shop"
    )


@pytest.mark.parametrize(
    ("fields", "matches"),
    [
        ({}, True),
        ({"apiGroups": [""]}, True),
        ({"apiGroups": ["apps"]}, False),
        ({"apiVersions": ["v1"]}, True),
        ({"apiVersions": ["v2"]}, False),
        ({"operations": ["UPDATE", "CREATE"]}, True),
        ({"operations": ["DELETE"]}, False),
        ({"resources": ["pods"]}, True),
        ({"resources": ["*"]}, True),
        ({"resources": ["*/*"]}, True),
        ({"resources": ["pods/*"]}, True),
        ({"resources": ["pods/exec"]}, False),
        ({"resources": ["nodes"]}, False),
        ({"resources": []}, False),
        ({"scope": "Namespaced"}, True),
        ({"scope": "Cluster"}, False),
        ({"resourceNames": ["web", "x"]}, True),
        ({"resourceNames": ["x"]}, False),
    ],
)
def test_a_rule_names_what_it_is_for(fields: dict[str, Any], *, matches: bool) -> None:
    assert is_for({"resourceRules": [rule(**fields)]}) is matches


@pytest.mark.parametrize(
    ("resources", "matches"),
    [
        (["pods"], False),
        (["*"], False),
        (["pods/exec"], True),
        (["pods/*"], True),
        (["*/exec"], True),
        (["*/*"], True),
    ],
)
def test_a_subresource_is_not_what_it_is_below(resources: list[str], *, matches: bool) -> None:
    assert is_for({"resourceRules": [rule(resources=resources)]}, connecting()) is matches


@pytest.mark.parametrize(("scope", "matches"), [("Cluster", True), ("Namespaced", False), ("*", True)])
@pytest.mark.parametrize("request_", [request_for(NODE), request_for(SHOP, namespace="shop")])
def test_namespaces_are_in_no_namespace(scope: str, request_: Attributes, *, matches: bool) -> None:
    assert is_for({"resourceRules": [rule(scope=scope)]}, request_) is matches


def test_one_rule_is_enough_and_one_that_excludes_is_too() -> None:
    nodes, pods = rule(resources=["nodes"]), rule(resources=["pods"])
    assert is_for({"resourceRules": [nodes, pods]})
    assert not is_for({"resourceRules": [nodes, pods], "excludeResourceRules": [pods]})


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ({}, True),
        ({"matchLabels": {"stage": "live"}}, True),
        ({"matchLabels": {"stage": "live", "x": "y"}}, False),
        ({"matchExpressions": [{"key": "stage", "operator": "In", "values": ["live", "x"]}]}, True),
        ({"matchExpressions": [{"key": "stage", "operator": "NotIn", "values": ["live"]}]}, False),
        ({"matchExpressions": [{"key": "none", "operator": "NotIn", "values": ["live"]}]}, True),
        ({"matchExpressions": [{"key": "stage", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "stage", "operator": "DoesNotExist"}]}, False),
        ({"matchExpressions": [{"key": "none", "operator": "DoesNotExist"}]}, True),
        ({"matchExpressions": [{"key": "none", "operator": "In", "values": ["live"]}]}, False),
    ],
)
def test_a_selector_reads_the_labels_of_the_namespace(selector: dict[str, Any], *, matches: bool) -> None:
    assert is_for({"namespaceSelector": selector}) is matches


SELECTS_NOTHING = {"matchLabels": {"nobody": "has it"}}


def test_what_is_in_no_namespace_is_selected_by_any() -> None:
    assert is_for({"namespaceSelector": SELECTS_NOTHING}, request_for(NODE))


def test_a_namespace_that_is_made_or_changed_has_the_labels_that_it_is_to_have() -> None:
    live = {"namespaceSelector": {"matchLabels": {"stage": "live"}}}
    changed = {**SHOP, "metadata": {"name": "shop", "labels": {"stage": "test"}}}
    assert is_for(live, request_for(SHOP, namespace="shop"), Snapshot())
    assert not is_for(live, request_for(changed, SHOP, operation="UPDATE", namespace="shop"))
    assert is_for(live, request_for(None, changed, operation="DELETE", namespace="shop"))


def test_a_namespace_that_is_not_there_is_only_a_matter_of_who_is_concerned() -> None:
    live = {"namespaceSelector": {"matchLabels": {"stage": "live"}}}
    nodes = {**live, "resourceRules": [rule(resources=["nodes"])]}
    assert not is_for(nodes, cluster=Snapshot())
    found = said(policy("true", matchConstraints={"resourceRules": [rule()], **live}), cluster=Snapshot())
    assert [denial.message for denial in found.denials] == [
        'failed to configure policy: namespaces "shop" not found'
    ]


def test_a_policy_without_a_binding_can_not_fail_either() -> None:
    live = {"resourceRules": [rule()], "namespaceSelector": {"matchLabels": {"stage": "live"}}}
    other = policy("true", name="q", matchConstraints={"resourceRules": [rule(resources=["nodes"])]})
    unbound = policy("false", matchConstraints=live)
    assert said(unbound, other, binding(policy="q"), cluster=Snapshot()).allowed


@pytest.mark.parametrize("labels", [7, ["app"], {"app": ["web"]}, {"app": {}}, {"app": None}, None])
def test_labels_that_are_no_texts_are_none(labels: object) -> None:
    strange = {**POD, "metadata": {"name": "web", "namespace": "shop", "labels": labels}}
    namespace = {**SHOP, "metadata": {"name": "shop", "labels": labels}}
    selector = {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]}
    assert not is_for({"objectSelector": selector}, request_for(strange))
    assert not is_for({"namespaceSelector": selector}, cluster=Snapshot({"shop": namespace}))


def test_an_object_is_selected_as_it_was_or_as_it_is_to_be() -> None:
    other = {**POD, "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "api"}}}
    plain = {**POD, "metadata": {"name": "web", "namespace": "shop"}}
    web = {"objectSelector": {"matchLabels": {"app": "web"}}}
    assert is_for(web)
    assert is_for(web, request_for(other, POD, operation="UPDATE"))
    assert is_for(web, request_for(POD, other, operation="UPDATE"))
    assert is_for(web, request_for(None, POD, operation="DELETE"))
    assert not is_for(web, request_for(other, plain, operation="UPDATE"))
    assert not is_for(
        {"objectSelector": {"matchExpressions": [{"key": "x", "operator": "DoesNotExist"}]}}, connecting()
    )
    assert is_for({"objectSelector": {}}, connecting())
