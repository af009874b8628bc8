"""What one policy changes, as a MutatingAdmissionPolicy and its binding.

Law: what is written makes the same object of a request to create or update a
whole object, or refuses it where the policy's changes are in conflict.
"""

from collections.abc import Set as AbstractSet
from typing import Any, Final

from interlock.cel.ir import Node
from interlock.cel.libraries.kubernetes.versions import Version
from interlock.exporting.claims import boolean
from interlock.exporting.documents import GROUP, Object, constraints, metadata
from interlock.exporting.facts import Facts
from interlock.exporting.layout import laid_out
from interlock.exporting.parsing import filled
from interlock.exporting.patches import WHEN, patch
from interlock.exporting.scene import DELETE, Scene
from interlock.exporting.translate import Translator
from interlock.exporting.unfit import Reasons, UnfitError
from interlock.kernel.limits import outside
from interlock.loading.compiled import CompiledMutation, CompiledPolicy
from interlock.model.limit import Bounds
from interlock.model.mutation import EACH, Clamp, Lock, Mutation, Pattern, Stratum
from interlock.model.patch import spelled
from interlock.model.policy import Enforcement
from interlock.spelling import quoted

_STABLE: Final = Version(1, 36)
SINCE: Final = Version(1, 34)
"""The first release that serves these policies in a version that stays."""


def mutating(compiled: CompiledPolicy, scene: Scene, release: Version, reasons: Reasons) -> tuple[Object, ...]:
    """What `compiled` changes in objects of `scene`, as `release` serves it; nothing if there are `reasons`."""
    policy, operations = compiled.policy, tuple(each for each in scene.operations if each != DELETE)
    if not compiled.mutations:
        reasons.add(policy.span, "changes nothing")
    if policy.enforcement is not Enforcement.ENFORCE:
        reasons.add(policy.span, "is not enforced, and so changes nothing")
    if not operations:
        reasons.add(policy.span, "is about deletions, of which nothing is stored that could be changed")
    stored = scene.whole(operations)
    expressions = [] if reasons.problems else _expressions(compiled, stored, reasons)
    if reasons.problems:
        return ()
    version = f"{GROUP}/{'v1' if release >= _STABLE else 'v1beta1'}"
    spec: dict[str, Any] = {
        "failurePolicy": "Fail",
        "reinvocationPolicy": "IfNeeded",
        "matchConstraints": constraints(stored),
        "mutations": [
            {"patchType": "JSONPatch", "jsonPatch": {"expression": laid_out(each)}} for each in expressions
        ],
    }
    return (
        {"apiVersion": version, "kind": "MutatingAdmissionPolicy", "metadata": metadata(policy), "spec": spec},
        {
            "apiVersion": version,
            "kind": "MutatingAdmissionPolicyBinding",
            "metadata": metadata(policy),
            "spec": {"policyName": str(policy.name)},
        },
    )


def _expressions(compiled: CompiledPolicy, scene: Scene, reasons: Reasons) -> list[Node]:
    """The patches of all changes, those of earlier strata first."""
    translator, given = Translator(facts=Facts(scene), policy={}), scene.given()
    with reasons.collecting(compiled.policy.span):
        _refuse_locks_out_of_bounds(compiled)
    found, seen = [], set[tuple[Stratum, Pattern]]()
    for each in sorted(compiled.mutations, key=lambda each: each.mutation.stratum):
        with reasons.collecting(each.mutation.span):
            _refuse(each.mutation, seen)
            found.append(_expression(each, translator, given))
    return found


def _refuse(mutation: Mutation, seen: set[tuple[Stratum, Pattern]]) -> None:
    key = mutation.stratum, mutation.path
    if EACH in mutation.path:
        raise UnfitError(f"changes every item of a list, as in {quoted(spelled(mutation.path))}")
    if key in seen:
        raise UnfitError(
            f"changes {quoted(spelled(mutation.path))} twice in one stratum, and both may disagree"
        )
    seen.add(key)


def _expression(each: CompiledMutation, translator: Translator, given: AbstractSet[Pattern]) -> Node:
    conditions = {} if each.when is None else {WHEN: boolean(translator.translated(each.when), each.when)}
    return filled(patch(each.mutation, given), conditions)


def _refuse_locks_out_of_bounds(compiled: CompiledPolicy) -> None:
    """Raise UnfitError where a lock may be outside of a clamp, which is a conflict while both hold."""
    clamps = [each.mutation for each in compiled.mutations if isinstance(each.mutation.change, Clamp)]
    for lock in (each.mutation for each in compiled.mutations):
        for clamp in clamps:
            if lock.path != clamp.path or not isinstance(lock.change, Lock):
                continue
            change = clamp.change
            bounds = (
                Bounds(ceiling=change.ceiling, floor=change.floor) if isinstance(change, Clamp) else Bounds()
            )
            value = lock.change.value
            if isinstance(value, str) or outside(bounds, value):
                raise UnfitError(f"locks {quoted(spelled(lock.path))} outside of its own clamp, if both hold")
