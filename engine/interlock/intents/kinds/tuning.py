"""Kinds that search for parameters: Katib's experiments and optimization jobs run many trials at once."""

from typing import Final

from interlock.intents.kinds.notation import Count, Kind
from interlock.intents.kinds.shapes import patterns, times
from interlock.intents.kinds.training import train_job
from interlock.intents.patterns import pattern

_PARALLEL: Final = times("spec.trialConfig.parallelTrials")

TUNING: Final = {
    ("kubeflow.org", "Experiment"): Kind(
        objects=patterns("spec.trialTemplate.trialSpec"),
        # Katib runs three trials at once where nothing else is said.
        makes=(Count(field=pattern("spec.parallelTrialCount"), otherwise=3),),
    ),
    ("kubeflow.org", "Trial"): Kind(objects=patterns("spec.runSpec")),
    ("kubeflow.org", "Suggestion"): Kind(),
    ("optimizer.kubeflow.org", "OptimizationJob"): Kind(
        objects=patterns("spec.trialTemplate"), makes=(_PARALLEL,)
    ),
    ("trainer.kubeflow.org", "OptimizationJob"): train_job("spec.trainJobTemplate.spec", _PARALLEL),
}
