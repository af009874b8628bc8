"""ATOMIC_LINEAGE: wherever a store fails within a step, all of the step is there or nothing of it is.

Who asks again, under the same key or about the same hold, is told which, and
it is done once in the end.
"""

from itertools import count
from pathlib import Path

import pytest

from interlock.identity import OrganizationName
from interlock.ledger.hold import FOREVER
from support.accounting.faults import FAULTS, Fault
from support.accounting.lineages import STEPS, End, Told, ended
from support.ledgers import steps


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.store}-{fault.name}")
def test_a_step_that_fails_anywhere_is_done_or_it_is_not(fault: Fault, name: str, tmp_path: Path) -> None:
    with fault.kept(fault.store, tmp_path) as (opened, failing), steps(opened) as store:
        place = 0
        for place in count(0, fault.stride):
            # One of its own for each, as whoever fails may leave something behind.
            of = OrganizationName(f"acme {place:06}")
            end = ended(store, failing(store.ledger, place), store, STEPS[name], Told(STEPS[name], of))
            store.do(store.ledger.sweep(FOREVER))
            if end is End.ANSWERED:
                break
        assert place > 0, "nothing failed at all"
