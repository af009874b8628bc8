"""Kinds of the vLLM production stack, llm-d and KubeAI."""

from typing import Final

from interlock.intents.kinds.notation import (
    HERE,
    Count,
    Devices,
    Kind,
    ModelsAt,
    PodsAt,
    When,
)
from interlock.intents.kinds.shapes import bare, names, patterns, times
from interlock.intents.patterns import pattern

_UNNAMED: Final = "the model isn't named"
_RUNTIME: Final = PodsAt(
    at=pattern("spec"),
    spec=pattern("podTemplate.spec"),
    metadata=pattern("podTemplate.metadata"),
    containers=(HERE, pattern("deploymentConfig"), pattern("vllmConfig")),
    counts=(
        Count(
            field=pattern("spec.deploymentConfig.replicas"),
            at_least=pattern("spec.replicas"),
            scaled_to=patterns("spec.autoscalingConfig.maxReplicas"),
            scaled=When(field=pattern("spec.autoscalingConfig.enabled"), value=True),
        ),
    ),
    devices=(
        Devices(count=pattern("resources.gpu"), named_by=pattern("resources.gpuType")),
        Devices(
            count=pattern("deploymentConfig.resources.gpu"),
            named_by=pattern("deploymentConfig.resources.gpuType"),
        ),
    ),
)


_BESIDE: Final = Kind(
    pods=(
        PodsAt(
            at=pattern("spec"),
            spec=pattern("podTemplate.spec"),
            metadata=pattern("podTemplate.metadata"),
            containers=(HERE,),
            counts=(times("spec.replicas"),),
        ),
    )
)

VLLM: Final = {
    ("production-stack.vllm.ai", "VLLMRuntime"): Kind(
        pods=(_RUNTIME,),
        models=(ModelsAt(at=pattern("spec.model"), names=names("modelURL", "name"), absent=_UNNAMED),),
    ),
    ("production-stack.vllm.ai", "VLLMRouter"): _BESIDE,
    ("production-stack.vllm.ai", "CacheServer"): _BESIDE,
    ("production-stack.vllm.ai", "LoraAdapter"): Kind(
        models=(
            ModelsAt(
                at=pattern("spec.adapterSource"),
                names=names("repository", "adapterPath", "adapterName"),
                aliases=patterns("adapterName"),
                absent="the adapter isn't named",
            ),
            ModelsAt(at=pattern("spec"), names=names("baseModel")),
        )
    ),
    ("llm-d.ai", "ModelService"): Kind(
        pods=tuple(bare(f"spec.{each}", times(f"spec.{each}.replicas")) for each in ("decode", "prefill")),
        models=(
            ModelsAt(
                at=pattern("spec"),
                names=names("modelArtifacts.uri", "routing.modelName"),
                aliases=patterns("routing.modelName"),
                absent=_UNNAMED,
            ),
        ),
    ),
    ("kubeai.org", "Model"): Kind(
        pods=(
            PodsAt(
                at=pattern("spec"),
                containers=(HERE,),
                counts=(
                    Count(
                        field=pattern("spec.replicas"),
                        at_least=pattern("spec.minReplicas"),
                        scaled_to=patterns("spec.maxReplicas"),
                        endless=True,
                    ),
                ),
                devices=(Devices(profile=pattern("resourceProfile")),),
            ),
        ),
        models=(
            ModelsAt(at=pattern("spec"), names=names("url"), absent=_UNNAMED),
            ModelsAt(at=pattern("spec.adapters[]"), names=names("url", "name"), aliases=patterns("name")),
        ),
    ),
}
