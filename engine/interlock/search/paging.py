"""Pages of what is found, and the tokens that lead from one to the next. Pure.

A token says where the next page begins and which search by which policies it
is of. It is not signed, as nothing follows from it: whoever makes one up reads
what the search gives anyway.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from typing import Final

import msgspec

from interlock.digests import digest_of
from interlock.errors import RequestError
from interlock.identity import Digest
from interlock.search.query import Found, Query

MOST_RESULTS: Final = 1_000
"""What a page has at most, whatever is asked for, and how many candidates it is made of at most."""

_LONGEST: Final = 256
_PATH: Final = "$.page.token"


class _Token(msgspec.Struct, array_like=True, frozen=True):
    start: int
    of: str


_decoder: Final = msgspec.json.Decoder(_Token)


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page is wanted: how much of it, and the token that the page before ended with; else the first."""

    limit: int = MOST_RESULTS
    token: str = ""


FIRST_PAGE: Final = Paging()


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what is found, in order.

    Without a `next_token` it is the last page, and if it is the first too,
    `total` is how much is found in all. A page may have less than was asked for, or
    nothing, and not be the last: it ends where its time or its candidates do.
    """

    results: tuple[Found, ...]
    next_token: str = ""
    total: int | None = None


def binding(policy_set: Digest, query: Query) -> Digest:
    """What tells this search by these policies from all others."""
    return digest_of([policy_set, query.sought, query.beside, query.fixed])


def token_of(start: int, of: Digest) -> str:
    """The token of the page that begins with the candidate at `start`."""
    return urlsafe_b64encode(msgspec.json.encode(_Token(start, of))).decode().rstrip("=")


def start_of(token: str, of: Digest, count: int) -> int:
    """Where the page of `token` begins among `count` candidates; at the first without a token.

    Raises:
        RequestError: it is no token, or of another search or other policies.
    """
    if not token:
        return 0
    read = _read(token)
    if read is None:
        raise RequestError("`page.token`: is no token of this service: leave it out to begin", path=_PATH)
    if read.of != of or not 0 <= read.start <= count:
        raise RequestError(
            "`page.token`: is of another search, or the policies have changed: leave it out to begin again",
            path=_PATH,
        )
    return read.start


def limit_of(limit: int) -> int:
    """How many results a page has at most where `limit` are asked for. Raises RequestError."""
    if limit < 1:
        raise RequestError("`page.limit`: must be a whole number, 1 or more", path="$.page.limit")
    return min(limit, MOST_RESULTS)


def _read(token: str) -> _Token | None:
    if len(token) > _LONGEST or not token.isascii():
        return None
    try:
        return _decoder.decode(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (Error, ValueError, msgspec.DecodeError):
        return None
