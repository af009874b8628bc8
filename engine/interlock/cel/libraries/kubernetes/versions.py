"""Which libraries each Kubernetes release has, as k8s.io/apiserver/pkg/cel/environment lists them.

A release has the libraries of all releases before it, of each the latest
version that it brought. An API server accepts a new expression only if the
release before it would accept it too.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import re2

from interlock.cel.libraries.comparison import CROSS_TYPE
from interlock.cel.libraries.extensions import lists as google_lists
from interlock.cel.libraries.extensions import macros, optionals, sets, strings
from interlock.cel.libraries.kubernetes import (
    authorizer,
    format,  # noqa: A004  # the library's name
    jsonpatch,
    lists,
    quantity,
    regex,
    semver,
    url,
)
from interlock.cel.libraries.network import KUBERNETES_CIDR, KUBERNETES_IP
from interlock.cel.libraries.overloads import Library, Overload
from interlock.cel.libraries.standard import STANDARD

_WRITTEN = re2.compile(r"v?([0-9]{1,3})\.([0-9]{1,3})(?:\.[0-9]+)?")


class UnknownVersionError(ValueError):
    """No Kubernetes release whose libraries are known."""


class Version(NamedTuple):
    """A minor release."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


OLDEST: Final = Version(1, 25)
NEWEST: Final = Version(1, 37)

_LIBRARIES: Final[tuple[tuple[Version, tuple[Library, ...]], ...]] = (
    (OLDEST, (strings.DECLARED[0], url.URLS, regex.REGEX, lists.LISTS_V0)),
    (Version(1, 27), (authorizer.AUTHZ,)),
    (Version(1, 28), (CROSS_TYPE, optionals.VERSIONS[1], quantity.QUANTITY, authorizer.AUTHZ_ERRORS)),
    (Version(1, 29), (strings.DECLARED[2], sets.VERSIONS[0])),
    (Version(1, 30), (KUBERNETES_IP, KUBERNETES_CIDR)),
    (Version(1, 31), (format.FORMAT, authorizer.AUTHZ_SELECTORS)),
    (Version(1, 32), (macros.TWO_VARIABLES,)),
    (Version(1, 33), (semver.SEMVER_V1,)),
    # The optional types have no version of their own there: this release's cel-go brought their second.
    (Version(1, 34), (google_lists.VERSIONS[-1], optionals.VERSIONS[2], optionals.UNWRAP)),
    (Version(1, 37), (lists.LISTS_V1,)),
)
_MUTATION: Final = ((Version(1, 32), (jsonpatch.JSONPATCH,)),)

_MACROS: Final = {
    "optMap": Version(1, 28),
    "optFlatMap": Version(1, 28),
    "existsOne": Version(1, 32),
    "transformList": Version(1, 32),
    "transformMap": Version(1, 32),
    "transformMapEntry": Version(1, 32),
    "sortBy": Version(1, 34),
}


def parse_version(text: str) -> Version:
    """The release that `1.31`, `v1.31` or `1.31.4` is of.

    Raises:
        UnknownVersionError: it is none, or not one of those that are known.
    """
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise UnknownVersionError(f"no Kubernetes version: write it as `{NEWEST}`")
    return _known(Version(*map(int, written.groups())))


def libraries(version: Version) -> tuple[Library, ...]:
    """The libraries of expressions that validate, match and audit.

    Raises:
        UnknownVersionError: the release is not one of those that are known.
    """
    _known(version)
    named = {each.name: each for since_, brought in _LIBRARIES if since_ <= version for each in brought}
    return tuple(named.values())


def mutation_libraries(version: Version) -> tuple[Library, ...]:
    """The libraries of expressions that change objects.

    Raises:
        UnknownVersionError: the release is not one of those that are known.
    """
    more = (each for since_, brought in _MUTATION if since_ <= version for each in brought)
    return (*libraries(version), *more)


def since(name: str) -> Version | None:
    """The first known release that has a function or macro of that name, or None if there is none."""
    return _SINCE.get(name)


def brought(overload: str) -> Version | None:
    """The first known release that has the overload of that id, or None if there is none."""
    return _BROUGHT.get(overload)


def _known(version: Version) -> Version:
    if OLDEST <= version <= NEWEST:
        return version
    raise UnknownVersionError(f"unknown Kubernetes version `{version}`: known are {OLDEST} to {NEWEST}")


def _first_releases() -> dict[str, Version]:
    first = dict(_MACROS)
    for version, overload in _overloads():
        first.setdefault(overload.function, version)
    return first


def _overloads() -> Iterator[tuple[Version, Overload]]:
    """All overloads beside the standard library's, and the releases that brought them."""
    for version, brought_ in (*_LIBRARIES, *_MUTATION):
        for library in brought_:
            yield from ((version, overload) for overload in library.overloads)


_SINCE: Final = _first_releases()
_BROUGHT: Final = {
    # Our standard library compares numbers of different types, which Kubernetes learnt.
    **{overload.id: OLDEST for overload in STANDARD.overloads},
    **{overload.id: version for version, overload in reversed(tuple(_overloads()))},
}
