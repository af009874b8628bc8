"""Requests that go on: what is held for them, and what is answered to who asks again."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.engine.admission import Admission, Admitted
from interlock.engine.group import Ask
from interlock.engine.repetition import Misused, Once, Repeated
from interlock.errors import OperatorError, RequestError
from interlock.identity import Digest, HoldId
from interlock.ledger.answers import Short, Taken
from interlock.ledger.hold import Taking
from interlock.ledger.stores.memory import MemoryLedger
from interlock.model.decision import Decision
from interlock.units import Instant, Milliseconds
from support.admitting import at_once
from support.budgets import call, engine_of, intent_of, limited
from support.ledgers import MINUTE, NOW, whole
from support.waivers import NOW as STARTED
from support.waivers import asks_for, policies_with, waiver

FIVE_CALLS = limited("calls", 5, "  key: intent.attribution.?team.orValue('')\n")


def ask(engine: Engine, *documents: dict[str, Any], lasts: int = 10 * MINUTE) -> list[Ask]:
    return [
        Ask(intent=intent_of(engine, document), lasts=Milliseconds(lasts))
        for document in documents or (call(),)
    ]


def admit(
    engine: Engine, ledger: MemoryLedger, asks: Sequence[Ask], now: int = NOW, once: Once | None = None
) -> Admitted:
    return at_once(Admission(engine, ledger).admit(asks, now=Instant(now), once=once))


def decided(answer: Admitted) -> tuple[Decision, ...]:
    assert isinstance(answer, tuple)
    return answer


def held(ledger: MemoryLedger, now: int = NOW) -> int:
    return sum(sum(each.amounts.values()) for each in at_once(ledger.holds(Instant(now))))


def test_an_allowed_request_holds_what_it_draws() -> None:
    engine, ledger = engine_of(limited("tokens", 1000)), MemoryLedger()
    (decision,) = decided(admit(engine, ledger, ask(engine, call(attribution={"team": "search"}))))
    (hold,) = at_once(ledger.holds(NOW))
    assert decision.held is not None
    assert record(decision)["hold"] == {"id": hold.id, "expires": "2027-01-15T08:10:00.000Z"}
    assert (hold.amounts, hold.expires) == ({"team-tokens/tokens/": 104}, NOW + 10 * MINUTE)
    assert hold.facts == {
        "action": "model.chat",
        "principal": "unknown",
        "team": "search",
        "model": "priced",
        "provider": "acme",
    }


def test_a_denied_request_holds_nothing() -> None:
    engine, ledger = engine_of(limited("tokens", 103)), MemoryLedger()
    (decision,) = decided(admit(engine, ledger, ask(engine)))
    assert (decision.allowed, decision.held, held(ledger)) == (False, None, 0)


def test_considering_holds_nothing_and_sees_what_is_held() -> None:
    engine, ledger = engine_of(FIVE_CALLS), MemoryLedger()
    admit(engine, ledger, ask(engine))
    admission = Admission(engine, ledger)
    decision = at_once(admission.consider(ask(engine)[0], now=NOW))
    assert (decision.charges[0].held, held(ledger)) == (1, 1)


def test_requests_are_allowed_until_nothing_is_left() -> None:
    engine, ledger = engine_of(FIVE_CALLS), MemoryLedger()
    answers = [decided(admit(engine, ledger, ask(engine)))[0].allowed for _ in range(7)]
    assert answers == [True] * 5 + [False] * 2


def test_what_is_spent_is_not_there_for_the_next() -> None:
    engine, ledger = engine_of(limited("tokens", 300)), MemoryLedger()
    (first,) = decided(admit(engine, ledger, ask(engine)))
    assert first.held is not None
    at_once(ledger.settle(HoldId(first.held.id), whole(tokens=250), NOW))
    (second,) = decided(admit(engine, ledger, ask(engine)))
    assert (second.allowed, second.charges[0].spent, second.charges[0].left) == (False, 250, 50)


class Contested(MemoryLedger):
    """A ledger of which others take everything between a glance and the first `rivals` takings."""

    def __init__(self, rivals: int) -> None:
        super().__init__()
        self.rivals = rivals

    async def take(self, taking: Taking, now: Instant) -> Taken:
        if self.rivals:
            self.rivals -= 1
            return Short(())
        return await super().take(taking, now)


def test_who_was_overtaken_is_decided_again() -> None:
    engine, ledger = engine_of(FIVE_CALLS), Contested(3)
    (decision,) = decided(admit(engine, ledger, ask(engine)))
    assert (decision.allowed, held(ledger)) == (True, 1)


def test_who_is_always_overtaken_is_denied() -> None:
    engine, ledger = engine_of(FIVE_CALLS), Contested(1000)
    (decision,) = decided(admit(engine, ledger, ask(engine)))
    assert decision.failure == "others took what was left while it was decided, each time: ask again"


class Broken(MemoryLedger):
    """A ledger that can't be used."""

    async def take(self, taking: Taking, now: Instant) -> Taken:
        raise OperatorError(f"the disk is full at {now} for {taking.organization}")


def test_a_ledger_that_fails_denies(caplog: pytest.LogCaptureFixture) -> None:
    engine = engine_of(FIVE_CALLS)
    (decision,) = decided(admit(engine, Broken(), ask(engine)))
    assert (decision.allowed, decision.failure) == (False, "the ledger can't be used now")
    assert "the disk is full" in caplog.text


def test_who_draws_on_nothing_needs_no_ledger() -> None:
    engine = engine_of()
    assert decided(admit(engine, Broken(), ask(engine)))[0].allowed


# Operators


def test_operators_are_told_once_that_a_share_is_used(caplog: pytest.LogCaptureFixture) -> None:
    key = "intent.attribution.?team.orValue('')"
    engine = engine_of(
        limited("calls", 10, f"  notifyAt: 50\n  key: {key}\n", more=", burst: {limit: 9, within: 1s}")
    )
    ledger = MemoryLedger()
    for _ in range(10):
        admit(engine, ledger, ask(engine, call(attribution={"team": "search"})))
    assert caplog.messages == ["budget `team-tokens` of `search` has reached 50 % of its calls"]


def test_operators_are_told_of_a_hold_that_leaps_over_the_share(caplog: pytest.LogCaptureFixture) -> None:
    engine, ledger = engine_of(limited("tokens", 120, "  notifyAt: 80\n")), MemoryLedger()
    admit(engine, ledger, ask(engine))
    assert caplog.messages == ["budget `team-tokens` has reached 80 % of its tokens"]


# Groups


def test_a_group_is_held_whole() -> None:
    engine, ledger = engine_of(FIVE_CALLS), MemoryLedger()
    decisions = decided(admit(engine, ledger, ask(engine, *[call()] * 5)))
    assert [decision.allowed for decision in decisions] == [True] * 5
    assert [decision.charges[0].held for decision in decisions] == [0, 1, 2, 3, 4]
    assert len({decision.held.id for decision in decisions if decision.held}) == 5


def test_a_group_of_which_one_is_denied_holds_nothing() -> None:
    engine, ledger = engine_of(FIVE_CALLS), MemoryLedger()
    decisions = decided(admit(engine, ledger, ask(engine, *[call()] * 6)))
    assert not any(decision.allowed for decision in decisions)
    assert decisions[0].failure == "another request of its group is denied"
    assert record(decisions[5])["reasons"][0]["code"] == "exhausted"
    assert held(ledger) == 0


def test_a_group_is_of_one_organization() -> None:
    engine, ledger = engine_of(FIVE_CALLS), MemoryLedger()
    asks = ask(engine, call(attribution={"organization": "a"}), call(attribution={"organization": "b"}))
    with pytest.raises(RequestError, match="must be of one organization"):
        admit(engine, ledger, asks)


# Requests that are made again

ONCE = Once(Digest("key"), Digest("body"))


def test_a_request_that_is_made_again_is_answered_again_and_holds_nothing_more() -> None:
    engine, ledger = engine_of(FIVE_CALLS), MemoryLedger()
    first = decided(admit(engine, ledger, ask(engine), once=ONCE))
    again = admit(engine, ledger, ask(engine), NOW + MINUTE, ONCE)
    assert again == Repeated([record(decision) for decision in first])
    assert held(ledger) == 1


def test_a_denial_is_answered_again() -> None:
    engine, ledger = engine_of(limited("calls", 0)), MemoryLedger()
    first = decided(admit(engine, ledger, ask(engine), once=ONCE))
    assert admit(engine_of(), ledger, ask(engine), NOW + MINUTE, ONCE) == Repeated([record(first[0])])


def test_a_key_with_another_body_is_misused() -> None:
    engine, ledger = engine_of(FIVE_CALLS), MemoryLedger()
    admit(engine, ledger, ask(engine), once=ONCE)
    assert admit(engine, ledger, ask(engine), once=Once(Digest("key"), Digest("other"))) == Misused()


def test_of_the_same_request_at_once_one_holds() -> None:
    engine, ledger = engine_of(FIVE_CALLS), MemoryLedger()

    async def both() -> list[Admitted]:
        admission = Admission(engine, ledger)
        return await asyncio.gather(*[admission.admit(ask(engine), now=NOW, once=ONCE) for _ in range(5)])

    answers = asyncio.run(both())
    assert sum(isinstance(answer, tuple) for answer in answers) == 1
    assert held(ledger) == 1


# Uses of waivers

BUDGETED = limited("calls", 1)


def _waived(uses: int) -> Engine:
    waived = policies_with((waiver("trial", "small", uses=uses),))
    return Engine(replace(waived, budgets=engine_of(BUDGETED).policies.budgets))


def test_a_use_and_a_hold_are_taken_together() -> None:
    engine, ledger = _waived(1), MemoryLedger()
    (decision,) = decided(admit(engine, ledger, [Ask(intent=asks_for("large", engine))], STARTED))
    assert (decision.allowed, decision.uses[0].left, held(ledger, STARTED)) == (True, 1, 1)


def test_no_use_is_taken_where_the_hold_does_not_fit() -> None:
    engine, ledger = _waived(2), MemoryLedger()
    admit(engine, ledger, [Ask(intent=asks_for("small", engine))], STARTED)
    (decision,) = decided(admit(engine, ledger, [Ask(intent=asks_for("large", engine))], STARTED))
    assert (decision.allowed, decision.uses[0].left) == (False, 2)
    assert engine.decide(asks_for("large", engine), now=STARTED).uses[0].left == 2


def test_a_request_with_a_use_that_is_made_again_is_answered_again() -> None:
    engine, ledger = _waived(1), MemoryLedger()
    asks = [Ask(intent=asks_for("large", engine))]
    first = decided(admit(engine, ledger, asks, STARTED, ONCE))
    assert admit(engine, ledger, asks, STARTED, ONCE) == Repeated([record(first[0])])
    assert held(ledger, STARTED) == 1
