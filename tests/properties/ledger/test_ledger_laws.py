"""The laws of every ledger: whatever is asked of it, in which order, and when.

NO_OVERSPEND, CONSERVATION, DENY_HOLDS_NOTHING, EXACTLY_ONCE, HOLD_EXPIRES,
AVAIL_IS_MIN and EXACT_MONEY, as `support.accounting.laws` says them.
test_seeded_bugs.py shows that each of them can be broken, and that it is seen.
"""

from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from support.accounting.machine import keeping
from support.stores import STORES, opening


@pytest.mark.parametrize("store", STORES)
def test_whatever_is_asked_every_law_is_kept(store: str, tmp_path: Path) -> None:
    with opening(store, tmp_path) as opened:
        run_state_machine_as_test(keeping(opened), settings=settings(stateful_step_count=25))
