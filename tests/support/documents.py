"""Documents of each kind as authors write them, for tests of loading."""

from interlock.documents.source import Source
from interlock.errors import Problem
from interlock.loading.bundle import Bundle, assemble

_NO_DIGEST = "sha256:" + "0" * 64


def policy(name: str = "gpu-quota", *, layer: str = "organization", spec: str = "", rules: str = "") -> str:
    """An IntentPolicy; `spec` are more lines of its spec, `rules` its rules instead of one that requires."""
    rules = rules or "    - {name: at-most-eight, require: intent.models.size() <= 8, message: too many}\n"
    return f"""\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {{name: {name}}}
spec:
  layer: {layer}
  description: Nobody takes more than their share.
{spec}  rules:
{rules}"""


def library(name: str = "limits", *, version: str = "1.0.0", expression: str = "n > 8") -> str:
    """A FunctionLibrary of one function, `isLarge`, of a number."""
    return f"""\
apiVersion: interlock.dev/v1alpha1
kind: FunctionLibrary
metadata: {{name: {name}}}
spec:
  version: {version}
  description: How much is too much.
  functions:
    - {{name: isLarge, parameters: [{{name: n, type: int}}], result: bool, expression: "{expression}"}}
"""


def waiver(name: str = "training-run", *, digest: str = _NO_DIGEST, layer: str = "organization") -> str:
    """A Waiver of the rule of `policy()`."""
    return f"""\
apiVersion: interlock.dev/v1alpha1
kind: Waiver
metadata: {{name: {name}}}
spec:
  layer: {layer}
  rules: [{{policy: gpu-quota, rule: at-most-eight, digest: "{digest}"}}]
  scope: intent.action == "model.chat"
  owner: ada
  approver: grace
  reason: One large run.
  starts: 2026-01-01T00:00:00Z
  expires: 2026-02-01T01:00:00+01:00
"""


def budget(
    spec: str = "", *, name: str = "team-tokens", limits: str = "", window: str = "{lifetime: true}"
) -> str:
    """A Budget with more lines of its spec, and the lines of `limits` instead of one of 100 tokens."""
    limits = limits or "    - {unit: tokens, limit: 100}\n"
    return f"""\
apiVersion: interlock.dev/v1alpha1
kind: Budget
metadata: {{name: {name}}}
spec:
  description: Nobody spends more than their share.
  window: {window}
{spec}  limits:
{limits}"""


def catalog(name: str, spec: str) -> str:
    """A Catalog with the lines of `spec`."""
    return f"apiVersion: interlock.dev/v1alpha1\nkind: Catalog\nmetadata: {{name: {name}}}\nspec:\n{spec}"


def policy_set(spec: str = "", name: str = "acme") -> str:
    """A PolicySet with the lines of `spec`."""
    head = f"apiVersion: interlock.dev/v1alpha1\nkind: PolicySet\nmetadata: {{name: {name}}}\n"
    return head + (f"spec:\n{spec}" if spec else "")


def assembled(*texts: str) -> tuple[Bundle, list[Problem]]:
    """What files with these texts say together."""
    return assemble(Source(f"{index}.yaml", text) for index, text in enumerate(texts))


def loaded(*texts: str) -> Bundle:
    """What files with these texts say together; they have no problem."""
    bundle, problems = assembled(*texts)
    assert problems == [], "\n".join(map(str, problems))
    return bundle


def messages(*texts: str) -> list[str]:
    """What is wrong with files of these texts."""
    return [problem.message for problem in assembled(*texts)[1]]
