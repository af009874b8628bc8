"""The one fold: evidence and demands to a decision.

Allowed only if every layer allows: no enforced verdict denies, and every
demand of a closed layer is met by a permit of that layer. There is no
priority, no first match, no short circuit and no override.

Laws (tests/properties/test_combine_laws.py): order, repetition and grouping
of verdicts don't matter; a denial is final; adding a denial, a layer or an
error never opens; what isn't enforced never changes the decision.
"""

from collections.abc import Iterable, Mapping, Sequence

from interlock.identity import Digest
from interlock.kernel.evidence import Evidence, denies
from interlock.model.area import Area, path
from interlock.model.decision import Decision, Demand
from interlock.model.layers import Layers
from interlock.model.policy import Enforcement
from interlock.model.verdict import Outcome, Verdict
from interlock.units import Instant


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
    denials: list[Verdict] = []
    warnings: list[Verdict] = []
    audits: list[Verdict] = []
    enforced: list[Verdict] = []
    for verdict in _in_order(evidence.verdicts, layers):
        enforcement = verdict.rule.enforcement
        if enforcement is Enforcement.ENFORCE:
            enforced.append(verdict)
        if denies(verdict):
            heard = warnings if enforcement is Enforcement.WARN else audits
            (denials if enforcement is Enforcement.ENFORCE else heard).append(verdict)
    permits = [verdict for verdict in enforced if verdict.outcome is Outcome.PERMITTED]
    met = {Demand(permit.rule.layer, permit.rule.area, permit.item) for permit in permits}
    missing = [demand for demand in wanted if demand not in met]
    return Decision(
        allowed=not denials and not missing,
        policy_set=policy_set,
        now=now,
        denials=tuple(denials),
        missing=tuple(missing),
        permits=tuple(permits),
        waived=tuple([verdict for verdict in enforced if verdict.waiver is not None]),
        errors=tuple([verdict for verdict in enforced if verdict.outcome is Outcome.ERRORED]),
        warnings=tuple(warnings),
        audits=tuple(audits),
    )


def failed(reason: str, *, policy_set: Digest, now: Instant) -> Decision:
    """The decision where none could be made: a denial that says why."""
    return Decision(allowed=False, policy_set=policy_set, now=now, failure=reason)


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
        ),
    )
