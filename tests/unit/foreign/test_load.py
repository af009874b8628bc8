"""What is wrong with admission policies before any request is."""

from pathlib import Path
from typing import Any

import pytest

from interlock.errors import AuthorError
from interlock.foreign.load import load
from support.foreign.mutating import bind, configures, mutating, patches
from support.foreign.policies import binding, compiled, policy, read


def problems(*documents: dict[str, Any]) -> list[str]:
    with pytest.raises(AuthorError) as error:
        compiled(*documents)
    return [problem.message for problem in error.value.problems]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (policy("object.spec &&"), "syntax error"),
        (policy("request.operatoin == 'CREATE'"), "undefined field `operatoin`"),
        (policy("1"), "must be bool, but is int"),
        (policy("params == null"), "undeclared reference to `params`"),
        (policy("variables.later", variables=[]), "undeclared reference"),
        (policy("true", matchConditions=[{"name": "a", "expression": "variables.x"}]), "undeclared reference"),
        (policy("true", variables=[{"name": "a", "expression": "nobody"}]), "undeclared reference to `nobody`"),
        (policy({"expression": "true", "messageExpression": "1"}), "must be string, but is int"),
        (policy({"expression": "true", "messageExpression": "authorizer"}), "undeclared reference"),
        (
            policy("true", auditAnnotations=[{"key": "a", "valueExpression": "1"}]),
            "must be string or null_type",
        ),
        (policy("true", failurepolicy="Fail"), "unknown field `failurepolicy`: did you mean `failurePolicy`?"),
        (policy("true", failurePolicy="Never"), "`spec.failurePolicy` can't be `Never`"),
        (binding(policy="x"), "no ValidatingAdmissionPolicy `x`: add it, or remove the binding"),
    ],
)
def test_what_can_not_be_meant_is_refused(document: dict[str, Any], message: str) -> None:
    (found,) = problems(document)
    assert message in found


def test_all_problems_are_told_at_once() -> None:
    assert len(problems(policy("1", "nobody"), binding(actions=["Never"]))) == 3


def test_names_are_those_of_one_document() -> None:
    assert "duplicate ValidatingAdmissionPolicy `p`" in problems(policy("true"), policy("false"))[0]
    assert "duplicate ValidatingAdmissionPolicyBinding `b`" in problems(policy("true"), binding(), binding())[0]


def test_a_binding_is_not_blamed_for_a_policy_that_can_not_be_read() -> None:
    assert problems(policy("true", failurePolicy="Never"), binding()) == [
        "`spec.failurePolicy` can't be `Never`: choose `Fail` or `Ignore`"
    ]


def test_a_name_that_is_misspelt_is_guessed() -> None:
    (found,) = problems(policy("true", name="no-latest"), binding(policy="no-latst"))
    assert found == "no ValidatingAdmissionPolicy `no-latst`: did you mean `no-latest`?"


def test_fields_that_are_null_are_absent_and_other_documents_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(
        """\
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
---
apiVersion: admissionregistration.k8s.io/v1beta1
kind: ValidatingAdmissionPolicy
metadata: {name: p, resourceVersion: "7", labels: {a: b}}
spec:
  paramKind: null
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: ["*"], resources: [pods]}]
  validations:
    - expression: |
        true
status: {observedGeneration: 1}
""",
        encoding="utf-8",
    )
    (found,) = load([tmp_path]).validating
    assert (found.policy.name, found.policy.param_kind, found.bindings) == ("p", None, [])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AuthorError, match="nowhere"):
        load([tmp_path / "nowhere.yaml"])


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (mutating(configures("'teapot'")), "must be Object, but is string"),
        (mutating(configures("Object.spec.metadata{}")), "must be Object, but is Object.spec.metadata"),
        (mutating(configures("object")), "must be Object, but is dyn"),
        (mutating(configures("[JSONPatch{}]")), "must be Object, but is list(JSONPatch)"),
        (mutating(configures("Invalid{}")), "undeclared reference to `Invalid`"),
        (mutating(patches("op: 1")), "expected type of field 'op' is 'string' but provided type is 'int'"),
        (mutating(patches("oop: 'add'")), "undefined field `oop` of JSONPatch"),
        (mutating(), "`spec.mutations` is empty: add an entry"),
        (mutating({"patchType": "Merge"}), "`spec.mutations[0].patchType` can't be `Merge`"),
        (
            mutating({"patchType": "JSONPatch", "applyConfiguration": {"expression": "Object{}"}}),
            "missing field `jsonPatch`: `patchType` is `JSONPatch`",
        ),
        (
            mutating({**configures("Object{}"), "jsonPatch": {"expression": "[]"}}),
            "remove `jsonPatch`: `patchType` is `ApplyConfiguration`",
        ),
        (
            mutating(configures("Object{}"), reinvocationPolicy="Always"),
            "`spec.reinvocationPolicy` can't be `Always`",
        ),
        (
            mutating(configures("Object{}"), variables=[{"name": "a", "expression": "Object{}"}]),
            "undeclared reference to `Object`",
        ),
        (mutating(configures("Object{}"), validations=[]), "unknown field `validations`"),
        (bind(policy="x"), "no MutatingAdmissionPolicy `x`: add it, or remove the binding"),
        (bind(validationActions=["Deny"]), "unknown field `validationActions`"),
    ],
)
def test_what_a_mutating_policy_can_not_mean_is_refused(document: dict[str, Any], message: str) -> None:
    found = problems(document)
    assert any(message in each for each in found), found


def test_what_is_deleted_can_not_be_changed() -> None:
    rules = [
        {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "DELETE"], "resources": ["pods"]}
    ]
    document = mutating(configures("Object{}"), matchConstraints={"resourceRules": rules})
    assert problems(document) == ["what is deleted can't be changed: remove `DELETE`"]


def test_policies_that_validate_and_those_that_mutate_have_names_of_their_own() -> None:
    policies = read(policy("true"), binding(), mutating(configures("Object{}")), bind())
    ((validating,), (changing,)) = (policies.validating, policies.mutating)
    assert (validating.policy.name, changing.policy.name) == ("p", "p")
    assert ([each.name for each in validating.bindings], [each.name for each in changing.bindings]) == (
        ["b"],
        ["b"],
    )
