"""How ledger.lua is asked, and how what it answers and keeps is read. Pure.

Requests are msgpack, which Lua reads without rounding; answers are lists of
the server's own protocol. Every key of an organization has its name in braces,
so that a cluster keeps all of them in one place.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from struct import Struct
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from msgspec import json, msgpack

from interlock.identity import AccountName, Digest, HoldId, OrganizationName, RunId
from interlock.ledger.account import MOST, PARTS
from interlock.ledger.answers import (
    AccountEntry,
    Closed,
    Ended,
    Extended,
    Glance,
    Held,
    Mismatched,
    Moved,
    OpenHold,
    Remembered,
    Settlement,
    Short,
    Taken,
    Unknown,
)
from interlock.ledger.hold import Actual, Line, RunState, Status, Taking
from interlock.model.balances import Standing
from interlock.units import Instant

ORGANIZATIONS: Final = "interlock:organizations"
"""The key of the set of all organizations, by which sweeps and reports find them."""

_BUCKET: Final = Struct("<7d")


class Keys(NamedTuple):
    """Where the book of one organization is kept, in the order in which ledger.lua counts."""

    accounts: str
    holds: str
    due: str
    ended: str
    runs: str
    answers: str
    forgets: str
    settlements: str


_pack: Final = msgpack.Encoder().encode
_unpack_hold: Final = msgpack.Decoder(tuple[int, list[list[Any]], str]).decode
_unpack_settlement: Final = msgpack.Decoder(tuple[HoldId, Instant, str, list[Any], str]).decode
_read_facts: Final = json.Decoder(dict[str, str]).decode
_read_actual: Final = json.Decoder(dict[str, int]).decode


@lru_cache(maxsize=1024)
def keys(organization: OrganizationName) -> Keys:
    """All keys of `organization`; no other one has a key in common with it."""
    tag = quote(organization, safe="") or "%"
    return Keys(*(f"interlock:{{{tag}}}:{kept}" for kept in Keys._fields))


# Asking


def peek_request(
    lines: Sequence[Line], runs: Sequence[RunId], now: Instant, memo: tuple[Digest, Digest] | None
) -> bytes:
    """A request for `peek`."""
    return _pack((now, lines, runs, memo))


def take_request(taking: Taking, now: Instant) -> list[bytes]:
    """A request for `take`: holds go each for itself, as they are kept."""
    holds = [(hold.id, hold.expires) for hold in taking.holds]
    kept = [_pack((now, hold.lines, json.encode(hold.facts).decode())) for hold in taking.holds]
    return [_pack((now, taking.memo, taking.steps, holds)), *kept]


def settle_request(hold: HoldId, actual: Actual, now: Instant) -> bytes:
    """A request for `settle`: what was used as text, which is exact, and as amounts that Lua can count."""
    text = json.encode(dict(actual), order="sorted").decode()
    spent = {unit: (min(parts // PARTS, MOST), parts % PARTS) for unit, parts in actual.items()}
    return _pack((now, hold, text, spent))


def request(now: Instant, *words: str | int) -> bytes:
    """A request for any other operation."""
    return _pack((now, *words))


# What is answered


def taken(answer: list[Any]) -> Taken:
    """What `take` answers."""
    match answer:
        case [b"held", stood]:
            return Held(_standings(stood))
        case [b"short", stood]:
            return Short(_standings(stood))
        case [b"moved", runs]:
            return Moved(tuple(RunId(run.decode()) for run in runs))
        case before:
            return _answered(before)


def ended(answer: list[Any]) -> Ended | Closed | Unknown:
    """What `settle` and `release` answer."""
    match answer:
        case [b"ended", was, stood]:
            return Ended(Status(was.decode()), _standings(stood))
        case other:
            return _not_open(other)


def extended(answer: list[Any]) -> Extended | Closed | Unknown:
    """What `extend` answers."""
    match answer:
        case [b"extended", expires]:
            return Extended(Instant(expires))
        case other:
            return _not_open(other)


def glance(answer: list[Any]) -> Glance:
    """What `peek` answers."""
    stood, states, before = answer
    return Glance(
        standings=_standings(stood),
        runs=tuple(
            RunState(version=version, text=text.decode())
            for version, text in zip(states[::2], states[1::2], strict=True)
        ),
        answered=_answered(before) if before else None,
    )


def _answered(answer: list[Any]) -> Remembered | Mismatched:
    match answer:
        case [b"remembered", text, stood]:
            return Remembered(text.decode(), _standings(stood))
        case _:
            return Mismatched()


def _not_open(answer: list[Any]) -> Closed | Unknown:
    match answer:
        case [b"closed", status]:
            return Closed(Status(status.decode()))
        case _:
            return Unknown()


def _standings(stood: list[int]) -> tuple[Standing, ...]:
    """Of four numbers each; the last says how often 2^53 goes on top of what is held."""
    four = iter(stood)
    return tuple(
        Standing(spent, parts, held + carried * (MOST + 1))
        for spent, parts, held, carried in zip(four, four, four, four, strict=True)
    )


# What is kept


def entries(organization: OrganizationName, account: bytes, buckets: bytes) -> Iterator[AccountEntry]:
    """What is booked on one account."""
    for bucket in _BUCKET.iter_unpack(buckets):
        start, _, _, *stood = map(int, bucket)
        (standing,) = _standings(stood)
        yield AccountEntry(
            organization=organization,
            account=AccountName(account.decode()),
            bucket=Instant(start),
            standing=standing,
        )


def open_hold(hold: HoldId, expires: Instant, packed: bytes) -> OpenHold:
    """A hold as it is kept, which is open until `expires`."""
    _, lines, facts = _unpack_hold(packed)
    amounts = {AccountName(account): amount for account, _, amount, *_ in lines}
    return OpenHold(id=hold, expires=expires, facts=_read_facts(facts), amounts=amounts)


def settlement(packed: bytes) -> Settlement:
    """A settlement as it is kept; a unit that nobody stated as it was held."""
    hold, at, facts, held, actual = _unpack_settlement(packed)
    amounts = {unit: amount * PARTS for unit, amount in zip(held[::2], held[1::2], strict=True)}
    return Settlement(hold=hold, at=at, facts=_read_facts(facts), actual={**amounts, **_read_actual(actual)})
