"""Which obligations go with which decision, case by case, and where an engine that stops early drops some.

The questions are XACML's: what is fulfilled on an allowance and what on a denial,
through nested policies, past errors and past rules that were enough without others.
"""

from dataclasses import dataclass
from itertools import permutations
from typing import Final

import pytest
from msgspec.structs import replace

from interlock.model.obligation import Merge, Obligation
from interlock.model.policy import Effect, Enforcement
from interlock.model.verdict import Outcome, Verdict
from support.laws import decided, errored
from support.obligations import ITEMS, LAYERS, TEAM, obligation, rule, said

_KEEP: Final = obligation(Merge.MAX, 3)
_KEEP_LESS: Final = obligation(Merge.MAX, 1)
_REDACT: Final = obligation(Merge.UNION, frozenset("a"))
_REDACT_MORE: Final = obligation(Merge.UNION, frozenset("b"))

_GRANT: Final = said(rule("grant", Effect.PERMIT, [_KEEP]), Outcome.PERMITTED)
_OTHER: Final = said(rule("other", Effect.PERMIT, [_REDACT]), Outcome.PERMITTED)
_PLAIN: Final = said(rule("plain", Effect.PERMIT), Outcome.PERMITTED)
_BELOW: Final = said(rule("below", Effect.PERMIT, [_REDACT_MORE], layer=TEAM), Outcome.PERMITTED)
_BAN: Final = said(rule("ban", Effect.FORBID, [_KEEP_LESS]), Outcome.VIOLATED)
_BAN_BELOW: Final = said(rule("ban-below", Effect.REQUIRE, [_REDACT], layer=TEAM), Outcome.VIOLATED)
_OVER: Final = said(rule("over", Effect.LIMIT, [_REDACT_MORE]), Outcome.VIOLATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What was said of one tool, in the order of documents, and what the decision is and obliges to.

    `first` is what an engine that stops at the first rule that settles it
    would oblige to.
    """

    said: tuple[Verdict, ...]
    allowed: bool
    due: dict[Obligation, tuple[str, ...]]
    first: tuple[Obligation, ...]


_CASES: Final = {
    "a permit obliges an allowance": _Case(
        said=(_GRANT,), allowed=True, due={_KEEP: ("grant",)}, first=(_KEEP,)
    ),
    "a permit does not oblige a denial": _Case(
        said=(_BAN, _GRANT), allowed=False, due={_KEEP_LESS: ("ban",)}, first=(_KEEP_LESS,)
    ),
    "a rule that is satisfied obliges nobody": _Case(
        said=(replace(_BAN, outcome=Outcome.SATISFIED), _PLAIN), allowed=True, due={}, first=()
    ),
    "a second permit obliges too": _Case(
        said=(_GRANT, _OTHER), allowed=True, due={_KEEP: ("grant",), _REDACT: ("other",)}, first=(_KEEP,)
    ),
    "a permit without obligations shields from none": _Case(
        said=(_PLAIN, _GRANT), allowed=True, due={_KEEP: ("grant",)}, first=()
    ),
    "a permit of a layer that needs none obliges too": _Case(
        said=(_PLAIN, _BELOW), allowed=True, due={_REDACT_MORE: ("below",)}, first=()
    ),
    "allow-lists of two layers oblige together": _Case(
        said=(_OTHER, _BELOW),
        allowed=True,
        due={obligation(Merge.UNION, frozenset("ab")): ("below", "other")},
        first=(_REDACT,),
    ),
    "a denial below leaves nothing of the permits above": _Case(
        said=(_GRANT, _BAN_BELOW), allowed=False, due={_REDACT: ("ban-below",)}, first=(_KEEP,)
    ),
    "all denials oblige, of all layers": _Case(
        said=(_BAN, _BAN_BELOW, _OVER),
        allowed=False,
        due={_KEEP_LESS: ("ban",), obligation(Merge.UNION, frozenset("ab")): ("ban-below", "over")},
        first=(_KEEP_LESS,),
    ),
    "a denial because nobody permits obliges to nothing of others": _Case(
        said=(_BELOW,), allowed=False, due={}, first=(_REDACT_MORE,)
    ),
    "what a waiver lifts obliges nobody": _Case(
        said=(replace(_BAN, waiver="w"), _GRANT), allowed=True, due={_KEEP: ("grant",)}, first=(_KEEP,)
    ),
    "what is not enforced obliges nobody": _Case(
        said=(
            said(rule("tried", Effect.PERMIT, [_REDACT], enforcement=Enforcement.WARN), Outcome.PERMITTED),
            said(rule("audit", Effect.FORBID, [_REDACT], enforcement=Enforcement.AUDIT), Outcome.VIOLATED),
            _GRANT,
        ),
        allowed=True,
        due={_KEEP: ("grant",)},
        first=(_KEEP,),
    ),
    "a failing rule obliges as one that denies": _Case(
        said=(_GRANT, errored(_BAN)), allowed=False, due={_KEEP_LESS: ("ban",)}, first=(_KEEP,)
    ),
    "an error that is ignored obliges nobody": _Case(
        said=(replace(errored(_BAN), ignored=True), _GRANT),
        allowed=True,
        due={_KEEP: ("grant",)},
        first=(_KEEP,),
    ),
}
_TRAPS: Final = {name for name, case in _CASES.items() if set(case.first) != set(case.due)}


@pytest.mark.parametrize("case", _CASES.values(), ids=_CASES.keys())
def test_xacml_agrees(case: _Case) -> None:
    for order in permutations(case.said):
        decision = decided(order, LAYERS, dict.fromkeys(ITEMS, 1))
        assert decision.allowed == case.allowed
        assert {(each.name, each.value): each.policies for each in decision.obligations} == {
            (each.name, each.value): policies for each, policies in case.due.items()
        }


@pytest.mark.parametrize("case", _CASES.values(), ids=_CASES.keys())
def test_an_engine_that_stops_early_drops_obligations(case: _Case) -> None:
    settling = {Outcome.PERMITTED, Outcome.VIOLATED, Outcome.ERRORED}
    enforced = [each for each in case.said if each.rule.enforcement == Enforcement.ENFORCE]
    settled = [e for e in enforced if e.outcome in settling and not e.waiver and not e.ignored]
    assert settled[0].rule.obligations == case.first


def test_half_of_the_cases_are_traps_for_an_engine_that_stops_early() -> None:
    assert len(_TRAPS) >= len(_CASES) / 2


def test_an_error_of_a_permit_with_obligations_denies_beside_a_permit_without() -> None:
    plain = said(rule("p", Effect.PERMIT), Outcome.PERMITTED)
    obliging = said(rule("q", Effect.PERMIT, [_KEEP]), Outcome.ERRORED)
    decision = decided([plain, obliging], LAYERS, {})
    assert not decision.allowed
    assert decision.denials == decision.errors == (obliging,)
