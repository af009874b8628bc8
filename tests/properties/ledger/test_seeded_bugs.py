"""The laws have teeth: a ledger that is wrong in one place breaks one of them, and is seen to.

With `-rP` pytest prints which law each of them breaks first.
"""

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from support.accounting.laws import Broken
from support.accounting.machine import keeping
from support.accounting.mutants import MUTANTS, Mutant, mutated

_SEARCH = settings(
    max_examples=600,
    stateful_step_count=30,
    derandomize=True,
    database=None,
    deadline=None,
    # What fails need not be small, only found.
    phases=[Phase.generate],
    report_multiple_bugs=False,
    print_blob=False,
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_wrong_ledger_breaks_a_law(mutant: Mutant, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Broken) as broken:
        run_state_machine_as_test(keeping(mutated(mutant)), settings=_SEARCH)
    capsys.readouterr()  # the steps that led there
    print(f"{broken.value.law.name} is broken where {mutant.name}")  # noqa: T201 - for who asks
