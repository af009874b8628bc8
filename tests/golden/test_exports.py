"""What the shipped library is exported as, and why most of it isn't: exactly the files of testdata/exports.

`pytest tests/golden/test_exports.py --update-golden` renews them.
"""

from pathlib import Path
from typing import Any

import pytest

from interlock.loading.policyset import load
from interlock.policytest.read import read_suites
from support.commandline import run
from support.exporting import paired
from support.reviews import review

_ROOT = Path(__file__).parents[2]
_FOLDER = _ROOT / "testdata" / "exports"
_KINDS = ("CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "StatefulSet")


def _compare(name: str, found: str, *, update: bool) -> None:
    expected = _FOLDER / name
    if update:
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize(("command", "name"), [("vap", "validating"), ("map", "mutating")])
def test_the_library_is_exported_exactly_so(
    command: str, name: str, monkeypatch: pytest.MonkeyPatch, *, update_golden: bool
) -> None:
    monkeypatch.chdir(_ROOT)
    result = run("export", command, "policies", *(part for kind in _KINDS for part in ("--kind", kind)))
    _compare(f"{name}.yaml", result.stdout, update=update_golden)
    _compare(f"{name}.txt", result.stderr, update=update_golden)


def _inputs(folder: Path) -> list[dict[str, Any]]:
    """The manifests and reviews that a policy is tested with, as the API server would ask."""
    cases = [case for suite in read_suites([folder]) for case in suite.cases]
    found = []
    for case in cases:
        if case.input.get("kind") == "AdmissionReview":
            found.append(case.input)
        elif case.input.get("kind") in _KINDS:
            found.append(review(case.input))
    return found


@pytest.mark.parametrize("policy", ["agents-declare-their-prompt", "image-digests", "image-registries"])
def test_an_exported_policy_of_the_library_agrees_on_its_own_tests(policy: str) -> None:
    (folder,) = (_ROOT / "policies").glob(f"*/{policy}")
    found = paired(load([folder, _ROOT / "policies/catalog.yaml"]), _KINDS)
    inputs = _inputs(folder)
    assert found is not None
    assert inputs
    for each in inputs:
        decision, said = found.ours(each), found.theirs(each)
        assert bool(decision.denials + decision.warnings) is bool(said.denials + said.warnings)
