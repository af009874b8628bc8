"""Karpenter's kinds: nodes by what is required of them. A pool makes them when pods need them."""

from typing import Final

from interlock.intents.kinds.notation import HERE, Count, Kind, PodsAt
from interlock.intents.patterns import pattern

KARPENTER: Final = {
    ("karpenter.sh", "NodePool"): Kind(
        pods=(
            PodsAt(
                at=pattern("spec.template.spec"),
                metadata=pattern("metadata"),
                requirements=True,
                counts=(Count(field=pattern("spec.replicas"), otherwise=0),),
            ),
        )
    ),
    ("karpenter.sh", "NodeClaim"): Kind(
        pods=(PodsAt(at=pattern("spec"), requirements=True, containers=(HERE,)),)
    ),
    ("karpenter.k8s.aws", "EC2NodeClass"): Kind(),
    ("karpenter.azure.com", "AKSNodeClass"): Kind(),
}
