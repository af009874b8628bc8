"""Which parameters a policy is evaluated with.

Source: k8s.io/apiserver, admission/plugin/policy/generic.CollectParams.
"""

from typing import Any, Final

import pytest

from interlock.foreign.attributes import Attributes
from interlock.foreign.cluster import Params, Snapshot
from interlock.foreign.policy import ParamKind
from support.foreign.policies import SHOP, binding, policy, said
from support.foreign.requests import request_for

KIND: Final = {"apiVersion": "v1", "kind": "ConfigMap"}
NODE: Final = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}
SELECTED: Final = {"matchLabels": {"use": "yes"}}


def config(name: str, **labels: str) -> dict[str, Any]:
    return {**KIND, "metadata": {"name": name, "labels": labels}, "data": {"name": name}}


def cluster(*, is_namespaced: bool = True) -> Snapshot:
    places = {("shop", "one"): "yes", ("shop", "two"): "yes", ("shop", "three"): "no", ("other", "one"): "yes"}
    objects = {
        (place if is_namespaced else "", name): config(f"{place}-{name}", use=use)
        for (place, name), use in places.items()
    }
    return Snapshot({"shop": SHOP}, {ParamKind("v1", "ConfigMap"): Params(is_namespaced, objects)})


def told(
    reference: dict[str, Any] | None,
    *,
    request: Attributes | None = None,
    is_namespaced: bool = True,
    kind: dict[str, str] | None = KIND,
) -> list[str]:
    """What is said by a policy that fails with the name of each of its parameters."""
    reads = "params == null ? 'null' : params.data.name" if kind else "'none'"
    rule = {"expression": "false", "messageExpression": reads}
    document = policy(rule, paramKind=kind)
    bound = binding(paramRef=reference)
    found = said(document, bound, request=request, cluster=cluster(is_namespaced=is_namespaced))
    return [denial.message.removeprefix("failed to configure binding: ") for denial in found.denials]


def test_without_a_kind_or_without_a_reference_parameters_are_null() -> None:
    assert told(None) == ["null"]
    assert told({"name": "one", "parameterNotFoundAction": "Deny"}, kind=None) == ["none"]


def test_a_name_is_looked_up_in_the_namespace_of_the_request_unless_the_reference_has_one() -> None:
    assert told({"name": "one"}) == ["shop-one"]
    assert told({"name": "one", "namespace": "other"}) == ["other-one"]


def test_all_that_are_selected_have_to_pass_each_for_itself() -> None:
    assert told({"selector": SELECTED}) == ["shop-one", "shop-two"]
    assert told({"selector": {}}) == ["shop-one", "shop-three", "shop-two"]


NONE: Final = "no params found for policy binding with `Deny` parameterNotFoundAction"


@pytest.mark.parametrize("reference", [{"name": "x"}, {"selector": {"matchLabels": {"use": "never"}}}])
def test_where_there_are_none_the_binding_says_what_then(reference: dict[str, Any]) -> None:
    assert told({**reference, "parameterNotFoundAction": "Allow"}) == []
    assert told({**reference, "parameterNotFoundAction": "Deny"}) == [NONE]


def test_what_is_in_no_namespace_has_no_parameters_in_one() -> None:
    nowhere = "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources"
    assert told({"name": "one"}, request=request_for(NODE)) == [nowhere]
    assert told({"name": "one", "namespace": "other"}, request=request_for(NODE)) == ["other-one"]


def test_parameters_that_are_in_no_namespace_are_found_from_everywhere() -> None:
    assert told({"name": "three"}, is_namespaced=False) == ["shop-three"]
    assert told({"name": "three"}, is_namespaced=False, request=request_for(NODE)) == ["shop-three"]
    (refused,) = told({"name": "three", "namespace": "shop"}, is_namespaced=False)
    assert refused == "paramRef.namespace must not be provided for a cluster-scoped `paramKind`"


def test_a_reference_has_a_name_or_a_selector_and_not_both() -> None:
    assert told({"namespace": "shop"}) == ["one of name or selector must be provided"]
    assert told({"name": "one", "selector": {}}) == [
        "paramRef.name and paramRef.selector are mutually exclusive"
    ]


def test_a_kind_that_nobody_knows_is_an_error_of_the_binding() -> None:
    assert told({"name": "one"}, kind={"apiVersion": "x/v1", "kind": "Y"}) == [
        "paramKind kind `x/v1, Kind=Y` not known"
    ]
