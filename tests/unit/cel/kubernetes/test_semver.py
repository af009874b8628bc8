"""Semantic versions: what is one, and which comes first."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.libraries.kubernetes.semver import SEMVER_V0, SEMVER_V1, parse
from interlock.cel.values import EvaluationError
from support.libraries import Expressions

LIBRARY = Expressions((SEMVER_V1,))

# The order that semver.org gives, and blang's: a number before a text.
ORDERED = [
    "0.0.1",
    "1.0.0-0",
    "1.0.0-2",
    "1.0.0-11",
    "1.0.0--",
    "1.0.0-Beta",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1-rc",
    "1.2.0",
    "1.10.0",
    "10.0.0",
    "18446744073709551615.0.0",
]


@pytest.mark.parametrize(("left", "right"), list(pairwise(ORDERED)))
def test_versions_have_an_order(left: str, right: str) -> None:
    assert LIBRARY.value("semver(x).isLessThan(semver(y))", x=left, y=right) is True
    assert LIBRARY.value("semver(y).isGreaterThan(semver(x))", x=left, y=right) is True
    assert LIBRARY.value("semver(x).compareTo(semver(y))", x=left, y=right) == -1
    assert LIBRARY.value("semver(x) == semver(y)", x=left, y=right) is False


def test_build_metadata_does_not_order_versions() -> None:
    assert LIBRARY.value("semver('1.0.0+a') == semver('1.0.0+b.1')") is True
    assert LIBRARY.value("semver('1.0.0+a').compareTo(semver('1.0.0'))") == 0
    assert hash(parse("1.0.0+a")) == hash(parse("1.0.0"))


@pytest.mark.parametrize(
    "text", [*ORDERED, "1.0.0+001", "1.0.0-a+b", "1.0.0--.-", "1.2.3-x-y.z+build-1.2", "1.0.0+-"]
)
def test_versions_have_three_numbers_a_prerelease_and_build_metadata(text: str) -> None:
    assert LIBRARY.value("isSemver(x)", x=text) is True


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "1",
            "1.0",
            "v1.0.0",
            " 1.0.0",
            "1.0.0 ",
            "1. 0.0",
            "01.0.0",
            "1.00.0",
            "1.0.01",
            "1..0",
            "a.b.c",
            "-1.0.0",
        ),
        *(
            "1.0.0-",
            "1.0.0+",
            "1.0.0-a..b",
            "1.0.0+a..b",
            "1.0.0-01",
            "1.0.0-é",
            "1.0.0+é",
            "1.0.0-a+b+c",
            "1.0.0.0",
        ),
        *(
            "18446744073709551616.0.0",
            "1.0.0-18446744073709551616",
            "\u0661.0.0",
            "1.0.0\n",
            "1" * 5000 + ".0.0",
        ),
    ],
)
def test_nothing_else_is_a_version(text: str) -> None:
    assert LIBRARY.value("isSemver(x)", x=text) is False
    LIBRARY.error("semver(x)", x=text)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("v1.2.3", "1.2.3"),
        ("1", "1.0.0"),
        ("1.2", "1.2.0"),
        ("v01.002", "1.2.0"),
        ("00.00.00", "0.0.0"),
        ("01.02.03-rc.1+b", "1.2.3-rc.1+b"),
        ("1.2.0-rc", "1.2.0-rc"),
        ("1.2.00-rc", "1.2.0-rc"),
    ],
)
def test_a_version_is_normalized_if_asked(text: str, normal: str) -> None:
    assert LIBRARY.value("semver(x, true) == semver(y)", x=text, y=normal) is True
    assert LIBRARY.value("isSemver(x, true)", x=text) is True
    assert LIBRARY.value("isSemver(x, false)", x=text) is (text == normal)


@pytest.mark.parametrize(
    "text", ["", "v", "vv1.0.0", "V1.0.0", " v1", "1-rc", "1.0+b", "1.0.0 ", "é", "1.0.0-01"]
)
def test_normalizing_does_not_make_a_version_of_everything(text: str) -> None:
    assert LIBRARY.value("isSemver(x, true)", x=text) is False


def test_the_numbers_of_a_version_are_read() -> None:
    assert LIBRARY.value("[semver('1.20.300-rc').major(), semver('1.20.300').minor()]") == [1, 20]
    assert LIBRARY.value("semver('1.20.300+b').patch()") == 300
    assert LIBRARY.error("semver('9223372036854775808.0.0').major()") == "integer overflow"


def test_normalizing_came_with_the_second_library() -> None:
    assert not Expressions((SEMVER_V0,)).accepts("isSemver('1', true)")


@given(st.text(alphabet="0123456789.-+v aé", max_size=16))
def test_reading_any_text_gives_a_version_or_an_error(text: str) -> None:
    try:
        version = parse(text)
    except EvaluationError:
        return
    assert version == parse(text)
