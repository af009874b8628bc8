"""Globs over names with slashes."""

from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from interlock.cel.libraries.own.globs import matches_glob
from interlock.cel.libraries.own.versions import V1
from support.libraries import Expressions

LIBRARY = Expressions((V1,))


def reference(name: str, glob: str) -> bool:
    """The definition, one character after the other."""
    if not glob:
        return not name
    crosses = glob.startswith("**")
    if glob[0] == "*":
        goes_on = bool(name) and (crosses or name[0] != "/")
        return reference(name, glob[1 + crosses :]) or (goes_on and reference(name[1:], glob))
    fits = bool(name) and (glob[0] == name[0] or (glob[0] == "?" and name[0] != "/"))
    return fits and reference(name[1:], glob[1:])


@pytest.mark.parametrize(
    ("name", "glob", "expected"),
    [
        ("github/create_issue", "github/*", True),
        ("github/issues/create", "github/*", False),
        ("github/issues/create", "github/**", True),
        ("github", "github/**", False),
        ("github/", "github/*", True),
        ("gitlab/x", "git???/x", True),
        ("git/x", "git?x", False),
        ("GitHub/x", "github/*", False),
        ("a.b", "a?b", True),
        ("axb", "a.b", False),
        ("[ab]", "[ab]", True),
        ("a", "[ab]", False),
        ("a\nb", "a*b", True),
        ("a\nb", "a**b", True),
        ("é", "?", True),
        ("", "*", True),
        ("", "", True),
        ("a", "", False),
        ("a\\", "a\\", True),
    ],
)
def test_a_glob_is_of_a_whole_name(name: str, glob: str, expected: bool) -> None:  # noqa: FBT001  # a table
    assert LIBRARY.value("x.matchesGlob(y)", x=name, y=glob) is expected


def test_one_glob_of_a_list_is_enough() -> None:
    assert LIBRARY.value("x.matchesAnyGlob(['a/*', 'b/*'])", x="b/c") is True
    assert LIBRARY.value("x.matchesAnyGlob(['a/*'])", x="b/c") is False
    assert LIBRARY.value("x.matchesAnyGlob([])", x="b/c") is False


def test_a_list_with_something_else_in_it_is_an_error_whatever_its_order() -> None:
    assert (
        LIBRARY.error("x.matchesAnyGlob(y)", x="a", y=["a", 1])
        == "no such overload: matchesAnyGlob(string, list)"
    )
    assert LIBRARY.error("x.matchesAnyGlob(y)", x="a", y=["a", "a" * 1001]) == "glob is longer than 1000"
    assert not LIBRARY.accepts("'a'.matchesAnyGlob([1])")


def test_many_wildcards_take_linear_time() -> None:
    start = process_time()
    assert matches_glob("a" * 100_000, "*a" * 400 + "b") is False
    assert process_time() - start < 5


@given(st.text(alphabet="ab/", max_size=12), st.text(alphabet="ab/*?", max_size=8))
@example("a/b", "***b")
@example("", "****")
def test_globs_match_as_they_are_defined(name: str, glob: str) -> None:
    assert matches_glob(name, glob) is reference(name, glob)
