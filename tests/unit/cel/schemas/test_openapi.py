"""Kubernetes' schemas as message types."""

from typing import Any

import pytest

from interlock.cel.declarations import Declarations, declare, message_type
from interlock.cel.environment import Environment
from interlock.cel.schemas.kinds import declare_kind
from interlock.cel.schemas.openapi import declare_schema
from interlock.cel.types import BOOL, DOUBLE, DYN, INT, STRING, TIMESTAMP, CelType, list_of, map_of
from interlock.model.intent import Agent, Intent
from interlock.schemas.kinds import kubernetes
from interlock.spans import typed_in
from support.schemas import NOTHING, TEXT, array, built_in, declared, obj, problems_of, table, type_of

DEPLOYMENT = built_in("Deployment")
CONTAINERS = "object.spec.template.spec.containers"


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("object.spec.replicas > 1", BOOL),
        ("object.spec.replicas", INT),
        ("object.kind", STRING),
        ("object.metadata.labels", map_of(STRING, STRING)),
        ("object.metadata.name.startsWith('a')", BOOL),
        ("timestamp(object.metadata.creationTimestamp)", TIMESTAMP),
        ("object.metadata.ownerReferences.exists(o, o.controller)", BOOL),
        (f"{CONTAINERS}[0].ports[0].containerPort", INT),
        (f"{CONTAINERS}[0].command", list_of(STRING)),
        (f"{CONTAINERS}[0].resources.limits", map_of(STRING, DYN)),
        ("object.spec.strategy.rollingUpdate.maxSurge", DYN),
        (
            f"{CONTAINERS}.all(c, has(c.resources.limits) && 'nvidia.com/gpu' in c.resources.limits)",
            BOOL,
        ),
    ],
)
def test_an_expression_over_a_deployment_has_a_type(text: str, type_: CelType) -> None:
    assert type_of(DEPLOYMENT, text) == type_


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "object.spec.replcas > 1",
            "undefined field `replcas` of DeploymentSpec: did you mean `replicas`?",
        ),
        (
            f"{CONTAINERS}.all(c, has(c.resources.limit))",
            "undefined field `limit` of ResourceRequirements: did you mean `limits`?",
        ),
        ("object.spec.replicas == 'two'", "`==` can't be applied to (int, string)"),
        ("object.metadata.creationTimestamp < now", "undeclared reference to `now`"),
        ("object.nothing", "undefined field `nothing` of Deployment"),
    ],
)
def test_a_mistake_about_a_deployment_is_a_problem(text: str, problem: str) -> None:
    assert problems_of(DEPLOYMENT, text) == [problem]


@pytest.mark.parametrize(
    ("schema", "type_", "why"),
    [
        ({"type": "boolean"}, BOOL, None),
        ({"type": "integer", "format": "int64"}, INT, None),
        ({"type": "number"}, DOUBLE, None),
        ({"type": "string"}, STRING, None),
        ({"type": "string", "nullable": True}, STRING, None),
        ({"type": ["string", "null"]}, STRING, None),
        ({"type": "string", "format": "date-time"}, STRING, None),
        ({"type": "string", "format": "duration"}, STRING, None),
        ({"type": "string", "format": "byte"}, STRING, None),
        (array(TEXT), list_of(STRING), None),
        (table({"type": "integer"}), map_of(STRING, INT), None),
        (obj(a=TEXT), CelType("interlock.WidgetValue"), None),
        (array(obj(a=TEXT)), list_of(CelType("interlock.WidgetValue")), None),
        (table(obj(a=TEXT)), map_of(STRING, CelType("interlock.WidgetValue")), None),
        ({**obj(a=TEXT), "additionalProperties": TEXT}, map_of(STRING, STRING), None),
        ({**obj(a=TEXT), "additionalProperties": True}, CelType("interlock.WidgetValue"), None),
        ({"allOf": [TEXT], "default": ""}, STRING, None),
        ({}, DYN, "its schema doesn't say what it is"),
        ({"x-kubernetes-int-or-string": True}, DYN, "its schema allows an integer or a string"),
        ({"oneOf": [{"type": "string"}, {"type": "number"}]}, DYN, "its schema allows number or string"),
        ({"type": ["string", "integer"]}, DYN, "its schema allows integer or string"),
        ({"type": "object"}, DYN, "its schema doesn't name its fields"),
        (
            {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            DYN,
            "its schema doesn't name its fields",
        ),
        ({"x-kubernetes-preserve-unknown-fields": True}, DYN, "its schema doesn't say what it is"),
        ({"type": "array"}, list_of(DYN), "its schema doesn't say what it is"),
        (table({}), map_of(STRING, DYN), "its schema doesn't say what it is"),
        (
            {"type": "object", "additionalProperties": True},
            map_of(STRING, DYN),
            "its schema doesn't say what it is",
        ),
        (array(array(TEXT)), list_of(DYN), "it is a list or map of lists or maps, which have no type here"),
        (array(table(TEXT)), list_of(DYN), "it is a list or map of lists or maps, which have no type here"),
        (
            table(array(TEXT)),
            map_of(STRING, DYN),
            "it is a list or map of lists or maps, which have no type here",
        ),
    ],
    ids=repr,
)
def test_a_property_has_the_type_of_its_schema(schema: Any, type_: CelType, why: str | None) -> None:
    found = declared(obj(value=schema))
    assert found.declarations.field(found.type, "value") == type_
    assert found.declarations.why_dynamic(found.type, "value") == why
    assert type_of(found, "object.value") == type_


def test_a_whole_schema_can_be_dynamic() -> None:
    found = declared({"type": "object"})
    assert (found.type, found.why_dynamic) == (DYN, "its schema doesn't name its fields")
    assert type_of(found, "object.spec.anything == 1") == BOOL


def test_a_type_of_its_own_may_be_a_list_of_lists() -> None:
    found = declared(array(table(array(TEXT))))
    assert found.type == list_of(map_of(STRING, list_of(STRING)))
    assert type_of(found, "object[0]['a'][0]") == STRING


def test_unknown_fields_that_are_kept_beside_known_ones_are_hidden_as_the_api_server_hides_them() -> None:
    found = declared({**obj(a=TEXT), "x-kubernetes-preserve-unknown-fields": True})
    assert problems_of(found, "object.b") == ["undefined field `b` of Widget"]


def test_an_embedded_resource_has_the_metadata_of_an_object() -> None:
    found = declared(obj(template={**obj(spec=TEXT), "x-kubernetes-embedded-resource": True}))
    assert type_of(found, "object.template.apiVersion + object.template.kind") == STRING
    assert type_of(found, "object.template.metadata.labels['a']") == STRING
    assert type_of(found, "object.template.spec") == STRING


def test_an_embedded_resource_of_any_kind_is_dynamic() -> None:
    schema = {
        "type": "object",
        "x-kubernetes-embedded-resource": True,
        "x-kubernetes-preserve-unknown-fields": True,
    }
    assert type_of(declared(obj(template=schema)), "object.template") == DYN


def test_a_recursive_schema_is_one_message() -> None:
    found = built_in("CustomResourceDefinition")
    props = "object.spec.versions[0].schema.openAPIV3Schema"
    assert type_of(found, props) == CelType("interlock.JSONSchemaProps")
    assert type_of(found, f"{props}.properties['a'].properties['b'].format") == STRING
    assert type_of(found, f"{props}.x__dash__kubernetes__dash__validations[0].rule") == STRING
    assert type_of(found, f"{props}.items") == DYN
    fields = found.declarations.fields["interlock.JSONSchemaProps"]
    assert "$ref" not in found.declarations.keys["interlock.JSONSchemaProps"].values()
    assert fields["not"] == CelType("interlock.JSONSchemaProps")


def test_a_message_never_takes_the_name_of_another() -> None:
    intent = declare([Intent])
    found = declare_schema(intent, obj(x=TEXT), name="Agent", definitions={})
    assert found.type != message_type(Agent)
    assert found.declarations.fields[message_type(Agent).name] == intent.fields[message_type(Agent).name]
    assert found.declarations.fields[found.type.name] == {"x": STRING}


def test_kinds_of_the_same_names_can_stand_side_by_side() -> None:
    declarations = NOTHING
    for kind in kubernetes().kinds:
        found = declare_kind(declarations, kind)
        assert declarations.fields.items() <= found.declarations.fields.items()
        declarations = found.declarations
    assert Environment(declarations, {"x": DYN}, {}).compile(typed_in("x")).type == DYN


def test_declaring_changes_nothing_that_was_declared_before() -> None:
    before = declare([Intent])
    copy = Declarations(dict(before.fields))
    declare_schema(before, obj(a=obj(b=TEXT)), name="Widget", definitions={})
    assert before == copy


def test_presence_of_a_list_or_map_is_that_of_its_key_unless_an_intent_has_it() -> None:
    found = declare_schema(declare([Intent]), obj(a=array(TEXT)), name="Widget", definitions={})
    assert not found.declarations.is_repeated(found.type, "a")
    assert found.declarations.is_repeated(message_type(Intent), "models")
