"""Kubeflow's kinds for training: jobs with replicas by role, and train jobs that rest on a runtime."""

from typing import Final

from interlock.intents.kinds.notation import Count, Elsewhere, Kind, ModelsAt, PodsAt
from interlock.intents.kinds.shapes import jobset, names, patterns, template, times
from interlock.intents.patterns import pattern


def _replicated(specs: str, *roles: str) -> Kind:
    """A job whose replicas are under `specs` by role; an elastic policy can raise the number of workers."""
    worker = f"spec.{specs}.Worker"
    others = f"spec.{specs}.{{{'|'.join(roles)}}}"
    elastic = Count(field=pattern(f"{worker}.replicas"), scaled_to=patterns("spec.elasticPolicy.maxReplicas"))
    return Kind(
        pods=(
            template(f"{others}.template", times(f"{others}.replicas")),
            template(f"{worker}.template", elastic),
        )
    )


_INITIALIZER: Final = "spec.template.spec.replicatedJobs[name=model-initializer].template.spec.template.spec"
_RUNTIME: Final = Kind(
    pods=jobset("spec.template.spec", times("spec.mlPolicy.numNodes")),
    models=(
        ModelsAt(
            at=pattern(f"{_INITIALIZER}.containers[].env[name=STORAGE_URI]"),
            names=names("value"),
            absent="the address of the model is in another object",
        ),
    ),
)
_PATCHED: Final = (
    "runtimePatches[].trainingRuntimeSpec.template.spec.replicatedJobs[].template.spec.template.spec"
)


def train_job(spec: str, *counts: Count) -> Kind:
    """A train job whose spec is at `spec`: the trainer runs on its nodes, all else the runtime says."""
    return Kind(
        pods=(
            PodsAt(
                at=pattern(spec),
                containers=patterns(
                    "trainer",
                    "podTemplateOverrides[].spec.{initContainers|containers}[]",
                    f"{_PATCHED}.{{initContainers|containers}}[]",
                ),
                resources="resourcesPerNode",
                counts=(times(f"{spec}.trainer.numNodes"), *counts),
            ),
        ),
        models=(
            ModelsAt(
                at=pattern(f"{spec}.initializer.model"),
                names=names("storageUri"),
                absent="the runtime says where the model is",
            ),
        ),
        elsewhere=(
            Elsewhere(
                at=pattern(f"{spec}.runtimeRef"), what="the pods and their number are those of the runtime"
            ),
        ),
    )


TRAINING: Final = {
    ("kubeflow.org", "JAXJob"): _replicated("jaxReplicaSpecs", "Master"),
    ("kubeflow.org", "MPIJob"): _replicated("mpiReplicaSpecs", "Launcher"),
    ("kubeflow.org", "MXJob"): _replicated(
        "mxReplicaSpecs", "Scheduler", "Server", "TunerTracker", "TunerServer"
    ),
    ("kubeflow.org", "PaddleJob"): _replicated("paddleReplicaSpecs", "Master"),
    ("kubeflow.org", "PyTorchJob"): _replicated("pytorchReplicaSpecs", "Master"),
    ("kubeflow.org", "TFJob"): _replicated("tfReplicaSpecs", "Chief", "Master", "PS", "Evaluator"),
    ("kubeflow.org", "XGBoostJob"): _replicated("xgbReplicaSpecs", "Master"),
    ("trainer.kubeflow.org", "ClusterTrainingRuntime"): _RUNTIME,
    ("trainer.kubeflow.org", "TrainingRuntime"): _RUNTIME,
    ("trainer.kubeflow.org", "TrainJob"): train_job("spec"),
    ("kubeflow.org", "Notebook"): Kind(pods=(template("spec.template"),)),
}
