"""What kinds are called in paths, and which are in namespaces, where no API server is there to ask. Pure.

Kubernetes' own kinds are known; others are said to be in namespaces, as most are.
"""

from dataclasses import dataclass
from typing import Final

from interlock.foreign.attributes import Kind, Resource
from interlock.schemas.plurals import plural

_OWN_DOMAIN: Final = ".k8s.io"

# kubectl api-resources --namespaced=false, of Kubernetes 1.37.
_CLUSTER_WIDE: Final = frozenset(
    {
        *("APIService", "CSIDriver", "CSINode", "CertificateSigningRequest", "ClusterRole"),
        *("ClusterRoleBinding", "ClusterTrustBundle", "ComponentStatus", "CustomResourceDefinition"),
        *("DeviceClass", "DeviceTaintRule", "FlowSchema", "IPAddress", "IngressClass"),
        *("MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration"),
        *("Namespace", "Node", "PersistentVolume", "PriorityClass", "PriorityLevelConfiguration"),
        *("ResourceSlice", "RuntimeClass", "SelfSubjectAccessReview", "SelfSubjectReview"),
        *("SelfSubjectRulesReview", "ServiceCIDR", "StorageClass", "StorageVersion"),
        *("StorageVersionMigration", "SubjectAccessReview", "TokenReview", "ValidatingAdmissionPolicy"),
        *("ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "VolumeAttachment"),
        *("VolumeAttributesClass",),
    }
)


# Source: excluded resources of kubernetes/pkg/kubeapiserver/admission/exclusion.
_EXEMPT: Final = {
    "admissionregistration.k8s.io": (
        *("MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration"),
        *("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration"),
    ),
    "authentication.k8s.io": ("SelfSubjectReview", "TokenReview"),
    "authorization.k8s.io": (
        *("LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview"),
        "SubjectAccessReview",
    ),
}


def is_exempt(kind: Kind) -> bool:
    """Whether no policy is asked about `kind`: such as policies themselves, which could not be mended then."""
    return kind.kind in _EXEMPT.get(kind.group, ())


@dataclass(frozen=True, slots=True)
class Names:
    """What a kind is called in paths, and whether its objects are in namespaces."""

    plural: str
    is_namespaced: bool

    def resource(self, kind: Kind) -> Resource:
        """What `kind`, whose names these are, is called in paths."""
        return Resource(kind.group, kind.version, self.plural)


def names_of(kind: Kind) -> Names:
    """The names of `kind`, by the rule that nearly all kinds keep."""
    is_namespaced = not (is_own(kind) and kind.kind in _CLUSTER_WIDE)
    return Names(plural(kind.kind), is_namespaced)


def is_own(kind: Kind) -> bool:
    """Whether `kind` is one of Kubernetes' own."""
    return "." not in kind.group or kind.group.endswith(_OWN_DOMAIN)
