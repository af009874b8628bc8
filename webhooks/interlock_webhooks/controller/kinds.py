"""Which objects of a cluster policies are made of. Pure."""

from typing import Final

from interlock.foreign.decoding.shapes import GROUP as ADMISSION
from interlock.loading.kinds.common import API_VERSION
from interlock_webhooks.cluster.resource import Kind, Resource

GROUP, _, VERSION = API_VERSION.partition("/")


def _ours(name: str, plural: str) -> Kind:
    return Kind(name=name, resource=Resource(group=GROUP, version=VERSION, plural=plural, namespaced=False))


def _of_kubernetes(name: str, plural: str, *, is_required: bool) -> Kind:
    resource = Resource(group=ADMISSION, version="v1", plural=plural, namespaced=False)
    return Kind(name=name, resource=resource, is_required=is_required)


OURS: Final = (
    _ours("IntentPolicy", "intentpolicies"),
    _ours("PolicySet", "policysets"),
    _ours("Waiver", "waivers"),
    _ours("Budget", "budgets"),
    _ours("Catalog", "catalogs"),
    _ours("FunctionLibrary", "functionlibraries"),
)
"""Their definitions come with the service, and their statuses are its to write."""

POLICIES: Final = (
    _of_kubernetes("ValidatingAdmissionPolicy", "validatingadmissionpolicies", is_required=True),
    _of_kubernetes("MutatingAdmissionPolicy", "mutatingadmissionpolicies", is_required=False),
)
BINDINGS: Final = (
    _of_kubernetes("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", is_required=True),
    _of_kubernetes("MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", is_required=False),
)
"""Those of Kubernetes itself; before 1.36 it has no mutating ones in this version."""
