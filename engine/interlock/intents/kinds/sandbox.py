"""agent-sandbox's kinds: pods for agents, their templates, and claims on them."""

from typing import Final

from interlock.intents.kinds.notation import (
    HERE,
    Elsewhere,
    Kind,
    PodsAt,
)
from interlock.intents.kinds.shapes import template, times
from interlock.intents.patterns import pattern

_SANDBOX_TEMPLATE: Final = "the pods are those of the template that is named"

SANDBOX: Final = {
    ("agents.x-k8s.io", "Sandbox"): Kind(pods=(template("spec.podTemplate", times("spec.replicas")),)),
    ("extensions.agents.x-k8s.io", "SandboxTemplate"): Kind(pods=(template("spec.podTemplate"),)),
    ("extensions.agents.x-k8s.io", "SandboxWarmPool"): Kind(
        pods=(
            PodsAt(
                at=pattern("spec"),
                spec=pattern("podTemplate.spec"),
                metadata=pattern("podTemplate.metadata"),
                counts=(times("spec.replicas"),),
            ),
        ),
        elsewhere=(Elsewhere(at=pattern("spec.sandboxTemplateRef.name"), what=_SANDBOX_TEMPLATE),),
    ),
    ("extensions.agents.x-k8s.io", "SandboxClaim"): Kind(
        pods=(
            PodsAt(
                at=pattern("spec"),
                spec=pattern("podTemplate.spec"),
                metadata=pattern("additionalPodMetadata"),
                containers=(HERE,),
            ),
        ),
        elsewhere=(
            Elsewhere(at=pattern("spec.{sandboxTemplateRef|warmPoolRef}.name"), what=_SANDBOX_TEMPLATE),
        ),
    ),
}
