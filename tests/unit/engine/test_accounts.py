"""What accounts are called, and what their names say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.engine.accounts import (
    Account,
    account_of,
    burst_account,
    key_of_run,
    run_and_key,
    window_account,
)
from interlock.identity import AccountName, BudgetName
from interlock.model.budget import Unit

BUDGETS = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", fullmatch=True).map(BudgetName)


@given(BUDGETS, st.sampled_from(Unit), st.text())
def test_a_name_says_what_it_was_made_of(budget: BudgetName, unit: Unit, key: str) -> None:
    for made, is_of_burst in ((window_account, False), (burst_account, True)):
        found = account_of(made(budget, unit, key))
        assert found == Account(budget=budget, unit=unit, key=key, is_of_burst=is_of_burst)


@given(st.text(), st.text())
def test_a_key_of_a_run_says_whose_it_is(run: str, key: str) -> None:
    assert run_and_key(key_of_run(run, key)) == (run, key)


@given(st.text(alphabet="a/%25F"), st.text(alphabet="a/%25F"))
def test_a_run_that_looks_like_an_escape_is_told_from_others(run: str, key: str) -> None:
    assert run_and_key(key_of_run(run, key)) == (run, key)


@pytest.mark.parametrize("name", ["", "team", "team/tokens", "team/minutes/a", "team/.burst/a", "team/TOKENS/"])
def test_what_no_budget_gives_says_nothing(name: str) -> None:
    assert account_of(AccountName(name)) is None
