"""Kubernetes' own kinds that make pods, and the claims of its dynamic resource allocation."""

from typing import Final

from interlock.intents.kinds.notation import HERE, Count, Elsewhere, Kind, PodsAt
from interlock.intents.kinds.shapes import job, patterns, template, times
from interlock.intents.patterns import pattern


def _owner(spec: str, *counts: Count, note: str = "") -> Kind:
    """A kind whose spec holds the template of its pods; without one they are still counted."""
    return Kind(
        pods=(
            PodsAt(
                at=pattern(spec),
                spec=pattern("template.spec"),
                metadata=pattern("template.metadata"),
                counts=counts,
                note=note,
            ),
        )
    )


_REPLICATED: Final = _owner("spec", times("spec.replicas"))
_CRON: Final = "spec.jobTemplate.spec"
_PARAMETERS: Final = "what a ResourceClass and its parameters ask for isn't in the claim"

BUILTIN: Final = {
    ("", "Pod"): Kind(pods=(PodsAt(at=HERE, spec=pattern("spec"), metadata=pattern("metadata")),)),
    # Whoever executes a command in a pod starts no other pod.
    ("", "PodExecOptions"): Kind(
        pods=(
            PodsAt(at=HERE, containers=(HERE,), counts=(Count(field=pattern("spec.replicas"), otherwise=0),)),
        )
    ),
    ("", "PodTemplate"): Kind(pods=(template("template"),)),
    ("", "ReplicationController"): _REPLICATED,
    ("apps", "Deployment"): _REPLICATED,
    ("apps", "StatefulSet"): _REPLICATED,
    ("apps", "ReplicaSet"): _REPLICATED,
    ("apps", "DaemonSet"): _owner("spec", note="one pod runs on each matching node; one is counted"),
    ("batch", "Job"): _owner("spec", job("spec")),
    ("batch", "CronJob"): _owner(_CRON, job(_CRON)),
    ("resource.k8s.io", "ResourceClaim"): Kind(
        requests=patterns("spec"),
        elsewhere=(Elsewhere(at=pattern("spec.resourceClassName"), what=_PARAMETERS),),
    ),
    ("resource.k8s.io", "ResourceClaimTemplate"): Kind(
        requests=patterns("spec.spec"),
        elsewhere=(Elsewhere(at=pattern("spec.spec.resourceClassName"), what=_PARAMETERS),),
    ),
    ("resource.k8s.io", "DeviceClass"): Kind(device_classes=patterns("spec")),
    # A slice of devices says what there is, and asks for nothing.
    ("resource.k8s.io", "DeviceTaintRule"): Kind(),
    ("resource.k8s.io", "ResourceSlice"): Kind(),
}
