"""What kinds are called in paths."""

import pytest

from interlock.schemas.plurals import plural


@pytest.mark.parametrize(
    ("kind", "resource"),
    [
        ("Pod", "pods"),
        ("Endpoints", "endpoints"),
        ("Ingress", "ingresses"),
        ("NetworkPolicy", "networkpolicies"),
        ("Gateway", "gateways"),
        ("Sandbox", "sandboxes"),
        ("Patch", "patches"),
        ("StorageClass", "storageclasses"),
    ],
)
def test_a_resource_is_the_plural_of_its_kind(kind: str, resource: str) -> None:
    assert plural(kind) == resource
