"""The data file of Kubernetes' built-in kinds."""

import json
from importlib.resources import files
from typing import Any

import pytest

from interlock.schemas.kinds import OBJECT_META, Kind, kubernetes


def versions_of(kind: str) -> list[str]:
    return [each.api_version for each in kubernetes().find(kind=kind)]


def test_the_release_is_known() -> None:
    assert kubernetes().version == "1.37.0"


def test_a_kind_is_found_at_its_version() -> None:
    assert kubernetes().find(api_version="apps/v1", kind="Deployment") == (
        Kind("apps/v1", "Deployment", "io.k8s.api.apps.v1.Deployment"),
    )
    assert kubernetes().find(api_version="v1", kind="Pod") == (Kind("v1", "Pod", "io.k8s.api.core.v1.Pod"),)


def test_a_kind_is_found_at_every_version_and_the_preferred_one_stands_first() -> None:
    assert versions_of("Deployment") == ["apps/v1"]
    assert versions_of("HorizontalPodAutoscaler") == ["autoscaling/v2", "autoscaling/v1"]
    assert versions_of("DeviceClass") == [
        "resource.k8s.io/v1",
        "resource.k8s.io/v1beta2",
        "resource.k8s.io/v1beta1",
    ]
    assert versions_of("Event") == ["v1", "events.k8s.io/v1"]


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [("apps/v1", "Pod"), ("v2", "Pod"), (None, "Deploymnt"), (None, ""), ("v1", "PodList"), ("", "Pod")],
)
def test_what_is_not_built_in_is_not_found(api_version: str | None, kind: str) -> None:
    assert kubernetes().find(api_version=api_version, kind=kind) == ()


@pytest.mark.parametrize(
    "api_version",
    [
        "v1",
        "admissionregistration.k8s.io/v1",
        "apiextensions.k8s.io/v1",
        "apps/v1",
        "autoscaling/v2",
        "batch/v1",
        "certificates.k8s.io/v1",
        "coordination.k8s.io/v1",
        "discovery.k8s.io/v1",
        "flowcontrol.apiserver.k8s.io/v1",
        "networking.k8s.io/v1",
        "node.k8s.io/v1",
        "policy/v1",
        "rbac.authorization.k8s.io/v1",
        "resource.k8s.io/v1",
        "scheduling.k8s.io/v1",
        "storage.k8s.io/v1",
    ],
)
def test_every_stable_group_is_there(api_version: str) -> None:
    assert any(kind.api_version == api_version for kind in kubernetes().kinds)


def test_a_kind_stands_once_at_a_version() -> None:
    named = [(kind.api_version, kind.name) for kind in kubernetes().kinds]
    assert len(set(named)) == len(named)


def test_every_kind_has_the_metadata_of_an_object() -> None:
    for kind in kubernetes().kinds:
        schema = kubernetes().definitions[kind.definition]
        assert schema["properties"]["metadata"] == {"$ref": f"#/definitions/{OBJECT_META}"}, kind


def references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for each in schema for name in references(each)]
    if not isinstance(schema, dict):
        return []
    inner = [name for key, each in schema.items() if key != "$ref" for name in references(each)]
    # Of JSONSchemaProps it is a property.
    return [*inner, schema["$ref"]] if isinstance(schema.get("$ref"), str) else inner


def test_every_reference_leads_to_a_definition_and_every_definition_is_referred_to() -> None:
    found = {name.removeprefix("#/definitions/") for name in references(kubernetes().definitions)}
    assert found | {kind.definition for kind in kubernetes().kinds} == set(kubernetes().definitions)


def test_the_data_file_is_small_and_has_no_prose() -> None:
    assert len(files("interlock.schemas").joinpath("kubernetes.json.gz").read_bytes()) < 50_000
    assert "Deployment enables declarative updates" not in json.dumps(kubernetes().definitions)


def test_the_kinds_are_read_once() -> None:
    assert kubernetes() is kubernetes()


def test_keys_of_lists_have_the_defaults_that_the_api_publishes() -> None:
    definitions = kubernetes().definitions
    port = definitions["io.k8s.api.core.v1.ContainerPort"]["properties"]
    assert (port["containerPort"]["default"], port["protocol"]["default"]) == (0, "TCP")
    assert definitions["io.k8s.api.core.v1.EnvVar"]["properties"]["name"]["default"] == ""
    assert "default" not in port["hostPort"]
