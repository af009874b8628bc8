"""Built-in kinds, the kinds of CRDs and the rules in their schemas."""

from typing import Any

import pytest

from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.schemas.kinds import custom_kinds, declare_custom, declare_kind
from interlock.cel.schemas.nodes import SchemaError
from interlock.cel.schemas.rules import validation_rules
from interlock.cel.types import BOOL, DYN, INT, STRING, CelType, list_of, map_of
from interlock.model.intent import Intent
from interlock.schemas.kinds import Kind, kubernetes
from interlock.spans import typed_in
from support.schemas import NOTHING, TEXT, array, built_in, environment, obj, problems_of, table, type_of


@pytest.mark.parametrize("kind", kubernetes().kinds, ids=lambda kind: f"{kind.api_version}/{kind.name}")
def test_every_built_in_kind_is_declared_and_has_metadata(kind: Kind) -> None:
    found = declare_kind(NOTHING, kind)
    assert found.type == CelType(f"interlock.{kind.name}")
    assert found.why_dynamic is None
    compiled = environment(found)
    assert compiled.compile(typed_in("object.metadata.name")).type == STRING
    assert compiled.compile(typed_in("object.apiVersion + object.kind")).type == STRING


@pytest.mark.parametrize("name", ["Pod", "CustomResourceDefinition", "ResourceClaim"])
def test_the_checker_gives_every_field_the_type_that_is_declared(name: str) -> None:
    declarations = built_in(name).declarations
    for message, fields in declarations.fields.items():
        compiled = Environment(declarations, {"m": CelType(message)}, {})
        for field, type_ in fields.items():
            assert compiled.compile(typed_in(f"m.{field}")).type == type_, (message, field)


def definition(**versions: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "spec": {
            "group": "example.com",
            "names": {"kind": "Widget", "plural": "widgets"},
            "scope": "Namespaced",
            "versions": [
                {"name": name, "served": schema is not None, "schema": {"openAPIV3Schema": schema or {}}}
                for name, schema in versions.items()
            ],
        },
    }


RULED = obj(
    spec={
        **obj(
            minReplicas={"type": "integer", "x-kubernetes-validations": [{"rule": "self > 0"}]},
            replicas={"type": "integer"},
            ports={
                **array(
                    {
                        **obj(port={"x-kubernetes-int-or-string": True}),
                        "x-kubernetes-validations": [{"rule": "has(self.port)"}],
                    }
                ),
                "x-kubernetes-validations": [{"rule": "self.size() < 10"}],
            },
            limits={**table(TEXT), "x-kubernetes-validations": [{"rule": "self.all(k, self[k] != '')"}]},
        ),
        "x-kubernetes-validations": [
            {"rule": "self.minReplicas <= self.replicas", "message": "m"},
            {"rule": "self.replicas >= oldSelf.replicas", "optionalOldSelf": True},
        ],
    },
)
CRD = definition(v1=RULED, v1alpha1=None)
ROOT = ("spec", "versions", 0, "schema", "openAPIV3Schema", "properties", "spec")


def test_a_custom_kind_has_its_fields_and_the_metadata_of_an_object() -> None:
    (kind,) = custom_kinds(CRD)
    assert (kind.api_version, kind.name) == ("example.com/v1", "Widget")
    found = declare_custom(declare([Intent]), kind)
    assert type_of(found, "object.spec.replicas > 1 && object.metadata.labels['a'] == 'b'") == BOOL
    assert type_of(found, "object.apiVersion + object.kind") == STRING
    assert problems_of(found, "object.spec.replcas") == [
        "undefined field `replcas` of WidgetSpec: did you mean `replicas`?"
    ]
    assert found.declarations.why_dynamic(CelType("interlock.WidgetSpecPorts"), "port") == (
        "its schema allows an integer or a string"
    )


def test_the_metadata_of_a_custom_kind_is_an_objects_whatever_its_schema_says() -> None:
    (kind,) = custom_kinds(definition(v1=obj(metadata={"type": "object"}, kind={})))
    found = declare_custom(NOTHING, kind)
    assert found.declarations.field(found.type, "metadata") == CelType("interlock.ObjectMeta")
    assert found.declarations.field(found.type, "kind") == STRING


def test_a_custom_kind_without_fields_is_dynamic() -> None:
    (kind,) = custom_kinds(definition(v1={"type": "object", "x-kubernetes-preserve-unknown-fields": True}))
    assert declare_custom(NOTHING, kind).type == DYN


def test_every_served_version_is_a_kind() -> None:
    document = definition(v2=obj(a=TEXT), v1=obj(b=TEXT), v1beta1=None)
    assert [kind.api_version for kind in custom_kinds(document)] == ["example.com/v2", "example.com/v1"]


def test_a_schemas_own_rules_are_compiled_over_the_node_that_carries_them() -> None:
    found = {rule.path: rule for rule in validation_rules(CRD)}
    subjects = {
        ((*ROOT, "x-kubernetes-validations", 0, "rule")): CelType("interlock.WidgetSpec"),
        ((*ROOT, "x-kubernetes-validations", 1, "rule")): CelType("interlock.WidgetSpec"),
        ((*ROOT, "properties", "minReplicas", "x-kubernetes-validations", 0, "rule")): INT,
        ((*ROOT, "properties", "ports", "x-kubernetes-validations", 0, "rule")): list_of(
            CelType("interlock.WidgetSpecPorts")
        ),
        ((*ROOT, "properties", "ports", "items", "x-kubernetes-validations", 0, "rule")): CelType(
            "interlock.WidgetSpecPorts"
        ),
        ((*ROOT, "properties", "limits", "x-kubernetes-validations", 0, "rule")): map_of(STRING, STRING),
    }
    assert {path: rule.subject for path, rule in found.items()} == subjects
    assert [rule.text for rule in found.values() if rule.is_old_optional] == [
        "self.replicas >= oldSelf.replicas"
    ]
    for rule in found.values():
        variables = {"self": rule.subject, "oldSelf": rule.subject}
        compiled = Environment(rule.declarations, variables, {}).compile(typed_in(rule.text), expected=BOOL)
        assert compiled.type == BOOL


_NAMES = {"kind": "K", "plural": "ks"}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "$.spec: must be an object"),
        ({"spec": {"group": "g"}}, "$.spec.names: must be an object"),
        ({"spec": {"group": "g", "names": {}}}, "$.spec.names.kind: must be text"),
        ({"spec": {"group": 1, "names": {"kind": "K"}}}, "$.spec.group: must be text"),
        ({"spec": {"group": "g", "names": {"kind": "K"}}}, "$.spec.names.plural: must be text"),
        ({"spec": {"group": "g", "names": _NAMES}}, "$.spec.versions: must be a list"),
        (
            {"spec": {"group": "g", "names": _NAMES, "versions": [5]}},
            "$.spec.versions[0]: must be an object",
        ),
        (
            {"spec": {"group": "g", "names": _NAMES, "versions": [{"served": True, "name": "v1"}]}},
            "$.spec.versions[0].schema.openAPIV3Schema: must be an object",
        ),
        (
            definition(v1={**obj(a=TEXT), "x-kubernetes-validations": {}}),
            "$.spec.versions[0].schema.openAPIV3Schema['x-kubernetes-validations']: must be a list",
        ),
        (
            definition(v1={**obj(a=TEXT), "x-kubernetes-validations": [5]}),
            "$.spec.versions[0].schema.openAPIV3Schema['x-kubernetes-validations'][0]: must be an object",
        ),
        (
            definition(v1={**obj(a=TEXT), "x-kubernetes-validations": [{}]}),
            "$.spec.versions[0].schema.openAPIV3Schema['x-kubernetes-validations'][0].rule: must be text",
        ),
    ],
)
def test_what_is_no_custom_resource_definition_is_refused(document: dict[str, Any], message: str) -> None:
    with pytest.raises(SchemaError) as caught:
        list(validation_rules(document))
    assert str(caught.value) == message
