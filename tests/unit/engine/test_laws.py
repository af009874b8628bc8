"""Why a permit does not help, by the law that is in its way."""

from msgspec.structs import replace

from interlock.engine.laws import Law, unavailing
from interlock.identity import ObligationName
from interlock.model.area import Area
from interlock.model.decision import Decision, Demand
from interlock.model.obligation import Merge, Obligation
from interlock.model.policy import Effect, Enforcement
from interlock.model.verdict import Outcome, Verdict
from support.rules import RULE
from support.strategies import DIGEST, NAMES, NOW

_RULE = replace(RULE, effect=Effect.PERMIT, layer=NAMES[1], area=Area.TOOLS)
_PERMIT = Verdict(rule=_RULE, outcome=Outcome.PERMITTED, item="tools[0]")
_DEMAND = Demand(NAMES[0], Area.TOOLS, "tools[0]")
_DENIED = Decision(allowed=False, policy_set=DIGEST, now=NOW)


def _laws(decision: Decision) -> list[Law]:
    return [each.law for each in unavailing(decision)]


def test_a_permit_of_another_layer_does_not_help() -> None:
    assert _laws(replace(_DENIED, permits=(_PERMIT,), missing=(_DEMAND,))) == [Law.LAYER_CEILING]


def test_a_permit_takes_back_no_denial_of_its_item() -> None:
    denial = replace(_PERMIT, rule=RULE, outcome=Outcome.VIOLATED)
    assert _laws(replace(_DENIED, permits=(_PERMIT,), denials=(denial,))) == [Law.DENY_OVERRIDES]
    elsewhere = replace(denial, item="tools[1]")
    assert _laws(replace(_DENIED, permits=(_PERMIT,), denials=(elsewhere,))) == []


def test_a_permit_that_fails_does_not_help() -> None:
    failing = replace(_PERMIT, outcome=Outcome.ERRORED, error="no such key")
    assert _laws(replace(_DENIED, errors=(failing,), missing=(_DEMAND,))) == [Law.ERROR_NEVER_OPENS]


def test_a_permit_that_is_not_enforced_does_not_help() -> None:
    tried = replace(_PERMIT, rule=replace(_RULE, enforcement=Enforcement.AUDIT))
    failing = replace(tried, outcome=Outcome.ERRORED, error="no such key")
    found = _laws(replace(_DENIED, tried=(failing, tried), missing=(_DEMAND,)))
    assert found == [Law.NON_INTERFERENCE]


def test_a_permit_whose_obligation_nobody_meets_does_not_help() -> None:
    name = ObligationName("redact")
    rule = replace(_RULE, obligations=(Obligation(name, Merge.EQUAL, "all"),))
    decision = replace(_DENIED, permits=(replace(_PERMIT, rule=rule), _PERMIT), undischarged=(name,))
    assert _laws(decision) == [Law.OBL_UNKNOWN_DENIES]


def test_where_nothing_is_missing_no_law_is_named() -> None:
    assert _laws(replace(_DENIED, allowed=True, permits=(_PERMIT,))) == []
