"""Rules that oblige, and what a decision on what they said owes, merged a second way from the design alone."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Final

from hypothesis import strategies as st
from msgspec.structs import replace

from interlock.identity import LayerName, ObligationName, PolicyName, RuleName, WaiverName
from interlock.model.area import Area, path
from interlock.model.decision import Decision
from interlock.model.layers import Layer, Layers
from interlock.model.obligation import Merge, Obligation, Value
from interlock.model.policy import Effect, Enforcement
from interlock.model.verdict import Outcome, RuleId, Verdict
from support.model import is_allowed
from support.rules import RULE

ITEMS: Final = {Area.TOOLS: 2}
ORGANIZATION: Final = LayerName("organization")
TEAM: Final = LayerName("team")
LAYERS: Final = Layers((Layer(name=ORGANIZATION, closed=frozenset({Area.TOOLS})), Layer(name=TEAM)))
"""Tools need a permit of the organization, and none of the team."""

_SETS: Final = tuple(frozenset(names) for names in ("a", "b", "c", "ab", "ac", "bc", "abc"))
CARRIERS: Final[Mapping[Merge, Sequence[Value]]] = {
    Merge.MIN: (-1, 0, 1, 2, 3),
    Merge.MAX: (-1, 0, 1, 2, 3),
    Merge.UNION: _SETS,
    Merge.INTERSECTION: _SETS,
    Merge.EQUAL: (0, 1, False, True, "", "1"),
}
"""Values of each merge, few enough to try all together."""

_JUDGING: Final = (Outcome.VIOLATED, Outcome.SATISFIED, Outcome.VIOLATED, Outcome.ERRORED)
_OUTCOMES: Final = {
    Effect.PERMIT: (Outcome.PERMITTED, Outcome.NOT_APPLICABLE, Outcome.PERMITTED, Outcome.ERRORED),
    Effect.FORBID: _JUDGING,
    Effect.LIMIT: _JUDGING,
}

Owed = dict[ObligationName, tuple[Value | None, tuple[PolicyName, ...]]]
"""By name the merged value, or None where it conflicts, and the policies that want it."""


def obligation(merge: Merge, value: Value) -> Obligation:
    """An obligation that is called after how it merges, so that each name merges in one way."""
    return Obligation(ObligationName(f"by-{merge}"), merge, value)


def obligations(merges: Iterable[Merge]) -> st.SearchStrategy[tuple[Obligation, ...]]:
    """What one rule obliges to: something that merges in one of these ways or more, each name once."""
    each = st.sampled_from([obligation(merge, value) for merge in merges for value in CARRIERS[merge][:3]])
    return st.lists(each, min_size=1, max_size=2, unique_by=lambda one: one.name).map(tuple)


def rule(
    policy: str,
    effect: Effect,
    obliges: Iterable[Obligation] = (),
    *,
    layer: LayerName = ORGANIZATION,
    enforcement: Enforcement = Enforcement.ENFORCE,
) -> RuleId:
    """A rule on tools."""
    return replace(
        RULE,
        policy=PolicyName(policy),
        layer=layer,
        effect=effect,
        enforcement=enforcement,
        obligations=tuple(obliges),
    )


def said(
    by: RuleId, outcome: Outcome, item: int = 0, *, waived: bool = False, ignored: bool = False
) -> Verdict:
    """What a rule said of one tool."""
    return Verdict(
        rule=by,
        outcome=outcome,
        item=path(Area.TOOLS, item),
        error="no such key" if outcome is Outcome.ERRORED else "",
        ignored=ignored,
        waiver=WaiverName("w") if waived else None,
    )


@st.composite
def sayings(draw: st.DrawFn) -> list[Verdict]:
    """What two to five rules said of two tools; half of the time there is a permit for both, and no denial.

    They know of one or two obligations, so that their values meet.
    """
    merges = draw(st.sampled_from([*combinations(Merge, 2), (Merge.EQUAL,), (Merge.INTERSECTION,)]))
    is_harmless = draw(st.booleans())
    found: list[Verdict] = []
    for number in range(draw(st.integers(2, 5))):
        effect = draw(st.sampled_from([Effect.PERMIT, Effect.PERMIT, Effect.FORBID, Effect.LIMIT]))
        by = rule(
            draw(st.sampled_from(["p", "q"])),
            effect,
            draw(obligations(merges)) if draw(st.integers(0, 4)) else (),
            layer=draw(st.sampled_from([ORGANIZATION, TEAM])),
            enforcement=draw(
                st.sampled_from([Enforcement.ENFORCE] * 5 + [Enforcement.WARN, Enforcement.AUDIT])
            ),
        )
        by = replace(by, rule=RuleName(f"r{number}"))
        harmful = {Outcome.VIOLATED, Outcome.ERRORED} if is_harmless else set()
        outcomes = [outcome for outcome in _OUTCOMES[effect] if outcome not in harmful]
        for item in range(ITEMS[Area.TOOLS]):
            outcome = draw(st.sampled_from(outcomes))
            waived = outcome is Outcome.VIOLATED and draw(st.booleans())
            ignored = outcome is Outcome.ERRORED and effect is not Effect.PERMIT and draw(st.booleans())
            found.append(said(by, outcome, item, waived=waived, ignored=ignored))
    if is_harmless:
        plain = rule("plain", Effect.PERMIT)
        found += [said(plain, Outcome.PERMITTED, item) for item in range(ITEMS[Area.TOOLS])]
    return found


def determining(verdicts: Iterable[Verdict], items: Mapping[Area, int] = ITEMS) -> list[Verdict]:
    """What the decision rests on: the permits where every layer allows, and else what denies."""
    enforced = [verdict for verdict in verdicts if verdict.rule.enforcement == Enforcement.ENFORCE]
    if is_allowed(enforced, LAYERS, items):
        return [verdict for verdict in enforced if verdict.outcome == Outcome.PERMITTED]
    return [verdict for verdict in enforced if verdict.rule.effect != Effect.PERMIT and _denies(verdict)]


def owed(verdicts: Iterable[Verdict], items: Mapping[Area, int] = ITEMS) -> Owed:
    """Everything that what determines the decision obliges to."""
    given: dict[ObligationName, list[tuple[PolicyName, Obligation]]] = {}
    for verdict in determining(verdicts, items):
        for each in verdict.rule.obligations:
            given.setdefault(each.name, []).append((verdict.rule.policy, each))
    return {
        name: (
            merged(wanted[0][1].merge, [each.value for _, each in wanted]),
            tuple(sorted({policy for policy, _ in wanted})),
        )
        for name, wanted in given.items()
    }


def merged(merge: Merge, values: Sequence[Value]) -> Value | None:
    """All `values` as one, in the words of the merge; None where they conflict."""
    numbers = [value for value in values if isinstance(value, int)]
    sets = [value for value in values if isinstance(value, frozenset)]
    match merge:
        case Merge.MIN:
            return min(numbers)
        case Merge.MAX:
            return max(numbers)
        case Merge.UNION:
            return frozenset().union(*sets)
        case Merge.INTERSECTION:
            return frozenset(name for name in sets[0] if all(name in other for other in sets)) or None
        case _:
            return values[0] if len({(type(value), value) for value in values}) == 1 else None


def wanted(decision: Decision) -> set[tuple[str, PolicyName]]:
    """Which policies have their obligations in `decision`, in what is due or in a conflict about it."""
    due = {(f"obligation `{each.name}`", policy) for each in decision.obligations for policy in each.policies}
    return due | {(each.subject, policy) for each in decision.conflicts for policy in each.policies}


def _denies(verdict: Verdict) -> bool:
    if verdict.outcome == Outcome.ERRORED:
        return not verdict.ignored
    return verdict.outcome == Outcome.VIOLATED and verdict.waiver is None
