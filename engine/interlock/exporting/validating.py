"""One policy as a ValidatingAdmissionPolicy and the binding that puts it in force.

Law: where Interlock can read a request, what is written denies it exactly where
the policy denies it alone, in a set that closes nothing and waives nothing. What
it says is what the policy says, of the first item that violates it.
"""

from typing import Any, Final

from interlock.cel.libraries.kubernetes.versions import Version
from interlock.exporting.documents import GROUP, Object, constraints, metadata
from interlock.exporting.drafts import Draft, drafted
from interlock.exporting.scene import Scene
from interlock.exporting.unfit import Reasons
from interlock.loading.compiled import CompiledPolicy
from interlock.model.policy import Enforcement, OnError, Policy
from interlock.spelling import quoted

_ACTIONS: Final = {Enforcement.ENFORCE: "Deny", Enforcement.WARN: "Warn", Enforcement.AUDIT: "Audit"}
_FAILURE: Final = {OnError.DENY: "Fail", OnError.IGNORE: "Ignore"}
_STABLE: Final = Version(1, 30)
SINCE: Final = Version(1, 28)
"""The first release that serves these policies in a version that stays."""


def validating(
    compiled: CompiledPolicy, scene: Scene, release: Version, reasons: Reasons
) -> tuple[Object, ...]:
    """`compiled` for the requests of `scene`, as `release` serves it; nothing where there are `reasons`."""
    if not compiled.rules_and_limits:
        reasons.add(compiled.policy.span, "has no rules and no limits")
        return ()
    for waiver in scene.waivers:
        reasons.add(
            compiled.policy.span, f"waiver {quoted(waiver)} lifts rules of it, and Kubernetes knows no waivers"
        )
    draft = drafted(compiled, scene, reasons)
    if draft is None:
        return ()
    policy = compiled.policy
    version = f"{GROUP}/{'v1' if release >= _STABLE else 'v1beta1'}"
    return (
        {
            "apiVersion": version,
            "kind": "ValidatingAdmissionPolicy",
            "metadata": metadata(policy),
            "spec": _spec(policy, scene, draft),
        },
        {
            "apiVersion": version,
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": metadata(policy),
            "spec": {"policyName": str(policy.name), "validationActions": [_ACTIONS[policy.enforcement]]},
        },
    )


def _spec(policy: Policy, scene: Scene, draft: Draft) -> dict[str, Any]:
    spec: dict[str, Any] = {"failurePolicy": _FAILURE[policy.on_error], "matchConstraints": constraints(scene)}
    if draft.condition is not None:
        spec["matchConditions"] = [{"name": "when", "expression": draft.condition}]
    if draft.variables:
        spec["variables"] = [{"name": name, "expression": text} for name, text in draft.variables]
    spec["validations"] = [
        {
            "expression": expression,
            "message": message,
            **({} if saying is None else {"messageExpression": saying}),
            "reason": "Forbidden",
        }
        for expression, message, saying in draft.validations
    ]
    return spec
