"""Kinds that run many pods as one: JobSet, LeaderWorkerSet, Kueue, Volcano, Grove."""

from typing import Final

from interlock.intents.kinds.notation import HERE, Count, Elsewhere, Group, Kind, PodsAt
from interlock.intents.kinds.shapes import jobset, leader_worker_set, patterns, scaled, template, times
from interlock.intents.patterns import pattern

_SLICES: Final = times("spec.slices")
_TASKS: Final = "spec.tasks[]"
_CRON_TASKS: Final = "spec.jobTemplate.spec.tasks[]"
_FLOW_TASKS: Final = "spec.flows[].patch.jobSpec.tasks[]"
_CLIQUES: Final = "spec.template.cliques[]"
_SCALING: Final = "spec.template.podCliqueScalingGroups[]"

_VOLCANO_JOB: Final = Kind(pods=(template(f"{_TASKS}.template", times(f"{_TASKS}.replicas")),))

_CLIQUE: Final = PodsAt(
    at=pattern(_CLIQUES),
    spec=pattern("spec.podSpec"),
    metadata=HERE,
    counts=(
        times("spec.replicas"),
        scaled(f"{_CLIQUES}.spec.replicas", f"{_CLIQUES}.spec.autoScalingConfig.maxReplicas"),
        Count(
            field=pattern(f"{_SCALING}.replicas"),
            scaled_to=patterns(f"{_SCALING}.scaleConfig.maxReplicas"),
            group=Group(
                groups=pattern(_SCALING),
                names=pattern(f"{_SCALING}.cliqueNames[]"),
                name=pattern(f"{_CLIQUES}.name"),
            ),
        ),
    ),
)

BATCH: Final = {
    ("jobset.x-k8s.io", "JobSet"): Kind(pods=jobset("spec")),
    ("leaderworkerset.x-k8s.io", "LeaderWorkerSet"): Kind(pods=leader_worker_set("spec")),
    ("disaggregatedset.x-k8s.io", "DisaggregatedSet"): Kind(
        # Older versions have the fields of a set in the role itself.
        pods=(*leader_worker_set("spec.roles[].spec", _SLICES), *leader_worker_set("spec.roles[]", _SLICES)),
        elsewhere=(
            Elsewhere(at=pattern("spec.roles[].scaling.mode"), what="nothing bounds how far it scales"),
        ),
    ),
    ("kueue.x-k8s.io", "Workload"): Kind(
        pods=(template("spec.podSets[].template", times("spec.podSets[].count")),)
    ),
    ("kueue.x-k8s.io", "ClusterQueue"): Kind(),
    ("kueue.x-k8s.io", "Cohort"): Kind(),
    ("kueue.x-k8s.io", "LocalQueue"): Kind(),
    ("kueue.x-k8s.io", "ResourceFlavor"): Kind(),
    ("kueue.x-k8s.io", "MultiKueueCluster"): Kind(),
    ("kueue.x-k8s.io", "MultiKueueConfig"): Kind(),
    ("kueue.x-k8s.io", "ProvisioningRequestConfig"): Kind(),
    ("kueue.x-k8s.io", "Topology"): Kind(),
    ("kueue.x-k8s.io", "AdmissionCheck"): Kind(),
    ("kueue.x-k8s.io", "WorkloadPriorityClass"): Kind(),
    ("batch.volcano.sh", "Job"): _VOLCANO_JOB,
    ("batch.volcano.sh", "CronJob"): Kind(
        pods=(template(f"{_CRON_TASKS}.template", times(f"{_CRON_TASKS}.replicas")),)
    ),
    ("flow.volcano.sh", "JobTemplate"): _VOLCANO_JOB,
    ("flow.volcano.sh", "JobFlow"): Kind(
        pods=(template(f"{_FLOW_TASKS}.template", times(f"{_FLOW_TASKS}.replicas")),),
        elsewhere=(
            Elsewhere(at=pattern("spec.flows[].name"), what="the pods are in the JobTemplate of this name"),
        ),
    ),
    ("scheduling.volcano.sh", "PodGroup"): Kind(),
    ("scheduling.volcano.sh", "Queue"): Kind(),
    ("grove.io", "PodCliqueSet"): Kind(
        pods=(_CLIQUE,),
        requests=patterns("spec.template.resourceClaimTemplates[].{spec|templateSpec}.spec"),
    ),
    ("grove.io", "PodClique"): Kind(
        pods=(
            PodsAt(
                at=pattern("spec"),
                spec=pattern("podSpec"),
                counts=(scaled("spec.replicas", "spec.autoScalingConfig.maxReplicas"),),
            ),
        )
    ),
    ("grove.io", "PodCliqueScalingGroup"): Kind(
        elsewhere=(
            Elsewhere(at=pattern("spec.cliqueNames[]"), what="the pods are in the PodClique of this name"),
        ),
    ),
    ("scheduling.run.ai", "BindRequest"): Kind(),
    ("scheduling.run.ai", "PodGroup"): Kind(),
    ("scheduling.run.ai", "Queue"): Kind(),
    ("kai.scheduler", "Config"): Kind(),
    ("kai.scheduler", "SchedulingShard"): Kind(),
    ("kai.scheduler", "Topology"): Kind(),
    ("grove.io", "ClusterTopology"): Kind(),
    ("grove.io", "PodGang"): Kind(),
}
