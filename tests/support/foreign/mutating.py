"""Mutating policies under test, and what they make of a request."""

from collections.abc import Mapping
from typing import Any, Final

from interlock.foreign.attributes import Attributes
from interlock.foreign.cluster import Cluster
from interlock.foreign.merging.kinds import OWN, Structures
from interlock.foreign.mutate import mutate
from interlock.foreign.review import Review
from interlock.model.mutated import Mutated
from support.foreign.policies import CLUSTER, POD, read
from support.foreign.requests import allow, request_for

VERSION: Final = "admissionregistration.k8s.io/v1"
_CHANGING: Final = [
    {
        "apiGroups": ["*"],
        "apiVersions": ["*"],
        "operations": ["CREATE", "UPDATE", "CONNECT"],
        "resources": ["*/*"],
    }
]


def configures(expression: str) -> dict[str, Any]:
    """A mutation by a configuration."""
    return {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": expression}}


def patches(*operations: str) -> dict[str, Any]:
    """A mutation by the operations of a JSON Patch, of which each is what stands in the braces."""
    listed = ", ".join(f"JSONPatch{{{each}}}" for each in operations)
    return {"patchType": "JSONPatch", "jsonPatch": {"expression": f"[{listed}]"}}


def labels(expression: str) -> dict[str, Any]:
    """A mutation by labels, of which `expression` is a map."""
    return configures(f"Object{{metadata: Object.metadata{{labels: {expression}}}}}")


def mutating(*mutations: dict[str, Any], name: str = "p", **spec: Any) -> dict[str, Any]:
    """A policy for all requests."""
    return {
        "apiVersion": VERSION,
        "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {"resourceRules": _CHANGING},
            "reinvocationPolicy": "Never",
            "mutations": [*mutations],
            **spec,
        },
    }


def bind(policy: str = "p", name: str = "b", **spec: Any) -> dict[str, Any]:
    """A binding."""
    return {
        "apiVersion": VERSION,
        "kind": "MutatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": policy, **spec},
    }


def mutated(
    *documents: Mapping[str, Any],
    request: Attributes | None = None,
    cluster: Cluster = CLUSTER,
    structures: Structures = OWN,
    until: int | None = None,
) -> Mutated:
    """What is made of `request`, or of one that makes a pod; a policy without a binding gets one."""
    if not any(each["kind"].endswith("Binding") for each in documents):
        names = [each["metadata"]["name"] for each in documents]
        documents = (*documents, *(bind(name, "b" if name == "p" else f"b-{name}") for name in names))
    asked = request_for(POD) if request is None else request
    return mutate(read(*documents).mutating, Review(asked, cluster, allow, until), structures)


def label(made: Mutated, name: str) -> Any:
    """A label of the object, or None."""
    assert made.object is not None
    return made.object["metadata"].get("labels", {}).get(name)


def said(made: Mutated) -> list[str]:
    """What the API server says where it denies."""
    return [str(denial) for denial in made.denials]
