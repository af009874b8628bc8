"""Mutating policies of Kubernetes that change an object again when they are asked again.

The API server may ask twice, and a controller that applies what it wants, and
finds something else, applies it for ever. Tried on the requests of a cluster.
"""

from collections.abc import Iterator, Sequence

from interlock.analysis.finding import Finding, Severity
from interlock.analysis.lockout.imagined import Imagined
from interlock.analysis.lockout.request import Needed
from interlock.foreign.compiled import CompiledMutating
from interlock.foreign.looking import Looking
from interlock.foreign.mutate import mutate
from interlock.foreign.requests import KubernetesRequest, reviewed
from interlock.loading.policyset import PolicySet
from interlock.spelling import quoted


def repeating(policies: PolicySet, needs: Sequence[Needed]) -> Iterator[Finding]:
    """That policies change the object of one of `needs` again, each of which is asked alone and twice."""
    for compiled in policies.kubernetes.mutating:
        found = next((needed for needed in needs if _changes_again(compiled, needed)), None)
        if found is not None:
            name = quoted(compiled.policy.name)
            message = (
                f"policy {name} changes {found.what} again when it is asked again: "
                "let a match condition leave out what has the change already"
            )
            yield Finding(compiled.policy.span, Severity.WARNING, message)


def _changes_again(compiled: CompiledMutating, needed: Needed) -> bool:
    asked = KubernetesRequest(reviewed(needed.request), Looking(Imagined()))
    once = mutate([compiled], asked.review(None))
    if not once.rewrites or once.object is None:
        return False
    return bool(mutate([compiled], asked.of(once.object).review(None)).rewrites)
