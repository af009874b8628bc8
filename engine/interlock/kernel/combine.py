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
from interlock.model.policy import ENFORCE, WARN
from interlock.model.verdict import ERRORED, PERMITTED, Verdict
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
    permits: list[Verdict] = []
    waived: list[Verdict] = []
    errors: list[Verdict] = []
    warnings: list[Verdict] = []
    audits: list[Verdict] = []
    for verdict in _in_order(evidence.verdicts, layers):
        if verdict.rule.enforcement is not ENFORCE:
            if denies(verdict):
                (warnings if verdict.rule.enforcement is WARN else audits).append(verdict)
            continue
        if verdict.outcome is PERMITTED:
            permits.append(verdict)
        elif denies(verdict):
            denials.append(verdict)
        if verdict.outcome is ERRORED:
            errors.append(verdict)
        elif verdict.waiver is not None:
            waived.append(verdict)
    met = {(permit.rule.layer, permit.rule.area, permit.item) for permit in permits}
    missing = [demand for demand in wanted if (demand.layer, demand.area, demand.item) not in met]
    return Decision(
        allowed=not denials and not missing,
        policy_set=policy_set,
        now=now,
        denials=tuple(denials),
        missing=tuple(missing),
        permits=tuple(permits),
        waived=tuple(waived),
        errors=tuple(errors),
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
            verdict.error,
            verdict.remedy,
            verdict.waiver or "",
        ),
    )
