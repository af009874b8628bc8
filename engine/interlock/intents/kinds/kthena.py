"""kthena's kinds, of the Volcano project: servings, boosters that make them, and routes to them."""

from typing import Final

from interlock.intents.kinds.notation import (
    HERE,
    Elsewhere,
    Kind,
    ModelsAt,
    PodsAt,
)
from interlock.intents.kinds.shapes import names, patterns, scaled, template, times
from interlock.intents.patterns import pattern

_UNNAMED: Final = "the model isn't named"
_ROLE: Final = "spec.template.roles[]"


def _workers(backend: str) -> PodsAt:
    """The pods of a backend's workers, whose image and resources stand beside each other."""
    worker = f"{backend}.workers[]"
    return PodsAt(
        at=pattern(worker),
        containers=(HERE,),
        counts=(
            scaled(f"{backend}.replicas", f"{backend}.maxReplicas"),
            times(f"{worker}.replicas"),
            times(f"{worker}.pods"),
        ),
    )


def _backend(backend: str) -> ModelsAt:
    return ModelsAt(
        at=pattern(backend),
        names=names("modelURI"),
        aliases=patterns("workers[].config.served-model-name"),
        absent=_UNNAMED,
    )


KTHENA: Final = {
    ("workload.serving.volcano.sh", "ModelServing"): Kind(
        pods=(
            template(f"{_ROLE}.entryTemplate", times("spec.replicas"), times(f"{_ROLE}.replicas")),
            template(
                f"{_ROLE}.workerTemplate",
                times("spec.replicas"),
                times(f"{_ROLE}.replicas"),
                times(f"{_ROLE}.workerReplicas"),
                joins=True,
            ),
        )
    ),
    ("workload.serving.volcano.sh", "ModelBooster"): Kind(
        pods=(_workers("spec.backend"), _workers("spec.backends[]")),
        models=(
            _backend("spec.backend"),
            _backend("spec.backends[]"),
            ModelsAt(
                at=pattern("spec.backend.loraAdapters[]"),
                names=names("artifactURL", "name"),
                aliases=patterns("name"),
            ),
        ),
    ),
    ("workload.serving.volcano.sh", "AutoscalingPolicy"): Kind(),
    ("workload.serving.volcano.sh", "AutoscalingPolicyBinding"): Kind(),
    ("networking.serving.volcano.sh", "ModelServer"): Kind(
        models=(ModelsAt(at=pattern("spec"), names=names("model"), absent="the server answers for any model"),)
    ),
    ("networking.serving.volcano.sh", "ExternalModelProvider"): Kind(
        models=(
            ModelsAt(
                at=pattern("spec"),
                names=names("model", "models[].upstreamModel"),
                aliases=patterns("models[].name"),
                absent="the provider answers for any model",
            ),
        )
    ),
    ("networking.serving.volcano.sh", "ModelRoute"): Kind(
        models=(
            ModelsAt(
                at=pattern("spec"),
                names=names("modelName"),
                absent="the route names no model",
                unless=patterns("loraAdapters[]"),
            ),
            ModelsAt(at=pattern("spec"), names=names("loraAdapters[]")),
            ModelsAt(at=pattern("spec.rules[].targetModels[].externalProviderRef"), names=names("model")),
        ),
        elsewhere=(
            Elsewhere(
                at=pattern("spec.rules[].targetModels[].externalModelProviderName"),
                what="the model is that of the ExternalModelProvider of this name",
            ),
        ),
    ),
}
