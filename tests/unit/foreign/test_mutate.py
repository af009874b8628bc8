"""What mutating policies make of a request, as the API server has it."""

from typing import Any, Final

import pytest

from interlock.foreign.cluster import Params, Snapshot
from interlock.foreign.policy import ParamKind
from interlock.foreign.review import NoNamespaceError
from support.foreign.mutating import bind, label, labels, mutated, mutating, patches
from support.foreign.policies import POD, SHOP
from support.foreign.requests import request_for

CONFIG_MAPS: Final = ParamKind("v1", "ConfigMap")


def config_map(name: str, **more: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "shop"}, **more}


def test_what_each_policy_changed_is_told_as_a_json_patch() -> None:
    made = mutated(
        mutating(labels("{'a/b': '1'}"), name="one"),
        mutating(patches("op: 'remove', path: '/metadata/labels/app'"), name="two"),
        mutating(labels("{'a/b': '1'}"), name="vain"),
    )
    assert [(each.policy, each.binding, each.operations) for each in made.rewrites] == [
        ("one", "b-one", ({"op": "add", "path": "/metadata/labels/a~1b", "value": "1"},)),
        ("two", "b-two", ({"op": "remove", "path": "/metadata/labels/app"},)),
    ]


def test_a_policy_sees_what_those_before_it_made_and_so_does_each_of_its_mutations() -> None:
    made = mutated(
        mutating(labels("{'a': '1'}"), labels("{'b': object.metadata.labels.a + '2'}"), name="one"),
        mutating(labels("{'c': object.metadata.labels.b + '3'}"), name="two"),
    )
    assert label(made, "c") == "123"


def test_variables_are_computed_anew_for_each_mutation() -> None:
    variables = [{"name": "n", "expression": "size(object.metadata.labels)"}]
    made = mutated(
        mutating(
            labels("{'a': string(variables.n)}"), labels("{'b': string(variables.n)}"), variables=variables
        )
    )
    assert (label(made, "a"), label(made, "b")) == ("1", "2")


def test_match_conditions_see_what_policies_before_made() -> None:
    condition = [{"name": "a", "expression": "object.metadata.?labels.stage == optional.of('live')"}]
    first, second = mutating(labels("{'stage': 'live'}"), name="a"), labels("{'second': 'yes'}")
    assert label(mutated(first, mutating(second, name="b", matchConditions=condition)), "second") == "yes"
    late = mutated({**first, "metadata": {"name": "z"}}, mutating(second, name="b", matchConditions=condition))
    assert label(late, "second") is None


def test_whom_a_policy_is_for_is_asked_before_any_policy_changes_the_object() -> None:
    selecting = {"objectSelector": {"matchLabels": {"stage": "live"}}}
    made = mutated(
        mutating(labels("{'stage': 'live'}"), name="a"),
        mutating(labels("{'second': 'yes'}"), name="b"),
        bind("a", "1"),
        bind("b", "2", matchResources=selecting),
    )
    assert label(made, "second") is None


def test_every_binding_and_each_of_its_parameters_changes_the_object() -> None:
    objects = {("shop", name): config_map(name, data={"add": name}) for name in ("m", "n")}
    made = mutated(
        mutating(
            labels("{'seen': object.metadata.?labels.seen.orValue('') + params.data.add}"),
            paramKind={"apiVersion": "v1", "kind": "ConfigMap"},
        ),
        bind(name="one", paramRef={"name": "m", "parameterNotFoundAction": "Deny"}),
        bind(name="two", paramRef={"selector": {}, "parameterNotFoundAction": "Deny"}),
        cluster=Snapshot({"shop": SHOP}, {CONFIG_MAPS: Params(is_namespaced=True, objects=objects)}),
    )
    assert label(made, "seen") == "mmn"
    assert [(each.binding, each.params) for each in made.rewrites] == [
        ("one", "shop/m"),
        ("two", "shop/m"),
        ("two", "shop/n"),
    ]


def test_a_policy_without_a_binding_is_not_in_force() -> None:
    made = mutated(mutating(labels("{'a': '1'}")), mutating(labels("{'b': '1'}"), name="q"), bind("q"))
    assert (label(made, "a"), label(made, "b")) == (None, "1")


def test_an_error_of_one_mutation_stops_no_other_and_all_are_told() -> None:
    made = mutated(
        mutating(
            labels("{'a': object.nothing}"), labels("{'b': '1'}"), labels("{'c': object.nowhere}"), name="one"
        ),
        mutating(labels("{'d': '1'}"), name="two"),
    )
    assert [(each.code, each.reason, each.policy) for each in made.denials] == [(403, "Invalid", "one")] * 2
    assert "no such key: nothing" in str(made.denials[0])
    assert "no such key: nowhere" in str(made.denials[1])
    assert (label(made, "b"), label(made, "d")) == ("1", "1")


def test_errors_of_a_policy_that_ignores_them_are_ignored() -> None:
    made = mutated(mutating(labels("{'a': object.nothing}"), labels("{'b': '1'}"), failurePolicy="Ignore"))
    assert (made.allowed, label(made, "b")) == (True, "1")


def test_a_condition_that_fails_is_an_error_and_one_that_is_false_is_none() -> None:
    failing = [{"name": "a", "expression": "object.nothing == 1"}]
    (denial,) = mutated(mutating(labels("{'a': '1'}"), matchConditions=failing)).denials
    assert (denial.code, denial.reason, denial.binding) == (403, "Invalid", "b")
    false = [*failing, {"name": "b", "expression": "false"}]
    made = mutated(mutating(labels("{'a': '1'}"), matchConditions=false))
    assert (made.allowed, label(made, "a")) == (True, None)


def test_conditions_see_no_namespace_and_mutations_do() -> None:
    seen = labels("{'stage': namespaceObject.metadata.labels.stage}")
    without = [{"name": "a", "expression": "namespaceObject == null"}]
    assert label(mutated(mutating(seen, matchConditions=without)), "stage") == "live"


def test_parameters_that_are_not_there_are_a_matter_of_the_binding() -> None:
    with_params = mutating(labels("{'a': '1'}"), paramKind={"apiVersion": "v1", "kind": "ConfigMap"})
    cluster = Snapshot({"shop": SHOP}, {CONFIG_MAPS: Params(is_namespaced=True)})
    deny = bind(paramRef={"name": "m", "parameterNotFoundAction": "Deny"})
    (denial,) = mutated(with_params, deny, cluster=cluster).denials
    assert (denial.code, denial.reason) == (403, "Forbidden")
    assert str(denial) == (
        "policy 'p' with binding 'b' denied request: failed to configure binding:"
        " no params found for policy binding with `Deny` parameterNotFoundAction"
    )
    allow = bind(paramRef={"name": "m", "parameterNotFoundAction": "Allow"})
    made = mutated(with_params, allow, cluster=cluster)
    assert (made.allowed, made.object) == (True, POD)


def test_without_a_reference_parameters_are_null_and_without_their_kind_references_are_ignored() -> None:
    null = mutating(
        labels("{'null': string(params == null)}"), paramKind={"apiVersion": "v1", "kind": "ConfigMap"}
    )
    assert label(mutated(null), "null") == "true"
    made = mutated(
        mutating(labels("{'a': '1'}")), bind(paramRef={"name": "m", "parameterNotFoundAction": "Deny"})
    )
    assert label(made, "a") == "1"


def test_a_namespace_that_is_not_there_refuses_the_request_once_a_policy_is_for_it() -> None:
    with pytest.raises(NoNamespaceError, match='namespaces "shop" not found'):
        mutated(mutating(labels("{'a': '1'}")), cluster=Snapshot())


def test_a_policy_whose_selector_reads_a_namespace_that_is_not_there_can_not_be_configured() -> None:
    selecting = mutating(labels("{'a': '1'}"))
    selecting["spec"]["matchConstraints"] = {
        **selecting["spec"]["matchConstraints"],
        "namespaceSelector": {"matchLabels": {"a": "b"}},
    }
    (denial,) = mutated(selecting, cluster=Snapshot()).denials
    assert str(denial) == ('policy "p" denied request: failed to configure policy: namespaces "shop" not found')


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"),
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"),
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
        ("authentication.k8s.io", "SelfSubjectReview"),
        ("authentication.k8s.io", "TokenReview"),
        ("authorization.k8s.io", "LocalSubjectAccessReview"),
        ("authorization.k8s.io", "SelfSubjectAccessReview"),
        ("authorization.k8s.io", "SelfSubjectRulesReview"),
        ("authorization.k8s.io", "SubjectAccessReview"),
    ],
)
def test_kinds_that_are_exempt_are_never_changed(group: str, kind: str) -> None:
    found = {"apiVersion": f"{group}/v1", "kind": kind, "metadata": {"name": "x"}}
    assert mutated(mutating(labels("{'a': '1'}")), request=request_for(found)).object == found


def test_what_is_deleted_is_not_changed_and_what_has_no_object_neither() -> None:
    deleting = mutated(mutating(labels("{'a': '1'}")), request=request_for(None, POD, operation="DELETE"))
    assert (deleting.object, deleting.denials) == (None, ())
    connecting = mutated(
        mutating(labels("{'a': '1'}")),
        request=request_for(None, operation="CONNECT", name="x", namespace="shop", subresource="exec"),
    )
    assert (connecting.object, connecting.denials) == (None, ())
