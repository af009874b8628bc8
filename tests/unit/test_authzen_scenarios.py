"""The tests of `testdata/authzen` pass, and see every rule permit and not permit."""

from pathlib import Path

from interlock.loading.policyset import load
from interlock.policytest.read import read_suites
from interlock.policytest.run import run

_SCENARIOS = Path(__file__).parents[2] / "testdata/authzen"


def test_every_scenario_passes_its_tests_which_exercise_every_rule() -> None:
    report = run(read_suites([_SCENARIOS]), lambda _suite, _case: True, load)
    assert {trial.case.name: trial.failures for trial in report.trials if trial.failures} == {}
    assert {path.parent.name for path in _SCENARIOS.glob("*/tests.yaml")} == {
        path.name for path in _SCENARIOS.iterdir() if path.is_dir()
    }
    assert [covered.rule for covered in report.coverage if not (covered.true and covered.false)] == []
