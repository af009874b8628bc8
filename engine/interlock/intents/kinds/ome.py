"""OME's kinds: models, the runtimes that serve them, and the services that join both."""

from typing import Final

from interlock.intents.kinds.notation import HERE, Count, Elsewhere, Kind, ModelsAt, PodsAt
from interlock.intents.kinds.shapes import bare, names, patterns, scaled
from interlock.intents.patterns import pattern

_RUNNER: Final = patterns("runner")


def _component(at: str, *counts: Count) -> tuple[PodsAt, ...]:
    """One component: a PodSpec with its main container aside, or one that leads and its workers."""
    leader, worker = f"{at}.leader", f"{at}.worker"
    return (
        PodsAt(
            at=pattern(at),
            spec=HERE,
            metadata=HERE,
            containers=_RUNNER,
            counts=counts,
            lacking=pattern("leader"),
        ),
        PodsAt(at=pattern(leader), spec=HERE, metadata=HERE, containers=_RUNNER, counts=counts),
        PodsAt(
            at=pattern(worker),
            spec=HERE,
            metadata=HERE,
            containers=_RUNNER,
            counts=(*counts, Count(field=pattern(f"{worker}.size"))),
        ),
    )


def _scaling(at: str) -> Count:
    return scaled(f"{at}.minReplicas", f"{at}.maxReplicas", endless=True)


_RUNTIME: Final = Kind(
    pods=(
        *_component("spec.engineConfig"),
        *_component("spec.decoderConfig"),
        *_component("spec.routerConfig"),
        bare("spec", having="containers"),
    )
)
_WEIGHTS: Final = Kind(
    models=(
        ModelsAt(
            at=pattern("spec"),
            names=names("storage.storageUri", "storage.path"),
            absent="the weights aren't named",
        ),
    )
)

OME: Final = {
    ("ome.io", "InferenceService"): Kind(
        pods=tuple(
            pods
            for each in ("engine", "decoder", "router", "predictor")
            for pods in _component(f"spec.{each}", _scaling(f"spec.{each}"))
        ),
        models=(
            ModelsAt(at=pattern("spec.model"), names=names("name"), absent="the model isn't named"),
            ModelsAt(at=pattern("spec.model.fineTunedWeights[]"), names=names("")),
            ModelsAt(at=pattern("spec.predictor.model"), names=names("baseModel", "storageUri")),
        ),
        elsewhere=(
            Elsewhere(
                at=pattern("spec.runtime.name"), what="containers and devices are those of the ServingRuntime"
            ),
            Elsewhere(
                at=pattern("spec.model"),
                what="containers and devices are those of a ServingRuntime that is chosen for the model",
                lacking=pattern("spec.runtime.name"),
            ),
        ),
    ),
    ("ome.io", "ClusterServingRuntime"): _RUNTIME,
    ("ome.io", "ServingRuntime"): _RUNTIME,
    ("ome.io", "BaseModel"): _WEIGHTS,
    ("ome.io", "ClusterBaseModel"): _WEIGHTS,
    ("ome.io", "FineTunedWeight"): _WEIGHTS,
    ("ome.io", "AcceleratorClass"): Kind(),
    ("ome.io", "BenchmarkJob"): Kind(
        pods=(PodsAt(at=pattern("spec.podOverride"), spec=HERE, containers=(HERE,)),),
        models=(
            ModelsAt(
                at=pattern("spec.endpoint.inferenceService"), names=names("name"), elsewhere="InferenceService"
            ),
            ModelsAt(
                at=pattern("spec.endpoint.endpoint"),
                names=names("modelName"),
                absent="the model is behind an address",
            ),
        ),
    ),
}
