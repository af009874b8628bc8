"""KubeRay's kinds: clusters, and the jobs and services on them.

A service's applications are YAML in a text; most say in code which model they
load, and in variables which one that is.
"""

from pathlib import PurePosixPath
from typing import Final

from interlock.intents.kinds.notation import Elsewhere, Kind, ModelsAt
from interlock.intents.kinds.shapes import names, patterns, ray_cluster, template
from interlock.intents.patterns import pattern

_APPLICATIONS: Final = "spec.serveConfigV2.applications[]"


def _of_file(written: str) -> str:
    """The model that RayLLM's file is called after: `./models/tiiuae--falcon-7b.yaml`."""
    return PurePosixPath(written).name.removesuffix(".yaml").replace("--", "/")


_LLM_CONFIG: Final = ModelsAt(
    at=pattern(f"{_APPLICATIONS}.args.llm_configs[]"),
    names=names(
        "model_loading_config.model_source.bucket_uri",
        "model_loading_config.model_source",
        "model_loading_config.model_id",
    ),
    aliases=patterns("model_loading_config.model_id"),
    absent="the configuration names no model",
)
_ARGUMENTS: Final = ModelsAt(
    at=pattern(f"{_APPLICATIONS}.args"),
    names=names("{model|model_id|model_name|model_path}"),
)
_FILES: Final = ModelsAt(
    at=pattern(f"{_APPLICATIONS}.args.models[]"),
    names=names(""),
    inferred=True,
    written=_of_file,
)
_UNNAMED: Final = ModelsAt(
    at=pattern(_APPLICATIONS),
    unless=patterns("args.llm_configs[]", "args.{model|model_id|model_name|model_path}", "args.models[]"),
    absent="the application's code says which model it serves",
)
_UNREAD: Final = ModelsAt(
    at=pattern("spec"),
    absent="there is no configuration that says which models are served",
    unless=patterns("serveConfigV2.applications[]"),
)


def _job(spec: str) -> Kind:
    return Kind(
        texts=patterns(f"{spec}.runtimeEnvYAML"),
        pods=(*ray_cluster(f"{spec}.rayClusterSpec"), template(f"{spec}.submitterPodTemplate")),
        commands=patterns(f"{spec}.entrypoint"),
        variables=patterns(f"{spec}.runtimeEnvYAML.env_vars"),
        elsewhere=(
            Elsewhere(
                at=pattern(f"{spec}.clusterSelector"),
                what="the pods are those of the RayCluster that is selected",
            ),
        ),
    )


RAY: Final = {
    ("ray.io", "RayCluster"): Kind(pods=ray_cluster("spec")),
    ("ray.io", "RayJob"): _job("spec"),
    ("ray.io", "RayCronJob"): _job("spec.jobTemplate"),
    ("ray.io", "RayService"): Kind(
        texts=patterns("spec.serveConfigV2"),
        pods=ray_cluster("spec.rayClusterConfig"),
        variables=patterns(f"{_APPLICATIONS}.runtime_env.env_vars"),
        models=(_UNREAD, _LLM_CONFIG, _ARGUMENTS, _FILES, _UNNAMED),
    ),
}
