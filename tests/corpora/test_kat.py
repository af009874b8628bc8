"""The policies of kat over its cases, those that it passes and those that it fails."""

from pathlib import Path

import pytest

from interlock.model.ruling import MUTATING
from support.foreign import kat_mutations
from support.foreign.kat import KAT, Case, cases, difference

pytestmark = pytest.mark.skipif(not KAT.is_dir(), reason="the third-party test data is not beside this clone")

RIGHT = {
    "conditional-policy/conditional.prod-ha.deny",
    "track-privileged-audit/track-privileged.unprivileged-pod.audit",
}
"""Cases that pass beside others of their policy that fail."""

MUTATED_RIGHT = {"add-default-labels/add-default-labels.has-environment"}
"""The same of policies that mutate."""


@pytest.mark.parametrize("case", [*cases("test-policies-pass")], ids=lambda case: case.id)
def test_a_case_that_passes_there_passes_here(case: Case, tmp_path: Path) -> None:
    assert difference(case, tmp_path) == ""


@pytest.mark.parametrize("case", [*cases("test-policies-fail")], ids=lambda case: case.id)
def test_a_case_that_fails_there_fails_here(case: Case, tmp_path: Path) -> None:
    assert (difference(case, tmp_path) == "") is (case.id in RIGHT)


@pytest.mark.parametrize("case", [*cases("test-policies-pass", MUTATING)], ids=lambda case: case.id)
def test_what_a_case_that_passes_there_makes_is_made_here(case: Case, tmp_path: Path) -> None:
    assert kat_mutations.difference(case, tmp_path) == ""


@pytest.mark.parametrize("case", [*cases("test-policies-fail", MUTATING)], ids=lambda case: case.id)
def test_what_a_case_that_fails_there_makes_is_not_made_here(case: Case, tmp_path: Path) -> None:
    assert (kat_mutations.difference(case, tmp_path) == "") is (case.id in MUTATED_RIGHT)
