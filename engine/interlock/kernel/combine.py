"""The one collapse: evidence and demands to a decision.

Allowed only if every layer allows: no enforced verdict denies, every demand of
a closed layer is met by a permit of that layer, and what policies set or oblige
to can be had together. There is no priority, no first match, no short circuit
and no override.

Laws (docs/explanation/composition.md): order, repetition and grouping of
verdicts don't matter; a denial is final; adding a denial, a layer or an error
never opens; what isn't enforced never changes the decision.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from interlock.identity import Digest, PolicyName
from interlock.kernel.evidence import Evidence, denies
from interlock.kernel.limits import limitations
from interlock.kernel.obligations import due
from interlock.model.area import Area, path
from interlock.model.decision import Conflict, Decision, Demand
from interlock.model.layers import Layers
from interlock.model.obligation import Obligation
from interlock.model.policy import AUDIT, ENFORCE, PERMIT, WARN, Enforcement
from interlock.model.verdict import ERRORED, PERMITTED, Outcome, RuleId, Verdict
from interlock.units import Instant

_SILENT: Final = frozenset({Outcome.SATISFIED, Outcome.NOT_APPLICABLE})


def demands(layers: Layers, counts: Mapping[Area, int]) -> tuple[Demand, ...]:
    """What the closed layers demand of an Intent with `counts` items in each area."""
    return tuple(
        Demand(layer, area, path(area, index))
        for layer, area in layers.closures
        for index in range(counts.get(area, 0))
    )


def combine(
    evidence: Evidence,
    wanted: Sequence[Demand],
    layers: Layers,
    *,
    policy_set: Digest,
    now: Instant,
) -> Decision:
    """The decision on one Intent, with everything that it rests on, in a canonical order."""
    ordered = _in_order(evidence.verdicts, layers)
    enforced = [verdict for verdict in ordered if verdict.rule.enforcement is ENFORCE]
    denials = [verdict for verdict in enforced if denies(verdict)]
    permits = [verdict for verdict in enforced if verdict.outcome is PERMITTED]
    missing = _unmet(wanted, permits)
    limits, crossed = limitations(enforced)
    conflicts = (*sorted(evidence.conflicts, key=_by_subject), *crossed)
    is_barred = bool(denials or missing or conflicts)
    grounds = [verdict for verdict in denials if verdict.rule.effect is not PERMIT] if is_barred else permits
    obligations, clashing = due(_given(grounds, lambda rule: rule.obligations))
    if clashing and not is_barred:
        grounds, obligations = [], ()  # there is no allowance, so nothing goes with it
    return Decision(
        allowed=not (is_barred or clashing),
        policy_set=policy_set,
        now=now,
        denials=tuple(denials),
        missing=missing,
        conflicts=(*conflicts, *clashing),
        permits=tuple(permits),
        waived=tuple(verdict for verdict in enforced if verdict.waiver is not None),
        errors=tuple(verdict for verdict in enforced if verdict.outcome is ERRORED),
        warnings=_would_deny(ordered, WARN),
        audits=_would_deny(ordered, AUDIT),
        tried=tuple(verdict for verdict in ordered if _says_more(verdict)),
        limits=limits,
        obligations=obligations,
        advice=due(_given(grounds, lambda rule: rule.advice))[0],
    )


def failed(reason: str, *, policy_set: Digest, now: Instant) -> Decision:
    """The decision where none could be made: a denial that says why."""
    return Decision(allowed=False, policy_set=policy_set, now=now, failure=reason)


def _unmet(wanted: Iterable[Demand], permits: Iterable[Verdict]) -> tuple[Demand, ...]:
    met = {(permit.rule.layer, permit.rule.area, permit.item) for permit in permits}
    return tuple(demand for demand in wanted if (demand.layer, demand.area, demand.item) not in met)


def _would_deny(verdicts: Iterable[Verdict], mode: Enforcement) -> tuple[Verdict, ...]:
    return tuple(verdict for verdict in verdicts if verdict.rule.enforcement is mode and denies(verdict))


def _says_more(verdict: Verdict) -> bool:
    """Whether a verdict that is not enforced says what is no denial and yet not nothing."""
    is_enforced, says_nothing = verdict.rule.enforcement is ENFORCE, verdict.outcome in _SILENT
    return not (is_enforced or says_nothing or denies(verdict))


def _given(
    verdicts: Iterable[Verdict], of: Callable[[RuleId], tuple[Obligation, ...]]
) -> Iterator[tuple[PolicyName, Obligation]]:
    """What the rules of `verdicts` give, each with the policy that it is of."""
    return ((verdict.rule.policy, each) for verdict in verdicts for each in of(verdict.rule))


def _by_subject(conflict: Conflict) -> tuple[str, str, tuple[PolicyName, ...]]:
    return conflict.subject, conflict.reason, conflict.policies


def _in_order(verdicts: Iterable[Verdict], layers: Layers) -> list[Verdict]:
    return sorted(
        verdicts,
        key=lambda verdict: (
            layers.rank[verdict.rule.layer],
            verdict.rule.policy,
            verdict.rule.rule,
            verdict.item,
            verdict.outcome,
            verdict.message,
            verdict.error,
            verdict.ignored,
            verdict.remedy,
            verdict.waiver or "",
        ),
    )
