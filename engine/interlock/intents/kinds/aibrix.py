"""AIBrix' kinds: sets of roles, fleets of Ray clusters, caches and adapters."""

from typing import Final

from interlock.intents.kinds.notation import (
    HERE,
    Count,
    Elsewhere,
    Kind,
    ModelsAt,
    PodsAt,
)
from interlock.intents.kinds.shapes import names, patterns, ray_cluster, template, times
from interlock.intents.patterns import pattern

_MODEL_LABEL: Final = names('["model.aibrix.ai/name"]')
_UNNAMED: Final = "the model isn't named"


def _labelled(metadata: str) -> ModelsAt:
    """The model that AIBrix finds pods by."""
    return ModelsAt(at=pattern(f"{metadata}.labels"), names=_MODEL_LABEL, inferred=True)


def _role_set(spec: str, *counts: Count) -> tuple[PodsAt, ...]:
    role = f"{spec}.roles[]"
    return (template(f"{role}.template", times(f"{role}.replicas"), times(f"{role}.podGroupSize"), *counts),)


_FLEET: Final = Kind(
    pods=ray_cluster("spec.template.spec", times("spec.replicas")),
    models=(_labelled("spec.template.metadata"),),
)

AIBRIX: Final = {
    ("orchestration.aibrix.ai", "StormService"): Kind(
        pods=_role_set("spec.template.spec", times("spec.replicas")),
        models=(_labelled("spec.template.metadata"), _labelled("spec.template.spec.roles[].template.metadata")),
    ),
    ("orchestration.aibrix.ai", "RoleSet"): Kind(
        pods=_role_set("spec"), models=(_labelled("spec.roles[].template.metadata"),)
    ),
    ("orchestration.aibrix.ai", "PodSet"): Kind(
        pods=(template("spec.template", times("spec.podGroupSize")),),
        models=(_labelled("spec.template.metadata"),),
    ),
    ("orchestration.aibrix.ai", "RayClusterFleet"): _FLEET,
    ("orchestration.aibrix.ai", "RayClusterReplicaSet"): _FLEET,
    ("orchestration.aibrix.ai", "KVCache"): Kind(
        pods=(
            PodsAt(
                at=pattern("spec.cache"),
                spec=pattern("template.spec"),
                metadata=pattern("template.metadata"),
                containers=(HERE,),
                counts=(times("spec.cache.replicas"),),
            ),
            PodsAt(
                at=pattern("spec.watcher"),
                containers=(HERE,),
            ),
            PodsAt(
                at=pattern("spec.metadata.{redis|etcd}.runtime"),
                containers=(HERE,),
                counts=(times("spec.metadata.{redis|etcd}.runtime.replicas"),),
            ),
        )
    ),
    ("autoscaling.aibrix.ai", "PodAutoscaler"): Kind(
        elsewhere=(Elsewhere(at=pattern("spec.scaleTargetRef"), what="the pods are those of what is scaled"),)
    ),
    ("model.aibrix.ai", "ModelAdapter"): Kind(
        models=(
            ModelsAt(at=pattern("spec"), names=names("artifactURL"), absent="the adapter isn't named"),
            ModelsAt(at=pattern("spec"), names=names("baseModel")),
        )
    ),
    ("model.aibrix.ai", "ModelClaim"): Kind(
        models=(
            ModelsAt(
                at=pattern("spec"),
                names=names("artifactURL", "modelName"),
                aliases=patterns("modelName"),
                absent=_UNNAMED,
            ),
        )
    ),
}
