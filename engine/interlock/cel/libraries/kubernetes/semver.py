"""Semantic versions, as the module github.com/blang/semver reads and orders them."""

from functools import partial
from typing import ClassVar, Final

import re2

from interlock.cel.libraries.overloads import Library
from interlock.cel.libraries.signatures import function, member
from interlock.cel.types import BOOL, INT, STRING, CelType
from interlock.cel.values import MAX_INT, MAX_UINT, EvaluationError, Opaque

_CORE_PARTS: Final = 3
_MAX_DIGITS: Final = 20
_NUMBER = re2.compile(r"0|[1-9][0-9]*")
_IDENTIFIER = re2.compile(r"[0-9A-Za-z-]+")
_DIGITS: Final = frozenset("0123456789")

Identifier = tuple[int, int, str]
"""A part of a pre-release in its order: numbers by value, then texts by code point."""


class Semver(Opaque, frozen=True):
    """A version; equal to another where neither precedes the other, which leaves build metadata out."""

    cel_type: ClassVar = CelType("kubernetes.Semver")

    core: tuple[int, int, int]
    prerelease: tuple[Identifier, ...] = ()
    build: tuple[str, ...] = ()

    @property
    def precedence(self) -> tuple[tuple[int, int, int], bool, tuple[Identifier, ...]]:
        """What orders versions: a release comes after all of its pre-releases."""
        return self.core, not self.prerelease, self.prerelease

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Semver) and self.precedence == other.precedence

    def __hash__(self) -> int:
        return hash(self.precedence)

    def __str__(self) -> str:
        identifiers = (text or str(number) for _, number, text in self.prerelease)
        prerelease = f"-{'.'.join(identifiers)}" if self.prerelease else ""
        build = f"+{'.'.join(self.build)}" if self.build else ""
        return f'semver("{".".join(map(str, self.core))}{prerelease}{build}")'


def parse(text: str) -> Semver:
    """The version that `text` is.

    Raises:
        EvaluationError: it is none.
    """
    parts = text.split(".", _CORE_PARTS - 1)
    if len(parts) != _CORE_PARTS:
        raise EvaluationError("no Major.Minor.Patch elements found")
    rest, has_build, build = parts[2].partition("+")
    patch, has_prerelease, prerelease = rest.partition("-")
    return Semver(
        core=(
            _number(parts[0], "major number"),
            _number(parts[1], "minor number"),
            _number(patch, "patch number"),
        ),
        prerelease=tuple(map(_identifier, prerelease.split("."))) if has_prerelease else (),
        build=tuple(map(_metadata, build.split("."))) if has_build else (),
    )


def normalized(text: str) -> str:
    """`text` without a leading `v` and leading zeros, and with the minor and patch numbers that it leaves out.

    Raises:
        EvaluationError: it leaves some out and has a pre-release or build metadata.
    """
    parts = text.removeprefix("v").split(".", _CORE_PARTS - 1)
    if len(parts) < _CORE_PARTS and ("+" in parts[-1] or "-" in parts[-1]):
        raise EvaluationError("short version cannot contain PreRelease/Build meta data")
    missing = ["0"] * (_CORE_PARTS - len(parts))
    return ".".join([*map(_without_zeros, parts), *missing])


def parse_normalized(text: str, normalize: bool) -> Semver:  # noqa: FBT001  # the signature is Kubernetes'
    """The version that `text` is, once it is normalized if `normalize` says so."""
    return parse(normalized(text) if normalize else text)


def is_semver(text: str, normalize: bool = False) -> bool:  # noqa: FBT001, FBT002  # the signature is Kubernetes'
    """Whether `text` is a version."""
    try:
        parse_normalized(text, normalize)
    except EvaluationError:
        return False
    return True


def compare(version: Semver, other: Semver) -> int:
    """1 where `version` comes after `other`, -1 where it comes before, else 0."""
    return (version.precedence > other.precedence) - (version.precedence < other.precedence)


def is_greater(version: Semver, other: Semver) -> bool:
    """Whether `version` comes after `other`."""
    return version.precedence > other.precedence


def is_less(version: Semver, other: Semver) -> bool:
    """Whether `version` comes before `other`."""
    return version.precedence < other.precedence


def _component(position: int, version: Semver) -> int:
    value = version.core[position]
    if value > MAX_INT:
        raise EvaluationError("integer overflow")
    return value


def _number(text: str, role: str) -> int:
    if _NUMBER.fullmatch(text) is None or len(text) > _MAX_DIGITS or int(text) > MAX_UINT:
        raise EvaluationError(f"invalid {role} in version")
    return int(text)


def _identifier(text: str) -> Identifier:
    if _DIGITS.issuperset(text):
        return 0, _number(text, "numeric prerelease"), ""
    if _IDENTIFIER.fullmatch(text) is None:
        raise EvaluationError("invalid prerelease in version")
    return 1, 0, text


def _metadata(text: str) -> str:
    if _IDENTIFIER.fullmatch(text) is None:
        raise EvaluationError("invalid build meta data in version")
    return text


def _without_zeros(part: str) -> str:
    if len(part) <= 1:
        return part
    stripped = part.lstrip("0")
    return stripped if stripped[:1] in _DIGITS else f"0{stripped}"


_SEMVER: Final = Semver.cel_type

SEMVER_V0: Final = Library(
    name="kubernetes.Semver",
    overloads=(
        function("string_to_semver", "semver", (STRING,), _SEMVER, parse),
        function("is_semver_string", "isSemver", (STRING,), BOOL, is_semver),
        member("semver_is_greater_than", "isGreaterThan", (_SEMVER, _SEMVER), BOOL, is_greater),
        member("semver_is_less_than", "isLessThan", (_SEMVER, _SEMVER), BOOL, is_less),
        member("semver_compare_to", "compareTo", (_SEMVER, _SEMVER), INT, compare),
        member("semver_major", "major", (_SEMVER,), INT, partial(_component, 0)),
        member("semver_minor", "minor", (_SEMVER,), INT, partial(_component, 1)),
        member("semver_patch", "patch", (_SEMVER,), INT, partial(_component, 2)),
    ),
)

SEMVER_V1: Final = Library(
    name="kubernetes.Semver",
    overloads=(
        *SEMVER_V0.overloads,
        function("string_bool_to_semver", "semver", (STRING, BOOL), _SEMVER, parse_normalized),
        function("is_semver_string_bool", "isSemver", (STRING, BOOL), BOOL, is_semver),
    ),
)
