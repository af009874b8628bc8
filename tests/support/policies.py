"""A small set of policies for tests of what is around the engine."""

from pathlib import Path

MODELS = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: models}
spec:
  layer: organization
  area: models
  description: Models whose name begins with good may be used.
  rules:
    - name: good
      permit: model.name.startsWith("good")
    - name: never-bad
      forbid: model.name.startsWith("bad")
      message: this model is not to be used
      remedy: use good-1
"""

TOOLS = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: tools}
spec:
  layer: organization
  area: tools
  description: Tools whose name begins with read may be called.
  rules:
    - name: read
      permit: tool.name.startsWith("read")
"""

WORKLOADS = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: workloads}
spec:
  layer: team
  description: Every workload says which team answers for it.
  match: {actions: ["workload.*"]}
  rules:
    - name: team
      require: has(intent.attribution.team)
      message: no team answers for this workload
      remedy: set the label interlock.dev/team
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: jobs-end}
spec:
  layer: platform
  description: A Job ends after an hour unless it says otherwise.
  match: {actions: [workload.create], kinds: [Job]}
  defaults:
    - {path: [spec, activeDeadlineSeconds], value: 3600}
    - {path: [metadata, annotations, example.org/ends~by], value: default}
  rules:
    - name: ends
      require: has(intent.object.spec.activeDeadlineSeconds)
      message: the Job never ends
      remedy: set spec.activeDeadlineSeconds
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: few-pods}
spec:
  layer: team
  enforcement: warn
  description: Large workloads are announced first.
  match: {actions: ["workload.*"]}
  rules:
    - name: at-most-ten
      require: intent.workload.pods <= 10
      message: more than ten pods
"""


def write_policies(folder: Path) -> Path:
    """`folder`, now with all policies in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("models", MODELS), ("tools", TOOLS), ("workloads", WORKLOADS)):
        (folder / f"{name}.yaml").write_text(text)
    return folder
