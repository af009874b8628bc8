"""What Kubernetes' own policies say of a request, beside what ours decide.

The two never mix: ours fold as layers do, theirs each deny for themselves,
and the request is allowed where neither denies.
"""

from msgspec.structs import replace

from interlock.cel.values import OutOfTime
from interlock.engine.funds import OUT_OF_TIME, UndecidableError
from interlock.foreign.names import is_exempt
from interlock.foreign.policies import KubernetesPolicies
from interlock.foreign.requests import KubernetesRequest
from interlock.foreign.review import NoNamespaceError
from interlock.foreign.validate import validate
from interlock.model.decision import Decision
from interlock.model.ruling import NOT_FOUND, Denial, Ruling


def consulted(policies: KubernetesPolicies, request: KubernetesRequest, until: int | None) -> Ruling:
    """What those of `policies` that validate say of `request`, and all that was looked at for it.

    Raises:
        UndecidableError: time ran out.
        UnansweredError: the authorizer has to be asked first.
    """
    if is_exempt(request.attributes.kind):
        return Ruling()
    try:
        ruling = validate(policies.validating, request.review(until))
    except NoNamespaceError as error:
        ruling = Ruling(denials=(Denial(policy="", binding="", message=str(error), reason=NOT_FOUND),))
    except OutOfTime:
        raise UndecidableError(OUT_OF_TIME) from None
    return replace(ruling, seen=request.looking.seen())


def heeded(decision: Decision, ruling: Ruling) -> Decision:
    """`decision` with what Kubernetes' policies say: what they deny is denied."""
    if not decision.allowed or ruling.allowed:
        return replace(decision, kubernetes=ruling)
    return replace(decision, allowed=False, kubernetes=ruling, obligations=(), advice=())
