"""Single calls to a ledger under test, of holds that go by numbers."""

from interlock.ledger.answers import Closed, Ended, Extended, Taken, Unknown
from interlock.ledger.hold import Hold, Line
from interlock.model.balances import Standing
from interlock.units import Instant
from support.ledgers import NOW, ORGANIZATION, Steps, named, taking, whole


def take(store: Steps, *holds: Hold, now: int = NOW) -> Taken:
    return store.do(store.ledger.take(taking(*holds), Instant(now)))


def standing(store: Steps, *lines: Line, now: int = NOW) -> list[Standing]:
    return list(store.do(store.ledger.peek(ORGANIZATION, lines, (), Instant(now))).standings)


def settle(store: Steps, number: int, now: int = NOW, **units: int) -> Ended | Closed | Unknown:
    return store.do(store.ledger.settle(named(number), whole(**units), Instant(now)))


def release(store: Steps, number: int, now: int = NOW) -> Ended | Closed | Unknown:
    return store.do(store.ledger.release(named(number), Instant(now)))


def extend(store: Steps, number: int, expires: int, now: int = NOW) -> Extended | Closed | Unknown:
    return store.do(store.ledger.extend(named(number), Instant(expires), Instant(now)))
