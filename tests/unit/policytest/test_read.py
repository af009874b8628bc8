"""Files to suites, and everything that can be wrong with them."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.errors import AuthorError
from interlock.policytest.read import read_suites
from interlock.policytest.shapes import DEFAULT_NOW

_HEAD = "apiVersion: interlock.dev/v1alpha1\nkind: PolicyTest\nmetadata: {name: models}\n"
_CASE = "{name: passes, input: {model: good-1, input: hi}, expect: {decision: allow}}"


def _suite(spec: str, head: str = _HEAD) -> str:
    return f"{head}spec:\n" + "".join(f"  {line}\n" for line in spec.splitlines())


def _problems(folder: Path, text: str) -> list[str]:
    file = folder / "tests.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(AuthorError) as caught:
        read_suites([folder])
    return [
        f"{problem.span.line}:{problem.span.column}: {problem.message}".replace(str(folder), "…")
        for problem in caught.value.problems
    ]


def test_a_suite_is_read_with_its_defaults(tmp_path: Path) -> None:
    (tmp_path / "tests.yaml").write_text(_suite(f"cases:\n  - {_CASE}"))
    (suite,) = read_suites([tmp_path])
    assert suite.name == "models"
    assert suite.policies == (tmp_path,)
    assert suite.further == ()
    assert not suite.is_isolated
    (case,) = suite.cases
    assert case.input == {"model": "good-1", "input": "hi"}
    assert case.now == DEFAULT_NOW
    assert str(case.span()) == f"{tmp_path}/tests.yaml:6:7"
    assert str(case.span("expect", "decision")) == f"{tmp_path}/tests.yaml:6:76"


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "class"
    folder.mkdir(parents=True)
    spec = f"policies: [policy.yaml]\nwith: [../../catalog.yaml]\ncases:\n  - {_CASE}"
    (folder / "tests.yaml").write_text(_suite(spec))
    (suite,) = read_suites([tmp_path])
    assert suite.policies == (folder / "policy.yaml",)
    assert suite.further == (tmp_path / "catalog.yaml",)


def test_the_time_of_a_case_comes_before_that_of_its_suite(tmp_path: Path) -> None:
    other = _CASE.replace("passes", "later").replace("{name", "{now: 1970-01-01T00:00:02Z, name", 1)
    spec = f"now: 1970-01-01T00:00:01Z\ncases:\n  - {_CASE}\n  - {other}"
    (tmp_path / "tests.yaml").write_text(_suite(spec))
    assert [case.now for case in read_suites([tmp_path])[0].cases] == [1000, 2000]


def test_files_are_found_by_name_and_one_that_is_named_is_always_read(tmp_path: Path) -> None:
    for name in ("tests.yaml", "tests.yml", "a_test.yaml", "b_test.yml", "policy.yaml"):
        (tmp_path / name).write_text(_suite(f"cases:\n  - {_CASE}"))
    found = {Path(suite.span.file).name for suite in read_suites([tmp_path])}
    assert found == {"tests.yaml", "tests.yml", "a_test.yaml", "b_test.yml"}
    assert len(read_suites([tmp_path / "policy.yaml"])) == 1


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "tests.yaml"
    file.write_text(_suite(f"cases:\n  - {_CASE}"))
    assert len(read_suites([tmp_path, file, tmp_path / "." / "tests.yaml"])) == 1


def test_one_file_holds_any_number_of_suites(tmp_path: Path) -> None:
    suite = _suite(f"cases:\n  - {_CASE}")
    (tmp_path / "tests.yaml").write_text(f"{suite}---\n{suite}")
    assert len(read_suites([tmp_path])) == 2


def test_an_input_can_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "chat.json").write_text('{"model": "good-1", "input": "hi"}')
    case = "{name: passes, inputFile: chat.json, expect: {decision: allow}}"
    (tmp_path / "tests.yaml").write_text(_suite(f"cases:\n  - {case}"))
    assert read_suites([tmp_path])[0].cases[0].input["model"] == "good-1"


def test_nulls_in_an_input_are_kept(tmp_path: Path) -> None:
    case = "{name: passes, input: {metadata: {creationTimestamp: null}}, expect: {decision: allow}}"
    (tmp_path / "tests.yaml").write_text(_suite(f"cases:\n  - {case}"))
    assert read_suites([tmp_path])[0].cases[0].input == {"metadata": {"creationTimestamp": None}}


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ("cases: []", "5:10: `spec.cases` is empty: add an entry"),
        ("casess: []", "5:3: unknown field `casess`: did you mean `cases`?"),
        (
            "cases:\n  - {name: x, input: {}, expect: {decison: allow}}",
            "6:37: unknown field `decison`: did you mean `decision`?",
        ),
        (
            "cases:\n  - {name: x, input: {}, expect: {decision: maybe}}",
            "6:47: `spec.cases[0].expect.decision` can't be `maybe`: choose `allow` or `deny`",
        ),
        (
            "cases:\n  - {name: x, input: {}, expect: {decision: }}",
            "6:47: `spec.cases[0].expect.decision` has no value: write one or remove the field",
        ),
        (
            "cases:\n  - {name: x, input: {}, expect: {}}",
            "6:36: `spec.cases[0].expect` expects nothing: give a `decision` or `reasons`",
        ),
        (
            "cases:\n  - {name: x, input: {}, expect: {reasons: [{code: violate}]}}",
            "6:54: `spec.cases[0].expect.reasons[0].code` can't be `violate`: did you mean `violated`?",
        ),
        (
            "cases:\n  - {name: x, input: {}, expect: {reasons: [{}]}}",
            (
                "6:47: `spec.cases[0].expect.reasons[0]` says nothing: "
                "name a policy, a rule, a code, an item or a message"
            ),
        ),
        (
            "cases:\n  - {name: x, expect: {decision: allow}}",
            "6:7: `spec.cases[0]` must have `input` or `inputFile`, one of them",
        ),
        (
            "cases:\n  - {name: x, input: {}, inputFile: a.json, expect: {decision: allow}}",
            "6:7: `spec.cases[0]` must have `input` or `inputFile`, one of them",
        ),
        (
            f"cases:\n  - {_CASE}\n  - {_CASE}",
            "7:14: duplicate name `passes`: line 6 has it already",
        ),
        (
            "now: yesterday\ncases:\n  - " + _CASE,
            "5:8: `spec.now` must be a time with its offset from UTC, such as `2026-07-01T00:00:00Z`",
        ),
        (
            f"policies: [/etc]\ncases:\n  - {_CASE}",
            "5:14: path `/etc` must be relative to this file",
        ),
        (
            f"with: [/etc]\ncases:\n  - {_CASE}",
            "5:10: path `/etc` must be relative to this file",
        ),
        (
            "cases:\n  - {name: x, inputFile: /etc/hosts, expect: {decision: allow}}",
            "6:28: path `/etc/hosts` must be relative to this file",
        ),
        (
            "cases:\n  - {name: x, inputFile: none.json, expect: {decision: allow}}",
            "6:28: …/none.json:1:1: can't be read: no such file or directory",
        ),
    ],
)
def test_an_author_reads_what_is_wrong_and_where(tmp_path: Path, spec: str, problem: str) -> None:
    assert problem in _problems(tmp_path, _suite(spec))


def test_an_input_file_holds_one_document(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text("{a: 1}\n---\n{a: 2}\n")
    case = "{name: x, inputFile: two.yaml, expect: {decision: allow}}"
    (problem,) = _problems(tmp_path, _suite(f"cases:\n  - {case}"))
    assert problem.endswith("`two.yaml` holds 2 documents: give a file with one")


def test_problems_of_all_files_come_together(tmp_path: Path) -> None:
    (tmp_path / "a_test.yaml").write_text("kind: Other\n")
    (tmp_path / "b_test.yaml").write_text("")
    (tmp_path / "c_test.yaml").write_text("a: [\n")
    problems = _problems(tmp_path, _suite("cases: []"))
    assert len(problems) == 4
    assert "1:7: not a policy test: write `kind: PolicyTest`, or move the document to another file" in problems
    assert "1:1: file holds no document: write one of kind `PolicyTest`" in problems


def test_a_folder_without_tests_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(AuthorError, match=r"no tests here: add a file `tests\.yaml`"):
        read_suites([tmp_path])


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(AuthorError, match="can't be read: no such file or directory"):
        read_suites([tmp_path / "tests.yaml"])


_FIELD = st.sampled_from(
    ("name", "input", "inputFile", "expect", "decision", "reasons", "exactly", "policy", "now", "cases", "x")
)
_YAML = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(_FIELD, below, max_size=4),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spec=_YAML, case=_YAML)
def test_nothing_that_a_file_holds_raises_anything_but_an_author_error(
    tmp_path: Path, spec: object, case: object
) -> None:
    body = {
        "apiVersion": "interlock.dev/v1alpha1",
        "kind": "PolicyTest",
        "metadata": {"name": "x"},
        "spec": {**spec, "cases": [case]} if isinstance(spec, dict) else spec,
    }
    file = tmp_path / "tests.yaml"
    file.write_text(json.dumps(body), encoding="utf-8")
    try:
        suites = read_suites([file])
    except AuthorError as error:
        assert error.problems  # noqa: PT017  # either end is fine, and each is checked
    else:
        assert suites[0].cases
