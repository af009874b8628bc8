"""`interlock test`."""

from pathlib import Path
from xml.etree import ElementTree as ET

from support.commandline import Run

_HEAD = "apiVersion: interlock.dev/v1alpha1\nkind: PolicyTest\nmetadata: {name: models}\nspec:\n"
_PASSING = "    - {name: good is allowed, input: {model: good-1, input: hi}, expect: {decision: allow}}\n"
_FAILING = "    - {name: bad is allowed, input: {model: bad-1, input: hi}, expect: {decision: allow}}\n"


def _write(*cases: str) -> None:
    text = f"{_HEAD}  policies: [models.yaml]\n  cases:\n{''.join(cases)}"
    Path("policies/tests.yaml").write_text(text)


def test_all_that_pass_end_with_zero_and_silent_rules_are_named(run: Run) -> None:
    _write(_PASSING)
    result = run("test", "policies")
    assert result.exit_code == 0
    assert result.stdout == (
        "✓ models  1 passed  (policies/tests.yaml)\n"
        "1 case in 1 suite: 1 passed\n"
        "never exercised: models/never-bad  (policies/models.yaml:11)\n"
    )


def test_a_case_that_fails_shows_both_sides_and_its_place(run: Run) -> None:
    _write(_PASSING, _FAILING)
    result = run("test", "policies")
    assert result.exit_code == 1
    assert result.stdout == (
        "✗ models  1 passed, 1 failed  (policies/tests.yaml)\n"
        "  ✗ bad is allowed\n"
        "      policies/tests.yaml:8\n"
        "        expected  decision allow\n"
        "        came      deny: violated organization models/never-bad models[0]: "
        "this model is not to be used; "
        "unpermitted organization models[0]: no policy of layer `organization` permits `bad-1`\n"
        "2 cases in 1 suite: 1 passed, 1 failed\n"
    )


def test_coverage_lists_every_rule(run: Run) -> None:
    _write(_PASSING, _FAILING)
    result = run("test", "policies", "--coverage")
    assert result.stdout.endswith(
        "coverage: how often each rule was true, false or failed\n"
        "  models/good       true 1, false 1, errors 0\n"
        "  models/never-bad  true 1, false 1, errors 0\n"
    )


def test_a_filter_runs_only_what_contains_it(run: Run) -> None:
    _write(_PASSING, _FAILING)
    result = run("test", "policies", "--filter", "models: GOOD")
    assert result.exit_code == 0
    assert result.stdout == "✓ models  1 passed  (policies/tests.yaml)\n1 case in 1 suite: 1 passed\n"


def test_a_filter_that_nothing_contains_is_an_error(run: Run) -> None:
    _write(_PASSING)
    result = run("test", "policies", "--filter", "zebra")
    assert result.exit_code == 2
    assert result.stderr == "interlock: no case contains `zebra`: choose another `--filter`\n"


def test_junit_is_written_beside_the_text(run: Run) -> None:
    _write(_PASSING, _FAILING)
    result = run("test", "policies", "--junit", "report.xml")
    assert result.exit_code == 1
    root = ET.parse("report.xml").getroot()  # noqa: S314  # we wrote it ourselves
    assert (root.get("tests"), root.get("failures")) == ("2", "1")


def test_a_report_that_cannot_be_written_is_an_error(run: Run) -> None:
    _write(_PASSING)
    result = run("test", "policies", "--junit", "nowhere/report.xml")
    assert result.exit_code == 2
    assert result.stderr == "interlock: `nowhere/report.xml`: no such file or directory\n"


def test_tests_with_problems_are_errors(run: Run) -> None:
    _write("    - {name: x, input: {}, expect: {decison: allow}}\n")
    result = run("test", "policies")
    assert result.exit_code == 2
    assert result.stderr == (
        "policies/tests.yaml:7:37: unknown field `decison`: did you mean `decision`?\n"
        "      - {name: x, input: {}, expect: {decison: allow}}\n"
        "                                      ^\n"
    )


def test_a_folder_without_tests_is_an_error(run: Run) -> None:
    result = run("test", "policies")
    assert result.exit_code == 2
    assert result.stderr == (
        "policies:1:1: no tests here: add a file `tests.yaml` or one that ends in `_test.yaml`\n"
    )


def test_policies_with_problems_are_errors(run: Run) -> None:
    _write(_PASSING)
    Path("policies/models.yaml").write_text("kind: Nothing\n")
    result = run("test", "policies")
    assert result.exit_code == 2
    assert result.stderr.startswith("policies/models.yaml:1:1: missing `apiVersion`: ")


def test_another_evaluator_comes_to_the_same(run: Run) -> None:
    _write(_PASSING, _FAILING)
    assert run("test", "policies", "--evaluator", "cel-python").stdout == run("test", "policies").stdout
