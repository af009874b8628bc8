"""NVIDIA's kinds: Dynamo's graphs of components, and the NIM operator's services and caches."""

from typing import Final

from interlock.intents.kinds.notation import HERE, Count, Devices, Elsewhere, Kind, ModelsAt, PodsAt
from interlock.intents.kinds.shapes import names, patterns, scaled, template, times
from interlock.intents.patterns import pattern

_COMPONENTS: Final = "spec.components[]"


def _hosts(at: str) -> tuple[Count, ...]:
    """The replicas of a component of a graph, each on so many nodes."""
    return (
        scaled(f"{at}.replicas", f"{at}.autoscaling.maxReplicas", by=f"{at}.autoscaling.enabled"),
        times(f"{at}.multinode.nodeCount"),
    )


def _service(at: str) -> PodsAt:
    """A component in the older form: its main container beside the PodSpec, devices under a bare `gpu`."""
    return PodsAt(
        at=pattern(at),
        spec=pattern("extraPodSpec"),
        metadata=pattern("extraPodMetadata"),
        containers=patterns("extraPodSpec.mainContainer"),
        counts=_hosts(at),
        devices=(
            Devices(
                count=pattern("resources.{limits|requests}.gpu"),
                named_by=pattern("resources.{limits|requests}.gpuType"),
            ),
            Devices(amounts=pattern("resources.limits.custom")),
            Devices(amounts=pattern("resources.requests.custom")),
        ),
    )


def _graph() -> Kind:
    return Kind(
        pods=(_service("spec.services{*}"), template(f"{_COMPONENTS}.podTemplate", *_hosts(_COMPONENTS))),
        models=(ModelsAt(at=pattern(f"{_COMPONENTS}.modelRef"), names=names("name")),),
    )


def _nim(at: str) -> PodsAt:
    """A NIM, which has a container's fields and some of a PodSpec's in one."""
    return PodsAt(
        at=pattern(at),
        spec=HERE,
        metadata=HERE,
        containers=(HERE, pattern("sidecarContainers[]")),
        counts=(
            scaled(f"{at}.replicas", f"{at}.scale.hpa.maxReplicas", by=f"{at}.scale.enabled"),
            times(f"{at}.multiNode.parallelism.pipeline"),
        ),
    )


def _nim_kind(at: str) -> Kind:
    return Kind(
        pods=(_nim(at),),
        requests=patterns(f"{at}.draResources[].claimCreationSpec"),
        elsewhere=(
            Elsewhere(
                at=pattern(f"{at}.draResources[].{{resourceClaimName|resourceClaimTemplateName}}"),
                what="what the claim allocates is in another object",
            ),
            Elsewhere(
                at=pattern(f"{at}.storage.nimCache.name"), what="what is loaded is in the NIMCache of this name"
            ),
        ),
    )


def _of_image(written: str) -> str:
    """The model that an image of a NIM is called after."""
    repository = written.partition("@")[0]
    head, slash, last = repository.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}".removeprefix("nvcr.io/nim/")


def _hub(at: str) -> ModelsAt:
    return ModelsAt(
        at=pattern(at),
        names=names("namespace + modelName", "modelName"),
        absent="the cache names no model",
        unless=patterns("datasetName"),
    )


_MICROSERVICE: Final = Kind(
    pods=(
        PodsAt(
            at=pattern("spec"),
            spec=HERE,
            metadata=HERE,
            containers=(HERE,),
            counts=(scaled("spec.replicas", "spec.scale.hpa.maxReplicas", by="spec.scale.enabled"),),
        ),
    ),
    images=patterns("spec.evaluationImages{*}"),
)

NVIDIA: Final = {
    ("nvidia.com", "DynamoGraphDeployment"): _graph(),
    ("nvidia.com", "DynamoComponentDeployment"): Kind(
        pods=(_service("spec"), template("spec.podTemplate", *_hosts("spec"))),
        models=(ModelsAt(at=pattern("spec.modelRef"), names=names("name")),),
    ),
    ("nvidia.com", "DynamoGraphDeploymentRequest"): Kind(
        pods=(
            PodsAt(
                at=pattern("spec.hardware"),
                devices=(Devices(count=pattern("{totalGpus|numGpusPerNode}"), product=pattern("gpuSku")),),
            ),
        ),
        models=(
            ModelsAt(
                at=pattern("spec"), names=names("model", "modelName"), absent="the request names no model"
            ),
        ),
        images=patterns("spec.image", "spec.profilingConfig.profilerImage"),
        elsewhere=(Elsewhere(at=pattern("spec"), what="the profiler decides on the pods"),),
    ),
    ("nvidia.com", "DynamoModel"): Kind(
        models=(
            ModelsAt(
                at=pattern("spec"),
                names=names("source.uri", "modelName", "baseModelName"),
                aliases=patterns("modelName"),
                absent="the model isn't named",
            ),
        )
    ),
    ("nvidia.com", "DynamoCheckpoint"): Kind(
        pods=(template("spec.{job|capture}.podTemplateSpec"),),
        models=(ModelsAt(at=pattern("spec.identity"), names=names("model"), absent="the model isn't named"),),
    ),
    ("nvidia.com", "DynamoGraphDeploymentScalingAdapter"): Kind(
        elsewhere=(
            Elsewhere(at=pattern("spec.dgdRef.name"), what="the pods are those of the graph that is scaled"),
        ),
    ),
    ("nvidia.com", "DynamoGraphPowerBudget"): Kind(),
    ("apps.nvidia.com", "NIMService"): _nim_kind("spec"),
    ("apps.nvidia.com", "NIMPipeline"): _nim_kind("spec.services[].spec"),
    ("apps.nvidia.com", "NIMCache"): Kind(
        models=(
            ModelsAt(
                at=pattern("spec.source.ngc"),
                names=names("modelEndpoint", "model.name", "modelPuller"),
                absent="the cache names no model",
                written=_of_image,
            ),
            _hub("spec.source.hf"),
            _hub("spec.source.dataStore"),
        ),
        images=patterns("spec.source.{ngc|hf|dataStore}.modelPuller"),
    ),
    ("apps.nvidia.com", "NIMBuild"): Kind(
        elsewhere=(Elsewhere(at=pattern("spec"), what="what is built is in a NIMCache"),)
    ),
    **{
        ("apps.nvidia.com", f"Nemo{each}"): _MICROSERVICE
        for each in ("Customizer", "Datastore", "Entitystore", "Evaluator", "Guardrail")
    },
    ("resource.nvidia.com", "ComputeDomain"): Kind(),
    ("gpu.resource.nvidia.com", "GpuClaimParameters"): Kind(),
    ("gpu.resource.nvidia.com", "MigDeviceClaimParameters"): Kind(),
}
