"""What Kubernetes' own policies say of a request, beside what ours decide.

The two never mix: ours fold as layers do, theirs each deny for themselves,
and the request is allowed where neither denies.
"""

from dataclasses import replace as replace_

from msgspec.structs import replace

from interlock.cel.values import OutOfTime
from interlock.engine.funds import OUT_OF_TIME, UndecidableError
from interlock.foreign.merging.kinds import Structures
from interlock.foreign.mutate import mutate
from interlock.foreign.names import is_exempt
from interlock.foreign.policies import KubernetesPolicies
from interlock.foreign.requests import KubernetesRequest
from interlock.foreign.review import NoNamespaceError
from interlock.foreign.validate import validate
from interlock.model.decision import Decision
from interlock.model.mutated import Mutated
from interlock.model.ruling import NOT_FOUND, Denial, Ruling


def mutated(
    policies: KubernetesPolicies, structures: Structures, request: KubernetesRequest, until: int | None
) -> KubernetesRequest:
    """`request` as those of `policies` that mutate leave it, whose kinds have these `structures`.

    Raises:
        UnansweredError: the authorizer has to be asked first.
    """
    try:
        return request.after(mutate(policies.mutating, request.review(until), structures))
    except NoNamespaceError as error:
        return request.after(Mutated(object=None, denials=(_not_found(error),)))
    except OutOfTime:
        return replace_(request, failure=OUT_OF_TIME)


def consulted(policies: KubernetesPolicies, request: KubernetesRequest, until: int | None) -> Ruling:
    """What those of `policies` that validate say of `request`, and all that was looked at for it.

    Where those that mutate were asked, it is what they say, too.

    Raises:
        UndecidableError: time ran out.
        UnansweredError: the authorizer has to be asked first.
    """
    if request.failure:
        raise UndecidableError(request.failure)
    if is_exempt(request.attributes.kind):
        return Ruling()
    made = request.mutated
    if made is not None and not made.allowed:
        # As in the API server, which validates nothing then.
        return Ruling(denials=made.denials, seen=request.looking.seen())
    try:
        ruling = validate(policies.validating, request.review(until))
    except NoNamespaceError as error:
        ruling = Ruling(denials=(_not_found(error),))
    except OutOfTime:
        raise UndecidableError(OUT_OF_TIME) from None
    rewrites = () if made is None else made.rewrites
    return replace(ruling, rewrites=rewrites, seen=request.looking.seen())


def _not_found(error: NoNamespaceError) -> Denial:
    return Denial(policy="", binding="", message=str(error), reason=NOT_FOUND)


def heeded(decision: Decision, ruling: Ruling) -> Decision:
    """`decision` with what Kubernetes' policies say: what they deny is denied."""
    if not decision.allowed or ruling.allowed:
        return replace(decision, kubernetes=ruling)
    return replace(decision, allowed=False, kubernetes=ruling, obligations=(), advice=())
