"""The policies of Gatekeeper's library that are in CEL, over the objects of their suites."""

from pathlib import Path

import pytest
import re2

from support.foreign.gatekeeper import LIBRARY, Case, cases, outcome

pytestmark = pytest.mark.skipif(
    not LIBRARY.is_dir(), reason="the third-party test data is not beside this clone"
)


@pytest.mark.parametrize("case", [*cases()], ids=lambda case: case.id)
def test_an_object_violates_a_constraint_where_its_suite_says_so(case: Case, tmp_path: Path) -> None:
    found = outcome(case, tmp_path)
    assert not [denial for denial in found.denials if denial.is_error]
    for assertion in case.assertions:
        messages = [
            denial.message
            for denial in found.denials
            if re2.search(assertion.get("message", ""), denial.message)
        ]
        wanted = assertion.get("violations", "yes")
        if isinstance(wanted, bool):
            assert bool(messages) is wanted
        elif isinstance(wanted, int):
            assert len(messages) == wanted
        else:
            assert bool(messages) is (wanted == "yes")
