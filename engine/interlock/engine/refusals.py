"""Why Kubernetes' policies are against a request: what failed, with the values in it. Pure."""

from dataclasses import dataclass

from interlock.cel.explanation.trace import Step, trace
from interlock.engine.tracing import variables_read
from interlock.foreign.activations import bound, with_authorizer
from interlock.foreign.attributes import Object, place_of
from interlock.foreign.cluster import UnknownError
from interlock.foreign.compiled import CompiledValidating
from interlock.foreign.params import collect
from interlock.foreign.policies import KubernetesPolicies
from interlock.foreign.policy import Action
from interlock.foreign.requests import KubernetesRequest
from interlock.foreign.review import Review
from interlock.model.ruling import Denial, Ruling
from interlock.spans import SourceText


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedRefusal:
    """What a policy has against the request; `action` is what its binding does about it.

    `expression` is the validation that failed, `step` what it was made of, and
    `variables` are those that were read; where the policy failed before any
    validation there are none.
    """

    denial: Denial
    action: Action
    expression: SourceText | None = None
    step: Step | None = None
    variables: tuple[tuple[str, Step], ...] = ()


def explained_refusals(
    policies: KubernetesPolicies, request: KubernetesRequest, ruling: Ruling
) -> tuple[ExplainedRefusal, ...]:
    """What `ruling`, which `policies` say of `request`, has against it, what denies first."""
    compiled = {each.policy.name: each for each in policies.validating}
    against = (
        (Action.DENY, ruling.denials),
        (Action.WARN, ruling.warnings),
        (Action.AUDIT, ruling.audited),
    )
    return tuple(
        _explained(compiled.get(denial.policy), request, denial, action)
        for action, denials in against
        for denial in denials
    )


def _explained(
    compiled: CompiledValidating | None, request: KubernetesRequest, denial: Denial, action: Action
) -> ExplainedRefusal:
    found = ExplainedRefusal(denial=denial, action=action)
    if compiled is None or not _is_of_validation(compiled, denial):
        return found
    review = request.review(None)
    programs = compiled.validations
    program = programs.programs[denial.index]
    if program is None:
        return found
    attributes = review.attributes
    silent = bound(attributes, params=_params(compiled, review, denial), namespace=_namespace(review))
    activation = with_authorizer(silent, attributes, review.authorize).extended(programs.variables)
    step = trace(program, activation)
    return ExplainedRefusal(
        denial=denial,
        action=action,
        expression=program.source,
        step=step,
        variables=tuple(variables_read([step], programs.variables, activation)),
    )


def _is_of_validation(compiled: CompiledValidating, denial: Denial) -> bool:
    """Whether a validation failed, and not what is evaluated before or after it."""
    if not denial.actions:
        return False
    text = compiled.policy.validations[denial.index].expression.text
    return not denial.is_error or f"'{text}'" in denial.message


def _params(compiled: CompiledValidating, review: Review, denial: Denial) -> Object | None:
    """The parameters that it was evaluated with."""
    for binding in compiled.bindings:
        if binding.name == denial.binding:
            for each in collect(compiled.policy, binding, review.attributes, review.cluster):
                if each is not None and "/".join(filter(None, place_of(each))) == denial.params:
                    return each
    return None


def _namespace(review: Review) -> Object | None:
    try:
        return review.namespace()
    except UnknownError:
        return None
