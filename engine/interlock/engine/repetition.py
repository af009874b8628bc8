"""Requests that are made again under the same key: they are answered as before."""

from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Struct

from interlock.decisionlog.record import record
from interlock.identity import Digest
from interlock.ledger.answers import Mismatched, Remembered
from interlock.ledger.hold import REMEMBERED, Memo
from interlock.model.decision import Decision
from interlock.units import Instant

_RECORDS: Final = msgspec.json.Decoder(list[dict[str, Any]])


class Once(Struct, frozen=True):
    """What tells a request that is made again: its key, and the digest of its body.

    `of_holds` says that only holds must not be taken twice: a request that
    draws on nothing is decided again.
    """

    key: Digest
    body: Digest
    of_holds: bool = False


class Repeated(Struct, frozen=True):
    """The records of the decisions that were made first."""

    records: list[dict[str, Any]]


class Misused(Struct, frozen=True):
    """The key belongs to a request with another body."""


Answered: TypeAlias = Repeated | Misused


def memo_of(once: Once, decisions: tuple[Decision, ...], now: Instant) -> Memo:
    """What is kept of `decisions`, to be given again."""
    answer = msgspec.json.encode([record(decision) for decision in decisions]).decode()
    return Memo(key=once.key, body=once.body, answer=answer, forgets=Instant(now + REMEMBERED))


def again(answered: Remembered | Mismatched) -> Answered:
    """What is answered to a request that was made before."""
    if isinstance(answered, Mismatched):
        return Misused()
    return Repeated(_RECORDS.decode(answered.answer))
