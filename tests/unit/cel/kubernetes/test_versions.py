"""Which Kubernetes release has which library."""

import pytest

from interlock.cel.libraries.kubernetes.versions import (
    NEWEST,
    OLDEST,
    UnknownVersionError,
    Version,
    libraries,
    mutation_libraries,
    parse_version,
    since,
)
from support.libraries import Expressions

ARRIVALS = [
    ("isURL('/')", 25),
    ("'a'.find('a')", 25),
    ("[1].sum() + 'a'.indexOf('a') + [1].indexOf(1)", 25),
    ("'a'.charAt(0)", 25),
    ("quantity('1') == quantity('1')", 28),
    ("optional.of(1).hasValue()", 28),
    ("[1].optMap(x, x)", None),
    ("'%d'.format([1])", 29),
    ("sets.contains([1], [1])", 29),
    ("isIP('::1') && isCIDR('::/0')", 30),
    ("string(ip('::1')) + string(1)", 30),
    ("format.uuid().validate('').hasValue()", 31),
    ("[1].transformList(i, v, i + v)", 32),
    ("isSemver('1', true)", 33),
    ("[2, 1].sort()", 34),
    ("[[1]].flatten()", 34),
    ("[1].first().hasValue()", 34),
    ("[1].includes(1)", 37),
]


@pytest.mark.parametrize(("text", "minor"), ARRIVALS)
def test_a_release_has_what_the_ones_before_it_have(text: str, minor: int | None) -> None:
    for each in range(OLDEST.minor, NEWEST.minor + 1):
        accepted = Expressions(libraries(Version(1, each))).accepts(text)
        assert accepted is (minor is not None and each >= minor), each


def test_patches_are_for_mutation_only() -> None:
    text = "jsonpatch.escapeKey('a')"
    assert not Expressions(libraries(NEWEST)).accepts(text)
    assert Expressions(mutation_libraries(NEWEST)).accepts(text)
    assert not Expressions(mutation_libraries(Version(1, 31))).accepts(text)


@pytest.mark.parametrize("text", ["1.31", "v1.31", "1.31.4", "v1.31.0"])
def test_a_version_is_a_minor_release(text: str) -> None:
    assert parse_version(text) == Version(1, 31)
    assert str(parse_version(text)) == "1.31"


@pytest.mark.parametrize("text", ["", "1", "1.x", "latest", "1.31-rc", " 1.31"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(UnknownVersionError, match=r"^no Kubernetes version: write it as `1\.37`$"):
        parse_version(text)


@pytest.mark.parametrize("text", ["1.24", "1.38", "2.0", "0.30"])
def test_an_unknown_release_is_refused_with_those_that_are_known(text: str) -> None:
    with pytest.raises(
        UnknownVersionError, match=rf"^unknown Kubernetes version `{text}`: known are 1\.25 to 1\.37$"
    ):
        parse_version(text)
    major, minor = map(int, text.split("."))
    with pytest.raises(UnknownVersionError):
        libraries(Version(major, minor))


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("isURL", Version(1, 25)),
        ("check", Version(1, 27)),
        ("errored", Version(1, 28)),
        ("optMap", Version(1, 28)),
        ("format", Version(1, 29)),
        ("format.named", Version(1, 31)),
        ("jsonpatch.escapeKey", Version(1, 32)),
        ("transformList", Version(1, 32)),
        ("includes", Version(1, 37)),
        ("matchesGlob", None),
    ],
)
def test_it_is_known_since_when_there_is_a_function(name: str, version: Version | None) -> None:
    assert since(name) == version
