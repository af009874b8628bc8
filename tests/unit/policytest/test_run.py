"""Suites to trials, coverage and JUnit."""

from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from interlock.errors import AuthorError
from interlock.loading.policyset import PolicySet, load
from interlock.policytest.junit import junit
from interlock.policytest.read import read_suites
from interlock.policytest.run import Report, run
from support.policies import write_policies

_HEAD = "apiVersion: interlock.dev/v1alpha1\nkind: PolicyTest\nmetadata: {{name: {name}}}\nspec:\n"


def _write(folder: Path, spec: str, name: str = "models") -> None:
    write_policies(folder)
    text = _HEAD.format(name=name) + "".join(f"  {line}\n" for line in spec.splitlines())
    (folder / f"{name}_test.yaml").write_text(text, encoding="utf-8")


def _run(folder: Path) -> Report:
    return run(read_suites([folder]), lambda _suite, _case: True)


def _case(name: str, model: str, expect: str) -> str:
    return f"  - {{name: {name}, input: {{model: {model}, input: hi}}, expect: {expect}}}\n"


def test_what_comes_as_expected_passes(tmp_path: Path) -> None:
    good = _case("good", "good-1", "{decision: allow, exactly: true}")
    bad = _case(
        "bad",
        "bad-1",
        "{decision: deny, exactly: true, reasons: [{policy: models, rule: never-bad, message: not to be used}, "
        "{code: unpermitted, layer: organization, item: 'models[0]'}]}",
    )
    _write(tmp_path, f"cases:\n{good}{bad}")
    assert [trial.failures for trial in _run(tmp_path).trials] == [(), ()]


def test_what_comes_otherwise_fails_with_both_sides(tmp_path: Path) -> None:
    _write(tmp_path, "cases:\n" + _case("bad", "bad-1", "{decision: allow}"))
    ((failure,),) = [trial.failures for trial in _run(tmp_path).trials]
    assert failure.expected == "decision allow"
    assert "violated organization models/never-bad models[0]: this model is not to be used" in failure.came


def test_an_input_that_nobody_understands_fails(tmp_path: Path) -> None:
    _write(tmp_path, "cases:\n  - {name: odd, input: {a: 1}, expect: {decision: deny}}")
    (trial,) = _run(tmp_path).trials
    (failure,) = trial.failures
    assert failure.expected == "an input that can be understood"
    assert str(trial.case.span(*failure.place)).endswith("models_test.yaml:6:26")


def test_manifests_and_reviews_are_inputs_too(tmp_path: Path) -> None:
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: []}}"
    review = (
        "{apiVersion: admission.k8s.io/v1, kind: AdmissionReview, request: {uid: a, operation: CREATE, "
        f"kind: {{group: '', version: v1, kind: Pod}}, userInfo: {{username: jane}}, object: {pod}}}}}"
    )
    expect = "{reasons: [{policy: workloads, rule: team}]}"
    cases = "".join(
        f"  - {{name: {name}, input: {text}, expect: {expect}}}\n"
        for name, text in (("pod", pod), ("review", review))
    )
    _write(tmp_path, f"cases:\n{cases}")
    assert [trial.failures for trial in _run(tmp_path).trials] == [(), ()]


def test_only_policies_that_are_named_decide(tmp_path: Path) -> None:
    case = _case("bad", "bad-1", "{exactly: true, reasons: [{code: unpermitted}]}")
    _write(tmp_path, f"policies: [tools.yaml]\ncases:\n{case}")
    assert _run(tmp_path).trials[0].failures == ()


def test_an_isolated_suite_needs_no_permit_that_its_policies_could_not_give(tmp_path: Path) -> None:
    case = _case("any", "other-1", "{decision: allow}")
    _write(tmp_path, f"policies: [tools.yaml]\nisolated: true\ncases:\n{case}")
    assert _run(tmp_path).trials[0].failures == ()


def test_an_isolated_suite_still_needs_the_permits_that_its_policies_could_give(tmp_path: Path) -> None:
    case = _case("any", "other-1", "{exactly: true, reasons: [{code: unpermitted}]}")
    _write(tmp_path, f"policies: [models.yaml]\nisolated: true\ncases:\n{case}")
    assert _run(tmp_path).trials[0].failures == ()


def test_only_chosen_cases_run(tmp_path: Path) -> None:
    _write(
        tmp_path, "cases:\n" + _case("a", "good-1", "{decision: allow}") + _case("b", "x", "{decision: allow}")
    )
    report = run(read_suites([tmp_path]), lambda suite, case: (suite.name, case.name) == ("models", "a"))
    assert [trial.case.name for trial in report.trials] == ["a"]


def test_policies_that_do_not_load_are_reported_for_all_suites_at_once(tmp_path: Path) -> None:
    case = _case("a", "good-1", "{decision: allow}")
    _write(tmp_path, f"policies: [one.yaml]\ncases:\n{case}", "one")
    _write(tmp_path, f"policies: [two.yaml]\ncases:\n{case}", "two")
    (tmp_path / "one.yaml").write_text("kind: Nothing\n")
    with pytest.raises(AuthorError) as caught:
        _run(tmp_path)
    files = {Path(problem.span.file).name for problem in caught.value.problems}
    assert files == {"one.yaml", "two.yaml"}


def test_coverage_counts_what_each_rule_said_and_whether_it_spoke(tmp_path: Path) -> None:
    cases = _case("good", "good-1", "{decision: allow}") + _case("other", "other-1", "{decision: deny}")
    _write(tmp_path, f"policies: [models.yaml]\nwith: [tools.yaml]\ncases:\n{cases}")
    found = {str(each.rule.rule): each for each in _run(tmp_path).coverage}
    assert found.keys() == {"good", "never-bad"}, "only rules under test count"
    assert (found["good"].true, found["good"].false, found["good"].errors) == (1, 1, 0)
    assert found["good"].is_exercised
    assert (found["never-bad"].true, found["never-bad"].false) == (0, 2)
    assert not found["never-bad"].is_exercised


def test_coverage_counts_errors(tmp_path: Path) -> None:
    _write(tmp_path, "policies: [odd.yaml]\ncases:\n" + _case("a", "good-1", "{decision: deny}"))
    (tmp_path / "odd.yaml").write_text(
        "apiVersion: interlock.dev/v1alpha1\nkind: IntentPolicy\nmetadata: {name: odd}\nspec:\n"
        "  layer: team\n  description: fails\n"
        "  rules: [{name: fails, message: no, require: 'intent.models[9].name == \"\"'}]\n"
    )
    (covered,) = _run(tmp_path).coverage
    assert (covered.true, covered.false, covered.errors, covered.is_exercised) == (0, 0, 1, False)


def test_junit_says_what_failed_where(tmp_path: Path) -> None:
    cases = _case("good", "good-1", "{decision: allow}") + _case('"<bad \\x07>"', "bad-1", "{decision: allow}")
    _write(tmp_path, f"cases:\n{cases}")
    text = junit(_run(tmp_path))
    assert text.startswith("<?xml version='1.0' encoding='utf-8'?>\n")
    root = ET.fromstring(text)  # noqa: S314  # we wrote it ourselves
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    (suite,) = root
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("models", "2", "1")
    passed, failed = suite
    assert (passed.get("name"), list(passed)) == ("good", [])
    assert (failed.get("name"), failed.get("classname"), failed.get("line")) == ("<bad \\x07>", "models", "7")
    (failure,) = failed
    assert (failure.get("message") or "").startswith("expected decision allow, got deny: violated")
    assert (failure.text or "").startswith(f"{tmp_path}/models_test.yaml:7:")


def test_suites_of_the_same_policies_load_them_once(tmp_path: Path) -> None:
    _write(tmp_path, "cases:\n" + _case("a", "good-1", "{decision: allow}"), "one")
    _write(tmp_path, "cases:\n" + _case("b", "good-1", "{decision: allow}"), "two")
    loaded: list[tuple[Path, ...]] = []

    def loader(paths: Iterable[Path]) -> PolicySet:
        loaded.append(tuple(paths))
        return load(loaded[-1])

    report = run(read_suites([tmp_path]), lambda _suite, _case: True, loader)
    assert [trial.failures for trial in report.trials] == [(), ()]
    assert loaded == [(tmp_path,)]
