"""All policies of a set as Kubernetes' own, and why some are not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from interlock.cel.libraries.kubernetes.versions import Version
from interlock.errors import Problem
from interlock.exporting.checking import differences
from interlock.exporting.documents import Object, written
from interlock.exporting.resources import resources
from interlock.exporting.scene import OPERATIONS, Scene
from interlock.exporting.unfit import Reasons, UnfitError
from interlock.loading.compiled import CompiledPolicy
from interlock.loading.policyset import PolicySet
from interlock.model.intent import Action
from interlock.spelling import quoted


@dataclass(frozen=True, slots=True)
class Exported:
    """The objects that policies were written as, in the order of their names, and why others were not."""

    objects: tuple[Object, ...]
    misfits: tuple[Problem, ...]


Writer = Callable[[CompiledPolicy, Scene, Version, Reasons], tuple[Object, ...]]
"""What writes one policy, or adds reasons against it."""


def exported(policies: PolicySet, write: Writer, *, kinds: Iterable[str], release: Version) -> Exported:
    """All `policies` that fit, written by `write` for `release`.

    Those that name no kinds are written for `kinds`, if there are any.
    """
    objects: list[Object] = []
    misfits: list[Problem] = []
    for compiled in policies.compiled:
        reasons = Reasons()
        made = _exported(policies, compiled, write, frozenset(kinds), release, reasons)
        objects += () if reasons.problems else made
        misfits += [_of(compiled, each) for each in reasons.problems]
    return Exported(tuple(objects), tuple(misfits))


def _exported(  # noqa: PLR0913, PLR0917 - what one policy is written from
    policies: PolicySet,
    compiled: CompiledPolicy,
    write: Writer,
    kinds: frozenset[str],
    release: Version,
    reasons: Reasons,
) -> tuple[Object, ...]:
    policy = compiled.policy
    with reasons.collecting(policy.span):
        scene = _scene(policies, compiled, kinds)
        made = write(compiled, scene, release, reasons)
        if made:
            for problem in differences(compiled, written(made), release):
                reasons.add(problem.span, problem.message)
        return made
    return ()


def _scene(policies: PolicySet, compiled: CompiledPolicy, kinds: frozenset[str]) -> Scene:
    """The requests that the policy is about.

    Raises:
        UnfitError: there are none, or nobody knows what they are for.
    """
    match = compiled.policy.match
    operations = tuple(
        operation for action, operation in OPERATIONS.items() if not match.actions or action in match.actions
    )
    if not operations:
        raise UnfitError(_about(match.actions))
    name = compiled.policy.name
    waivers = tuple(each.name for each in policies.waivers if any(rule.policy == name for rule in each.rules))
    named = match.kinds or kinds
    found = resources(named, policies.schemas.custom) if named else None
    return Scene(operations=operations, resources=found, labels=policies.labels, waivers=waivers)


def _about(actions: frozenset[str]) -> str:
    if Action.WORKLOAD_CONNECT in actions:
        return "is about connections, which are to parts of objects that have no kind of their own"
    return f"is about {', '.join(map(quoted, sorted(actions)))}, which the API server is not asked for"


def _of(compiled: CompiledPolicy, problem: Problem) -> Problem:
    return Problem(problem.span, f"policy {quoted(compiled.policy.name)} does not fit: {problem.message}")
