"""Holds that a service has from the start, for requests about holds."""

from typing import Any, Final

from interlock.clock import now
from interlock.units import Instant
from interlock_webhooks.service import Service
from support.admitting import at_once
from support.ledgers import HOUR, hold, line, named, taking

HOLDS: Final[dict[str, dict[str, Any]]] = {
    "/v1/settle": {"hold": named(1), "used": {"tokens": 5}},
    "/v1/release": {"hold": named(2)},
    "/v1/extend": {"hold": named(3), "holdFor": "1m"},
}
"""For each route about holds a request about one that is there; it can be made again."""

ENDED: Final = named(4), named(5)
"""A hold that is settled, and one that is released."""


def take_holds(service: Service) -> None:
    """Take all of them."""
    at = now()
    holds = [hold(number, line(limit=None), expires=at + HOUR) for number in range(1, 6)]
    ledger = service.ledger
    at_once(ledger.take(taking(*holds), Instant(at)))
    at_once(ledger.settle(ENDED[0], {}, at))
    at_once(ledger.release(ENDED[1], at))
