"""How accounts stand: windows, paces and what is passed over."""

import pytest

from interlock.engine.standings import AccountStanding, standings
from interlock.identity import AccountName
from interlock.ledger.answers import AccountEntry
from interlock.model.balances import Standing
from interlock.model.budget import Budget
from interlock.model.charge import Level
from interlock.units import Instant
from support.budgets import engine_of, limited
from support.ledgers import HOUR, MINUTE, NOW, ORGANIZATION

EIGHT = 8 * HOUR
"""NOW is eight in the morning."""


def entry(bucket: int, spent: int, *, held: int = 0, key: str = "", parts: int = 0) -> AccountEntry:
    return AccountEntry(
        organization=ORGANIZATION,
        account=AccountName(f"team-tokens/calls/{key}"),
        bucket=Instant(bucket),
        standing=Standing(spent, parts, held),
    )


def stands(window: str, *entries: AccountEntry, spec: str = "", limit: int = 100) -> AccountStanding:
    """How the only account stands."""
    found = standings(budgets(window, spec, limit), entries, NOW)
    (account,) = found.accounts
    assert found.others == ()
    return account


def budgets(window: str, spec: str = "", limit: int = 100) -> list[Budget]:
    policies = engine_of(limited("calls", limit, spec, window=window)).policies
    return [each.budget for each in policies.budgets]


DAY = "{calendar: {every: day}}"


def test_a_calendar_counts_since_its_window_started() -> None:
    midnight = NOW - EIGHT
    account = stands(DAY, entry(midnight, 25, held=5, parts=1), entry(midnight - 1, 70))
    assert (account.charge.spent, account.charge.held, account.charge.left) == (26, 5, 69)
    assert (account.starts, account.charge.ends) == (midnight, midnight + 24 * HOUR)


@pytest.mark.parametrize(
    ("spent", "reached"), [(40, 12 * HOUR), (34, 15 * HOUR + 31 * MINUTE + 45_883), (33, None)]
)
def test_a_calendar_is_exhausted_at_the_pace_since_it_started(spent: int, reached: int | None) -> None:
    account = stands(DAY, entry(NOW - EIGHT, spent))
    assert account.exhausted_at == (None if reached is None else NOW + reached)


def test_a_rolling_window_fills_up_only_while_it_is_young() -> None:
    young = stands("{rolling: 1h}", entry(NOW - 20 * MINUTE, 30), entry(NOW - 10 * MINUTE, 20))
    assert young.exhausted_at == NOW + 20 * MINUTE
    slow = stands("{rolling: 1h}", entry(NOW - 20 * MINUTE, 30))
    assert slow.exhausted_at is None
    old = stands("{rolling: 1h}", *(entry(NOW - minute * MINUTE, 1) for minute in range(60)))
    assert old.charge.spent == 60
    assert old.exhausted_at is None


def test_what_was_given_back_is_no_first_use() -> None:
    account = stands("{rolling: 1h}", entry(NOW - 50 * MINUTE, 0), entry(NOW - 10 * MINUTE, 50))
    assert account.exhausted_at == NOW + 10 * MINUTE


def test_a_rolling_window_counts_what_is_not_too_old() -> None:
    account = stands("{rolling: 1h}", entry(NOW - 61 * MINUTE, 30), entry(NOW - 59 * MINUTE, 20))
    assert account.charge.spent == 20
    assert account.charge.ends is None
    assert account.starts == NOW - HOUR


@pytest.mark.parametrize("window", ["{lifetime: true}", "{run: {}}"])
def test_what_lasts_has_neither_a_start_nor_a_pace(window: str) -> None:
    account = stands(window, entry(0, 99, key="r"))
    assert (account.starts, account.charge.ends, account.exhausted_at) == (None, None, None)
    assert (account.run, account.charge.key) == (("r", "") if "run" in window else (None, "r"))


@pytest.mark.parametrize(
    ("used", "level"),
    [(49, Level.WITHIN), (50, Level.WARNING), (90, Level.NOTICE), (100, Level.NOTICE), (101, Level.EXCEEDED)],
)
def test_an_account_has_the_level_that_it_has_without_a_request(used: int, level: Level) -> None:
    account = stands("{lifetime: true}", entry(0, used - 1, held=1), spec="  warnAt: 50\n  notifyAt: 90\n")
    assert account.charge.level is level


def test_what_nothing_counts_on_is_passed_over() -> None:
    found = standings(budgets(DAY), [entry(NOW - EIGHT, 0), entry(NOW - 25 * HOUR, 9, key="a")], NOW)
    assert (found.accounts, found.others) == ((), ())


def test_a_unit_that_a_budget_has_no_more_is_told_apart() -> None:
    gone = AccountEntry(
        organization=ORGANIZATION,
        account=AccountName("team-tokens/calls.burst/"),
        bucket=NOW,
        standing=Standing(1),
    )
    found = standings(budgets(DAY), [gone], NOW)
    assert [(each.account, each.standing) for each in found.others] == [
        ("team-tokens/calls.burst/", Standing(1))
    ]
