"""What is said of accounts is what a request at that moment would find."""

from collections.abc import Sequence
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from interlock.engine.admission import Admission
from interlock.engine.group import Ask
from interlock.engine.standings import standings
from interlock.identity import HoldId
from interlock.ledger.stores.memory import MemoryLedger
from interlock.model.balances import Standing
from interlock.model.charge import Charge
from interlock.units import Instant, Milliseconds
from support.admitting import at_once
from support.budgets import call, engine_of, intent_of
from support.documents import budget
from support.ledgers import MINUTE, NOW, whole

WINDOWS: Final = {
    "month": "{calendar: {every: month, timeZone: Europe/Berlin}}",
    "hour": "{calendar: {every: hour}}",
    "minute": "{rolling: 1m}",
    "ever": "{lifetime: true}",
    "run": "{run: {idle: 5m}}",
}
KEY: Final = '  key: intent.attribution.?team.orValue("")\n'
LIMITS: Final = (
    "    - {unit: tokens, limit: 100000, burst: {limit: 5000, within: 7s}}\n    - {unit: cost, limit: '1'}\n"
)
ENGINE: Final = engine_of(
    *(budget(KEY, name=name, window=window, limits=LIMITS) for name, window in WINDOWS.items())
)
TEAMS: Final = ("", "a", "a/b", "%2F")
RUNS: Final = ("r", "r/a", "%")

STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 999, 7_000, MINUTE, 10 * MINUTE, 59 * MINUTE]),
        st.sampled_from(TEAMS),
        st.sampled_from(RUNS),
        st.sampled_from(["settle", "release", "leave"]),
    ),
    max_size=12,
)


def ask(team: str, run: str) -> Ask:
    request = call(attribution={"team": team} if team else {}, run={"id": run})
    return Ask(intent=intent_of(ENGINE, request), lasts=Milliseconds(MINUTE))


def walked(ledger: MemoryLedger, steps: Sequence[tuple[int, str, str, str]]) -> Instant:
    """When all of `steps` were taken: each waits, asks, and may end what it took."""
    now = NOW
    for wait, team, run, end in steps:
        now = Instant(now + wait)
        answer = at_once(Admission(ENGINE, ledger).admit([ask(team, run)], now=now))
        assert isinstance(answer, tuple)
        held = answer[0].held
        if held is not None and end == "settle":
            used = {**whole(tokens=7), "cost": 1_500_001}
            at_once(ledger.settle(HoldId(held.id), used, now))
        elif held is not None and end == "release":
            at_once(ledger.release(HoldId(held.id), now))
    return now


def said(charge: Charge, team: str, run: str | None) -> tuple[object, ...]:
    """Whose account of what it is, and how that stands."""
    account = charge.budget, charge.unit, charge.within, run, team
    return (*account, charge.limit, charge.spent, charge.held, charge.left, charge.on_exceed)


def found(ledger: MemoryLedger, team: str, run: str, now: Instant) -> set[tuple[object, ...]]:
    """What a request finds that anything counts on."""
    decision = at_once(Admission(ENGINE, ledger).consider(ask(team, run), now=now))
    return {
        said(charge, team, run if charge.budget == "run" else None)
        for charge in decision.charges
        if charge.spent or charge.held
    }


@given(STEPS, st.sampled_from([0, 1, 6_999, 7_000, 59_999, MINUTE, 5 * MINUTE, 60 * MINUTE]))
def test_a_statement_says_what_a_request_would_find(
    steps: Sequence[tuple[int, str, str, str]], wait: int
) -> None:
    ledger = MemoryLedger()
    now = Instant(walked(ledger, steps) + wait)
    at_once(ledger.sweep(now))
    budgets = [each.budget for each in ENGINE.policies.budgets]
    told = standings(budgets, at_once(ledger.accounts()), now)
    assert told.others == ()
    assert {said(each.charge, each.charge.key, each.run) for each in told.accounts} == {
        each for team in TEAMS for run in RUNS for each in found(ledger, team, run, now)
    }


def test_what_no_budget_in_force_has_is_told_apart() -> None:
    ledger = MemoryLedger()
    now = walked(ledger, [(0, "a", "r", "settle")])
    told = standings([], at_once(ledger.accounts()), now)
    assert told.accounts == ()
    assert {each.standing for each in told.others} == {Standing(7), Standing(1, 500_001)}
