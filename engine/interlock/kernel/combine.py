"""The one fold: evidence and demands to a decision.

Allowed only if every layer allows: no enforced verdict denies, and every
demand of a closed layer is met by a permit of that layer. There is no
priority, no first match, no short circuit and no override.

Laws (tests/properties/test_combine_laws.py): order, repetition and grouping
of verdicts don't matter; a denial is final; adding a denial, a layer or an
error never opens; what isn't enforced never changes the decision.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from interlock.identity import Digest
from interlock.kernel.evidence import Evidence, denies, is_enforced
from interlock.model.area import Area, path
from interlock.model.decision import Decision, Demand
from interlock.model.layers import Layers
from interlock.model.policy import Enforcement
from interlock.model.verdict import Outcome, Verdict
from interlock.units import Instant


def demands(layers: Layers, counts: Mapping[Area, int]) -> tuple[Demand, ...]:
    """What the closed layers demand of an Intent with `counts` items in each area."""
    return tuple(
        Demand(layer.name, area, path(area, index))
        for layer in layers.order
        for area in sorted(layer.closed)
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
    enforced = [verdict for verdict in ordered if is_enforced(verdict)]
    denials = _those(enforced, denies)
    permits = _those(enforced, lambda verdict: verdict.outcome is Outcome.PERMITTED)
    met = {Demand(permit.rule.layer, permit.rule.area, permit.item) for permit in permits}
    missing = tuple(demand for demand in wanted if demand not in met)
    return Decision(
        allowed=not denials and not missing,
        policy_set=policy_set,
        now=now,
        denials=denials,
        missing=missing,
        permits=permits,
        waived=_those(enforced, lambda verdict: verdict.waiver is not None),
        errors=_those(enforced, lambda verdict: verdict.outcome is Outcome.ERRORED),
        warnings=_denials_of(ordered, Enforcement.WARN),
        audits=_denials_of(ordered, Enforcement.AUDIT),
    )


def failed(reason: str, *, policy_set: Digest, now: Instant) -> Decision:
    """The decision where none could be made: a denial that says why."""
    return Decision(allowed=False, policy_set=policy_set, now=now, failure=reason)


def _in_order(verdicts: Iterable[Verdict], layers: Layers) -> list[Verdict]:
    rank = {layer.name: number for number, layer in enumerate(layers.order)}
    return sorted(
        verdicts,
        key=lambda verdict: (
            rank[verdict.rule.layer],
            verdict.rule.policy,
            verdict.rule.rule,
            verdict.item,
            verdict.outcome,
            verdict.message,
        ),
    )


def _those(verdicts: Iterable[Verdict], holds: Callable[[Verdict], bool]) -> tuple[Verdict, ...]:
    return tuple(verdict for verdict in verdicts if holds(verdict))


def _denials_of(verdicts: Iterable[Verdict], enforcement: Enforcement) -> tuple[Verdict, ...]:
    return _those(verdicts, lambda verdict: verdict.rule.enforcement is enforcement and denies(verdict))
