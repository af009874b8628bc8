"""Kinds that run steps: Argo's workflows, Tekton's tasks, and Knative's services."""

from typing import Final

from interlock.intents.kinds.notation import HERE, Calls, Count, Elsewhere, Kind, Loop, Looped, PodsAt
from interlock.intents.kinds.shapes import patterns, template, times
from interlock.intents.patterns import pattern

_LOOP: Final = Loop(items=pattern("{withItems|withParam}"), sequence=pattern("withSequence"))
_MATRIX: Final = Loop(lists=pattern("matrix.params[].value"), more=pattern("matrix.include[]"))


def _calls(spec: str) -> Calls:
    return Calls(
        templates=pattern(f"{spec}.templates[]"),
        name=pattern(f"{spec}.templates[].name"),
        groups=pattern("steps[]"),
        steps=pattern("[]"),
        together=pattern("dag.tasks[]"),
        key="template",
        loop=_LOOP,
        entries=patterns(f"{spec}.{{entrypoint|onExit}}"),
    )


def _template(spec: str, at: str, *counts: Looped | Calls) -> PodsAt:
    """The pod of a template that has containers."""
    return PodsAt(
        at=pattern(at),
        spec=HERE,
        metadata=pattern("metadata"),
        containers=(
            *patterns("container", "script", "containerSet.containers[]", "sidecars[]"),
            *patterns("podSpecPatch.{containers|initContainers}[]"),
        ),
        around=pattern(spec),
        everywhere=patterns(f"{spec}.podSpecPatch.{{containers|initContainers}}[]"),
        having=pattern("{container|script|containerSet}"),
        counts=counts,
        at_most=pattern(f"{spec}.parallelism"),
    )


def _workflow(spec: str) -> Kind:
    """The pods of templates, as often as they run; patches of pods and objects to create are texts."""
    one = f"{spec}.templates[]"
    calls = _calls(spec)
    return Kind(
        texts=patterns(f"{spec}.podSpecPatch", f"{one}.podSpecPatch", f"{one}.resource.manifest"),
        objects=patterns(f"{one}.resource.manifest"),
        makes=(calls,),
        pods=(
            _template(spec, one, calls),
            *(
                _template(spec, f"{step}.inline", Looped(at=pattern(step), loop=_LOOP), calls)
                for step in (f"{one}.steps[][]", f"{one}.dag.tasks[]")
            ),
        ),
        elsewhere=(
            Elsewhere(
                at=pattern(f"{spec}.workflowTemplateRef.name"), what="the steps are those of the template"
            ),
            Elsewhere(
                at=pattern(f"{one}.steps[][].templateRef.name"), what="the step is one of another template"
            ),
            Elsewhere(
                at=pattern(f"{one}.dag.tasks[].templateRef.name"), what="the step is one of another template"
            ),
            Elsewhere(at=pattern(f"{one}.{{http|plugin}}"), what="what the step does isn't known here"),
        ),
    )


def _task(spec: str, *counts: Looped) -> tuple[PodsAt, ...]:
    """The pod of a task: its steps are containers that run one after another."""
    return (
        PodsAt(
            at=pattern(spec),
            spec=pattern("podTemplate"),
            metadata=pattern("metadata"),
            containers=patterns("steps[]", "sidecars[]", "stepTemplate"),
            resources="computeResources",
            having=pattern("steps"),
            counts=counts,
        ),
    )


_REMOTE: Final = "the steps are those of the task or pipeline that is named"
_PIPELINE_TASKS: Final = "{tasks|finally}[]"


def _pipeline(spec: str) -> Kind:
    tasks = f"{spec}.{_PIPELINE_TASKS}"
    return Kind(
        pods=_task(f"{tasks}.taskSpec", Looped(at=pattern(tasks), loop=_MATRIX)),
        elsewhere=(
            Elsewhere(at=pattern(f"{tasks}.taskRef"), what=_REMOTE),
            Elsewhere(at=pattern("spec.pipelineRef"), what=_REMOTE),
        ),
    )


_REVISIONS: Final = "spec.template"
_MOST: Final = '["autoscaling.knative.dev/max-scale"]'
_LEAST: Final = '["autoscaling.knative.dev/min-scale"]'
_OLD_MOST: Final = '["autoscaling.knative.dev/maxScale"]'


def _revision(at: str) -> PodsAt:
    """Pods that are scaled by requests, up to what an annotation says."""
    annotations = f"{at}.metadata.annotations" if at else "metadata.annotations"
    scale = Count(
        field=pattern(f"{annotations}{_LEAST}"),
        scaled_to=patterns(f"{annotations}{_MOST}", f"{annotations}{_OLD_MOST}"),
        endless=True,
    )
    if at:
        return template(at, scale)
    return PodsAt(at=HERE, spec=pattern("spec"), metadata=pattern("metadata"), counts=(scale,))


WORKFLOWS: Final = {
    ("argoproj.io", "Workflow"): _workflow("spec"),
    ("argoproj.io", "WorkflowTemplate"): _workflow("spec"),
    ("argoproj.io", "ClusterWorkflowTemplate"): _workflow("spec"),
    ("argoproj.io", "CronWorkflow"): _workflow("spec.workflowSpec"),
    ("argoproj.io", "Rollout"): Kind(
        pods=(template("spec.template", times("spec.replicas")),),
        elsewhere=(
            Elsewhere(at=pattern("spec.workloadRef"), what="the pods are those of the workload that is named"),
        ),
    ),
    ("tekton.dev", "Task"): Kind(pods=_task("spec")),
    ("tekton.dev", "ClusterTask"): Kind(pods=_task("spec")),
    ("tekton.dev", "TaskRun"): Kind(
        pods=(
            PodsAt(
                at=pattern("spec"),
                spec=pattern("podTemplate"),
                containers=patterns(
                    "taskSpec.{steps|sidecars}[]", "stepSpecs[]", "sidecarSpecs[]", "stepOverrides[]"
                ),
                resources="computeResources",
            ),
        ),
        elsewhere=(Elsewhere(at=pattern("spec.taskRef"), what=_REMOTE),),
    ),
    ("tekton.dev", "Pipeline"): _pipeline("spec"),
    ("tekton.dev", "PipelineRun"): _pipeline("spec.pipelineSpec"),
    ("serving.knative.dev", "Service"): Kind(pods=(_revision(_REVISIONS),)),
    ("serving.knative.dev", "Configuration"): Kind(pods=(_revision(_REVISIONS),)),
    ("serving.knative.dev", "Revision"): Kind(pods=(_revision(""),)),
}
