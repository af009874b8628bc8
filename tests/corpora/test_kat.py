"""The validating policies of kat over its cases, those that it passes and those that it fails."""

from pathlib import Path

import pytest

from support.foreign.kat import KAT, Case, cases, difference

pytestmark = pytest.mark.skipif(not KAT.is_dir(), reason="the third-party test data is not beside this clone")

RIGHT = {
    "conditional-policy/conditional.prod-ha.deny",
    "track-privileged-audit/track-privileged.unprivileged-pod.audit",
}
"""Cases that pass beside others of their policy that fail."""


@pytest.mark.parametrize("case", [*cases("test-policies-pass")], ids=lambda case: case.id)
def test_a_case_that_passes_there_passes_here(case: Case, tmp_path: Path) -> None:
    assert difference(case, tmp_path) == ""


@pytest.mark.parametrize("case", [*cases("test-policies-fail")], ids=lambda case: case.id)
def test_a_case_that_fails_there_fails_here(case: Case, tmp_path: Path) -> None:
    assert (difference(case, tmp_path) == "") is (case.id in RIGHT)
