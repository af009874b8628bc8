"""What is raised, and how it reads."""

import pytest

from interlock.errors import AuthorError, InterlockError, OperatorError, Problem, RequestError
from interlock.spans import Span


def test_a_problem_points_at_its_place() -> None:
    problem = Problem(Span("p.yaml", 3, 7), "unknown field `xyz`", "    - xyz: 1")
    assert str(problem) == "p.yaml:3:7: unknown field `xyz`\n      - xyz: 1\n        ^"


def test_a_tab_is_as_wide_under_the_caret_as_above_it() -> None:
    assert str(Problem(Span("p", 1, 3), "no", "\t a")).endswith("\n  \t a\n  \t ^")


@pytest.mark.parametrize("line", ["", "   "])
def test_a_problem_without_a_line_is_one_line(line: str) -> None:
    assert str(Problem(Span("p", 1, 1), "no", line)) == "p:1:1: no"


def test_an_author_error_holds_every_problem_once_in_the_order_of_the_files() -> None:
    first, second, third = (
        Problem(Span("a", 1, 1), "b"),
        Problem(Span("a", 1, 1), "c"),
        Problem(Span("b", 1, 1), "a"),
    )
    error = AuthorError([third, second, first, second])
    assert error.problems == (first, second, third)
    assert str(error) == "a:1:1: b\na:1:1: c\nb:1:1: a"


def test_a_request_error_knows_where_in_the_request_it_is() -> None:
    error = RequestError("must be text", path="$.models[0].name")
    assert (str(error), error.path) == ("must be text", "$.models[0].name")
    assert RequestError("no").path == ""


def test_each_error_has_its_own_code() -> None:
    kinds: list[type[InterlockError]] = [InterlockError, AuthorError, RequestError, OperatorError]
    assert [kind.code for kind in kinds] == [
        "internal",
        "policy.invalid",
        "request.invalid",
        "operation.failed",
    ]
    assert all(issubclass(kind, InterlockError) for kind in kinds)
