"""The one collapse: evidence and demands to a decision.

Allowed only if every layer allows: no enforced verdict denies, every demand of
a closed layer is met by a permit of that layer, and what policies set or oblige
to can be had together. There is no priority, no first match, no short circuit
and no override.

Laws (docs/explanation/composition.md): order, repetition and grouping of
verdicts don't matter; a denial is final; adding a denial, a layer or an error
never opens; what isn't enforced never changes the decision.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from interlock.identity import Digest, PolicyName
from interlock.kernel.evidence import Evidence, denies
from interlock.kernel.limits import limitations
from interlock.kernel.obligations import advised, due
from interlock.model.area import Area, path
from interlock.model.decision import Conflict, Decision, Demand
from interlock.model.layers import Layers
from interlock.model.obligation import Due, Obligation
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
    heard = _Heard.of(_in_order(evidence.verdicts, layers))
    missing = _unmet(wanted, heard.permits)
    limits, conflicts = limitations(heard.bounds) if heard.bounds else ((), ())
    if evidence.conflicts:
        conflicts = (*sorted(evidence.conflicts, key=_by_subject), *conflicts)
    is_barred = bool(heard.denials or missing or conflicts)
    with_it = _consequences(heard.giving, is_barred=is_barred) if heard.giving else _NOTHING
    decision = Decision(
        allowed=not (is_barred or with_it.conflicts),
        policy_set=policy_set,
        now=now,
        denials=tuple(heard.denials),
        missing=missing,
        conflicts=(*conflicts, *with_it.conflicts),
        permits=tuple(heard.permits),
        waived=tuple(heard.waived),
        errors=tuple(heard.errors),
        limits=limits,
        obligations=with_it.obligations,
        advice=with_it.advice,
    )
    return _announcing(decision, heard.unenforced) if heard.unenforced else decision


class _Consequences(Struct, frozen=True):
    """What goes with a decision, and what can't because it conflicts."""

    obligations: tuple[Due, ...] = ()
    advice: tuple[Due, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


_NOTHING: Final = _Consequences()


def _consequences(giving: Iterable[Verdict], *, is_barred: bool) -> _Consequences:
    """What `giving` rules give to the denial, where something bars an allowance, and else to the allowance."""
    if is_barred:
        grounds = [each for each in giving if each.rule.effect is not PERMIT and denies(each)]
    else:
        grounds = [each for each in giving if each.outcome is PERMITTED]
    obligations, conflicts = due(_given(grounds, lambda rule: rule.obligations))
    if conflicts and not is_barred:
        return _Consequences(conflicts=conflicts)  # there is no allowance, so nothing goes with it
    return _Consequences(obligations, advised(_given(grounds, lambda rule: rule.advice)), conflicts)


class _Heard(Struct):
    """Verdicts in their order, by what they mean; those of rules that are not enforced are apart."""

    denials: list[Verdict] = []
    permits: list[Verdict] = []
    waived: list[Verdict] = []
    errors: list[Verdict] = []
    bounds: list[Verdict] = []
    giving: list[Verdict] = []
    unenforced: list[Verdict] = []

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> "_Heard":
        """`verdicts` by what they mean; one loop and not a question for each, for every decision takes it."""
        heard = cls()
        for verdict in verdicts:
            if verdict.rule.enforcement is not ENFORCE:
                heard.unenforced.append(verdict)
                continue
            if verdict.outcome is PERMITTED:
                heard.permits.append(verdict)
            elif denies(verdict):
                heard.denials.append(verdict)
            if verdict.outcome is ERRORED:
                heard.errors.append(verdict)
            if verdict.waiver is not None:
                heard.waived.append(verdict)
            if verdict.bound is not None:
                heard.bounds.append(verdict)
            if verdict.rule.obligations or verdict.rule.advice:
                heard.giving.append(verdict)
        return heard


def failed(reason: str, *, policy_set: Digest, now: Instant) -> Decision:
    """The decision where none could be made: a denial that says why."""
    return Decision(allowed=False, policy_set=policy_set, now=now, failure=reason)


def _unmet(wanted: Iterable[Demand], permits: Iterable[Verdict]) -> tuple[Demand, ...]:
    met = {(permit.rule.layer, permit.rule.area, permit.item) for permit in permits}
    return tuple([demand for demand in wanted if (demand.layer, demand.area, demand.item) not in met])


def _announcing(decision: Decision, unenforced: Sequence[Verdict]) -> Decision:
    """`decision`, and beside it what rules say that are not enforced."""
    return replace(
        decision,
        warnings=_would_deny(unenforced, WARN),
        audits=_would_deny(unenforced, AUDIT),
        tried=tuple([verdict for verdict in unenforced if _says_more(verdict)]),
    )


def _would_deny(verdicts: Iterable[Verdict], mode: Enforcement) -> tuple[Verdict, ...]:
    return tuple([verdict for verdict in verdicts if verdict.rule.enforcement is mode and denies(verdict)])


def _says_more(verdict: Verdict) -> bool:
    """Whether a verdict that is not enforced says what is no denial and yet not nothing."""
    return verdict.outcome not in _SILENT and not denies(verdict)


def _given(
    verdicts: Iterable[Verdict], of: Callable[[RuleId], tuple[Obligation, ...]]
) -> list[tuple[PolicyName, Obligation]]:
    """What the rules of `verdicts` give, each with the policy that it is of."""
    return [(verdict.rule.policy, each) for verdict in verdicts for each in of(verdict.rule)]


def _by_subject(conflict: Conflict) -> tuple[str, str, tuple[PolicyName, ...]]:
    return conflict.subject, conflict.reason, conflict.policies


def _in_order(verdicts: Collection[Verdict], layers: Layers) -> list[Verdict]:
    if len(verdicts) <= 1:
        return list(verdicts)
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
