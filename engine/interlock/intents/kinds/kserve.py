"""KServe's kinds: inference services, those of large models, and the runtimes that they rest on."""

from typing import Final

from interlock.intents.kinds.notation import HERE, Count, Elsewhere, Kind, ModelsAt, PodsAt, When
from interlock.intents.kinds.shapes import bare, names, patterns, scaled
from interlock.intents.patterns import pattern

_FRAMEWORKS: Final = (
    "model|sklearn|xgboost|tensorflow|pytorch|triton|onnx|huggingface|pmml|lightgbm|paddle|custom"
)
_EXPLAINERS: Final = "alibi|art|aix"


def _component(at: str, *containers: str, serves: bool = False) -> PodsAt:
    """A component, which is a PodSpec and a Deployment's fields in one."""
    return PodsAt(
        at=pattern(at),
        spec=HERE,
        metadata=HERE,
        containers=patterns(*containers),
        counts=(scaled(f"{at}.minReplicas", f"{at}.maxReplicas", endless=True),),
        serves=serves,
    )


def _worker(predictor: str) -> PodsAt:
    """The other hosts of a predictor that is larger than one."""
    stages = Count(field=pattern(f"{predictor}.workerSpec.pipelineParallelSize"), otherwise=2, less=1)
    return PodsAt(
        at=pattern(f"{predictor}.workerSpec"),
        spec=HERE,
        counts=(scaled(f"{predictor}.minReplicas", f"{predictor}.maxReplicas", endless=True), stages),
    )


def _weights(predictor: str) -> ModelsAt:
    return ModelsAt(
        at=pattern(f"{predictor}.{{{_FRAMEWORKS}}}"),
        names=names("storageUri", "storage.path", "storage.key"),
        absent="the predictor loads models that it doesn't name",
        unless=patterns("args[]", "env[]"),
    )


_PREDICTORS: Final = ("spec.predictor", "spec.canary[].predictor", "spec.default.predictor")

_INFERENCE: Final = Kind(
    pods=(
        *(_component(each, f"{{{_FRAMEWORKS}}}", serves=True) for each in _PREDICTORS),
        *map(_worker, _PREDICTORS),
        _component("spec.transformer"),
        _component("spec.explainer", f"{{{_EXPLAINERS}}}"),
    ),
    models=(
        *map(_weights, _PREDICTORS),
        ModelsAt(at=pattern("spec.predictor.storageUris[]"), names=names("uri")),
        ModelsAt(
            at=pattern("spec.predictor.containers[].env[name=STORAGE_URI]"),
            names=names("value"),
            absent="the address of the model is in another object",
        ),
    ),
    elsewhere=tuple(
        Elsewhere(
            at=pattern(f"{each}.{{{_FRAMEWORKS}}}"),
            what="the image and more arguments are those of a ServingRuntime",
        )
        for each in _PREDICTORS
    ),
)


def _pool(spec: str) -> tuple[PodsAt, ...]:
    """The pods of one pool of a large model: one that leads each replica, and the other hosts of it."""
    replicas = scaled(f"{spec}.replicas", f"{spec}.scaling.maxReplicas", f"{spec}.scaling.max")
    parallelism = f"{spec}.parallelism"
    data, pipeline = pattern(f"{parallelism}.data"), pattern(f"{parallelism}.pipeline")
    return (
        _of_pool(f"{spec}.template", replicas),
        _of_pool(
            f"{spec}.worker",
            replicas,
            Count(field=data, per=pattern(f"{parallelism}.dataLocal"), less=1, holds=When(field=data)),
            Count(field=pipeline, less=1, holds=When(field=pipeline)),
        ),
    )


def _of_pool(at: str, *counts: Count) -> PodsAt:
    return PodsAt(at=pattern(at), spec=HERE, counts=counts)


_LARGE: Final = Kind(
    pods=(
        *_pool("spec"),
        *_pool("spec.prefill"),
        bare("spec.router.scheduler.template"),
        bare("spec.router.scheduler.tokenizer.template"),
    ),
    models=(
        ModelsAt(
            at=pattern("spec.model"),
            names=names("uri", "name"),
            aliases=patterns("name"),
            absent="the model isn't named",
        ),
        ModelsAt(
            at=pattern("spec.model.lora.adapters[]"), names=names("uri", "name"), aliases=patterns("name")
        ),
    ),
    elsewhere=(
        Elsewhere(
            at=pattern('metadata.annotations["serving.kserve.io/exp-dra-device-class"]'),
            what="the pods claim devices that annotations describe",
        ),
        Elsewhere(
            at=pattern("spec.baseRefs[].name"), what="more is in the LLMInferenceServiceConfig of this name"
        ),
        Elsewhere(
            at=pattern("spec.model"),
            what="the pods are those of an LLMInferenceServiceConfig",
            lacking=pattern("spec.template"),
        ),
    ),
)

_RUNTIME: Final = Kind(
    pods=(bare("spec"), bare("spec.workerSpec")),
)

KSERVE: Final = {
    ("serving.kserve.io", "InferenceService"): _INFERENCE,
    ("serving.kubeflow.org", "InferenceService"): _INFERENCE,
    ("serving.kserve.io", "LLMInferenceService"): _LARGE,
    ("serving.kserve.io", "LLMInferenceServiceConfig"): _LARGE,
    ("serving.kserve.io", "ServingRuntime"): _RUNTIME,
    ("serving.kserve.io", "ClusterServingRuntime"): _RUNTIME,
    ("serving.kserve.io", "TrainedModel"): Kind(
        models=(ModelsAt(at=pattern("spec.model"), names=names("storageUri"), absent="the model isn't named"),)
    ),
    ("serving.kserve.io", "InferenceGraph"): Kind(
        elsewhere=(
            Elsewhere(at=pattern("spec.nodes{*}.steps[].serviceName"), what="the model is that of the service"),
        )
    ),
    ("serving.kserve.io", "LocalModelCache"): Kind(
        models=(ModelsAt(at=pattern("spec"), names=names("sourceModelUri"), absent="the model isn't named"),)
    ),
    ("serving.kserve.io", "LocalModelNamespaceCache"): Kind(
        models=(ModelsAt(at=pattern("spec"), names=names("sourceModelUri"), absent="the model isn't named"),)
    ),
    ("serving.kserve.io", "LocalModelNode"): Kind(
        models=(
            ModelsAt(
                at=pattern("spec.localModels[]"), names=names("sourceModelUri"), absent="the model isn't named"
            ),
        )
    ),
    ("serving.kserve.io", "LocalModelNodeGroup"): Kind(),
    ("serving.kserve.io", "ClusterStorageContainer"): Kind(
        pods=(PodsAt(at=pattern("spec"), containers=patterns("container")),)
    ),
}
