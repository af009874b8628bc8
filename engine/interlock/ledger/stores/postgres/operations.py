"""What is asked of the functions in `ledger.sql`, as values of its types, and what they answer. Does no I/O.

Names go by digests, since keys of indexes can't be long. Texts go as JSON
strings, since PostgreSQL's have no NUL.
"""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, TypeAlias
from uuid import UUID

from asyncpg import Record
from msgspec import convert

from interlock.identity import AccountName, Digest, HoldId, OrganizationName, RunId
from interlock.ledger.answers import (
    AccountEntry,
    Closed,
    Ended,
    Extended,
    Glance,
    OpenHold,
    Settlement,
    Taken,
    Unknown,
)
from interlock.ledger.hold import Actual, Hold, Line, Memo, Taking
from interlock.model.balances import Standing
from interlock.units import Instant

Operation: TypeAlias = tuple[object, ...]
"""A value of the type `interlock.operation`."""

_ANSWERS: Final[dict[str, Any]] = {
    "peek": Glance,
    "take": Taken,
    "settle": Ended | Closed | Unknown,
    "release": Ended | Closed | Unknown,
    "extend": Extended | Closed | Unknown,
}


@lru_cache(maxsize=4096)
def key(organization: OrganizationName, name: str = "") -> UUID:
    """What `name` goes by in the tables; no two names of all organizations share one."""
    return UUID(bytes=blake2b(text((organization, name)).encode(), digest_size=16).digest())


def text(value: object) -> str:
    """`value` as the tables keep it."""
    return json.dumps(value)


def peek(
    organization: OrganizationName,
    lines: Sequence[Line],
    runs: Sequence[RunId],
    now: Instant,
    memo: tuple[Digest, Digest] | None,
) -> Operation:
    """What `Ledger.peek` asks."""
    asked = None if memo is None else (key(organization, memo[0]), key(organization, memo[1]), None, None)
    places = [key(organization, run) for run in runs]
    return "peek", now, None, None, asked, _lines(organization, lines), places, None, None, None


def take(taking: Taking, now: Instant) -> Operation:
    """What `Ledger.take` asks."""
    organization = taking.organization
    holds = [_hold(organization, hold) for hold in taking.holds]
    steps = [
        (key(organization, step.run), text(step.run), step.version, text(step.text), step.forgets)
        for step in taking.steps
    ]
    memo = None if taking.memo is None else _memo(organization, taking.memo)
    return "take", now, holds, steps, memo, None, None, None, None, None


def ending(  # noqa: PLR0913 - what can be asked of a hold
    kind: str,
    organization: OrganizationName,
    hold: HoldId,
    now: Instant,
    *,
    actual: Actual | None = None,
    expires: Instant | None = None,
) -> Operation:
    """What `Ledger.settle`, `release` and `extend` ask."""
    used = None if actual is None else sorted((text(unit), parts) for unit, parts in actual.items())
    return kind, now, None, None, None, None, None, key(organization, hold), used, expires


def takes(operation: Operation) -> bool:
    """Whether `operation` takes holds."""
    return operation[0] == "take"


def answer(operation: Operation, written: str) -> object:
    """What was answered to `operation`."""
    kind = operation[0]
    return convert(json.loads(written), _ANSWERS[str(kind)])


def account_entry(row: Record) -> AccountEntry:
    """What is booked in the bucket of `row`."""
    return AccountEntry(
        organization=OrganizationName(json.loads(row["organization"])),
        account=AccountName(json.loads(row["name"])),
        bucket=row["start"],
        standing=Standing(row["spent"], row["parts"], int(row["held"])),
    )


def open_hold(row: Record) -> OpenHold:
    """The hold of `row`."""
    return OpenHold(
        id=HoldId(json.loads(row["id"])),
        expires=row["expires"],
        facts=json.loads(row["facts"]),
        amounts={AccountName(json.loads(line["name"])): line["amount"] for line in row["lines"]},
    )


def settlement(row: Record) -> Settlement:
    """What the hold of `row` really used."""
    return Settlement(
        hold=HoldId(json.loads(row["hold"])),
        at=row["at"],
        facts=json.loads(row["facts"]),
        actual={json.loads(used["unit"]): int(used["parts"]) for used in row["actual"]},
    )


def _hold(organization: OrganizationName, hold: Hold) -> tuple[object, ...]:
    lines = _lines(organization, hold.lines)
    return key(organization, hold.id), text(hold.id), hold.expires, text(hold.facts), lines


def _lines(organization: OrganizationName, lines: Iterable[Line]) -> list[tuple[object, ...]]:
    return [
        (
            key(organization, line.account),
            text(line.account),
            text(line.unit),
            line.amount,
            line.limit,
            line.bucket,
            line.since,
            line.forgets,
        )
        for line in lines
    ]


def _memo(organization: OrganizationName, memo: Memo) -> tuple[object, ...]:
    return key(organization, memo.key), key(organization, memo.body), text(memo.answer), memo.forgets
