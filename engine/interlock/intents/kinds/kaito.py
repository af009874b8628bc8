"""KAITO's kinds: models by preset on machines by type. A Workspace keeps its fields beside `spec`."""

from typing import Final

from interlock.intents.kinds.notation import HERE, Count, Devices, Kind, ModelsAt, PodsAt
from interlock.intents.kinds.shapes import names, patterns, scaled, times
from interlock.intents.patterns import Pattern, pattern

_UNNAMED: Final = "neither a preset nor a template says which model it is"


def _at(prefix: str, key: str) -> Pattern:
    return pattern(f"{prefix}.{key}" if prefix else key)


def _workspace(prefix: str, *counts: Count) -> Kind:
    """Nodes of one machine type, and a model that is served or tuned on them."""
    return Kind(
        pods=(
            PodsAt(
                at=pattern(prefix) if prefix else HERE,
                spec=pattern("{inference|tuning}.template.spec"),
                metadata=pattern("inference.template.metadata"),
                counts=(*counts, Count(field=_at(prefix, "resource.count"))),
                devices=(
                    Devices(machine=pattern("resource.instanceType")),
                    Devices(count=pattern("resource.partition.count")),
                ),
                needs_devices=True,
                nodes=patterns("resource.labelSelector.matchLabels"),
            ),
        ),
        models=(
            ModelsAt(
                at=_at(prefix, "{inference|tuning}"),
                names=names("preset.name"),
                absent=_UNNAMED,
                unless=patterns("template"),
            ),
            ModelsAt(at=_at(prefix, "inference.adapters[].source"), names=names("name", "image")),
        ),
        images=(
            _at(prefix, "{inference|tuning}.preset.presetOptions.image"),
            _at(prefix, "inference.adapters[].source.image"),
            _at(prefix, "tuning.input.image"),
            _at(prefix, "tuning.output.image"),
        ),
    )


KAITO: Final = {
    ("kaito.sh", "Workspace"): _workspace(""),
    ("kaito.sh", "InferenceSet"): _workspace("spec.template", times("spec.replicas")),
    ("kaito.sh", "RAGEngine"): Kind(
        pods=(
            PodsAt(
                at=pattern("spec.compute"),
                spec=pattern("template.spec"),
                metadata=pattern("template.metadata"),
                counts=(times("spec.compute.count"),),
                devices=(Devices(machine=pattern("instanceType")),),
                needs_devices=True,
                nodes=patterns("labelSelector.matchLabels"),
            ),
        ),
        models=(
            ModelsAt(at=pattern("spec.embedding.local"), names=names("modelID", "image"), absent=_UNNAMED),
            ModelsAt(at=pattern("spec.embedding.remote"), absent="the model is behind an address"),
            ModelsAt(at=pattern("spec.inferenceService"), absent="the model is behind an address"),
        ),
        images=patterns("spec.embedding.local.image"),
    ),
    ("kaito.sh", "MultiRoleInference"): Kind(
        pods=(
            PodsAt(
                at=pattern("spec.roles[]"),
                spec=pattern("template.spec"),
                metadata=pattern("template.metadata"),
                counts=(scaled("spec.roles[].replicas", "spec.roles[].autoscaling.maxReplicas"),),
                devices=(Devices(machine=pattern("instanceType")),),
                needs_devices=True,
                nodes=patterns("labelSelector.matchLabels"),
            ),
        ),
        models=(
            ModelsAt(at=pattern("spec"), names=names("model.name", "inference.preset.name"), absent=_UNNAMED),
        ),
    ),
    ("kaito.sh", "ModelMirror"): Kind(
        models=(
            ModelsAt(
                at=pattern("spec"), names=names("source.modelID", "modelID", "model.name"), absent=_UNNAMED
            ),
        ),
    ),
}
