"""What the schemas of Kubernetes' own kinds, and of custom ones, say of merging."""

import pytest

from interlock.foreign.merging.structure import Relation, Scalar, Structure
from support.foreign.structures import built_in, custom


def field(structure: Structure, *names: str) -> Structure:
    for name in names:
        if structure.items is not None:
            structure = structure.items.element
        assert structure.fields is not None
        found = structure.fields.of(name)
        assert found is not None, name
        structure = found
    return structure


@pytest.mark.parametrize(
    ("definition", "path", "relation", "keys"),
    [
        ("core.v1.PodSpec", "containers", Relation.MAP, ("name",)),
        ("core.v1.PodSpec", "initContainers", Relation.MAP, ("name",)),
        ("core.v1.PodSpec", "volumes", Relation.MAP, ("name",)),
        ("core.v1.PodSpec", "imagePullSecrets", Relation.MAP, ("name",)),
        ("core.v1.PodSpec", "hostAliases", Relation.MAP, ("ip",)),
        ("core.v1.PodSpec", "topologySpreadConstraints", Relation.MAP, ("topologyKey", "whenUnsatisfiable")),
        ("core.v1.PodSpec", "tolerations", Relation.ATOMIC, ()),
        ("core.v1.PodSpec", "containers.ports", Relation.MAP, ("containerPort", "protocol")),
        ("core.v1.PodSpec", "containers.env", Relation.MAP, ("name",)),
        ("core.v1.PodSpec", "containers.volumeMounts", Relation.MAP, ("mountPath",)),
        ("core.v1.PodSpec", "containers.args", Relation.ATOMIC, ()),
        ("core.v1.PodSpec", "containers.envFrom", Relation.ATOMIC, ()),
        ("core.v1.ServiceSpec", "ports", Relation.MAP, ("port", "protocol")),
        ("meta.v1.ObjectMeta", "finalizers", Relation.SET, ()),
        ("meta.v1.ObjectMeta", "ownerReferences", Relation.MAP, ("uid",)),
        ("meta.v1.LabelSelector", "matchExpressions", Relation.ATOMIC, ()),
    ],
)
def test_lists_of_kubernetes_are_what_its_api_says(
    definition: str, path: str, relation: Relation, keys: tuple[str, ...]
) -> None:
    items = field(built_in(definition), *path.split(".")).items
    assert items is not None
    assert (items.relation, items.keys) == (relation, keys)


@pytest.mark.parametrize(
    ("definition", "path", "is_atomic"),
    [
        ("core.v1.PodSpec", "nodeSelector", True),
        ("core.v1.ServiceSpec", "selector", True),
        ("apps.v1.DeploymentSpec", "selector", True),
        ("apps.v1.DeploymentSpec", "template", False),
        ("meta.v1.ObjectMeta", "labels", False),
        ("core.v1.EnvVarSource", "fieldRef", True),
        ("core.v1.PersistentVolumeClaimSpec", "dataSource", True),
        ("core.v1.PersistentVolumeSpec", "claimRef", False),
    ],
)
def test_maps_of_kubernetes_are_what_its_api_says(definition: str, path: str, is_atomic: bool) -> None:  # noqa: FBT001
    fields = field(built_in(definition), path).fields
    assert fields is not None
    assert fields.is_atomic is is_atomic


def test_what_may_be_several_scalars_may_be_any() -> None:
    assert field(built_in("core.v1.ServicePort"), "targetPort").scalar is Scalar.ANY
    assert field(built_in("core.v1.ResourceRequirements"), "limits", "cpu").scalar is Scalar.ANY
    assert custom({"x-kubernetes-int-or-string": True}).scalar is Scalar.ANY
    assert field(built_in("apps.v1.DeploymentSpec"), "replicas").scalar is Scalar.NUMBER


def test_an_object_that_names_no_fields_has_any() -> None:
    fields = custom({"type": "object"}).fields
    assert fields is not None
    assert fields.of("anything") is not None


def test_unknown_fields_are_kept_where_a_schema_or_one_around_it_says_so() -> None:
    inner = {"type": "object", "properties": {"known": {"type": "string"}}}
    outer = custom(
        {"type": "object", "x-kubernetes-preserve-unknown-fields": True, "properties": {"inner": inner}}
    )
    fields = field(outer, "inner").fields
    assert fields is not None
    assert fields.of("unknown") is not None
    closed = custom(inner).fields
    assert closed is not None
    assert closed.of("unknown") is None


def test_an_embedded_resource_has_the_metadata_of_an_object() -> None:
    embedded = custom({"type": "object", "x-kubernetes-embedded-resource": True})
    assert field(embedded, "metadata", "finalizers").items is not None


def test_a_raw_object_is_one_whole() -> None:
    fields = field(built_in("apps.v1.ControllerRevision"), "data").fields
    assert fields is not None
    assert fields.is_atomic
