"""What was found of tokens a short while ago, by their digests, and who has failed. Reads no clock.

Both are bounded: whoever sends many tokens, or from many addresses, makes
others be forgotten, and no more.
"""

import ipaddress
from collections import OrderedDict
from typing import Final, Generic, TypeVar

from interlock_webhooks.clients.rates import Meter, Rate

MOST: Final = 4_096
"""What is kept of each kind."""

FAILURES: Final = Rate(per_second=10, burst=50)
"""How often one address may show tokens that turn out to be no client's."""

_V6_NETWORK: Final = 64

_Found = TypeVar("_Found")


class Memory(Generic[_Found]):
    """What was found, each until a nanosecond of its own."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, tuple[_Found, int]] = OrderedDict()

    def get(self, key: bytes, now: int) -> _Found | None:
        """What is kept under `key`; None where nothing is, or no more."""
        kept = self._kept.get(key)
        if kept is None or now >= kept[1]:
            return None
        self._kept.move_to_end(key)
        return kept[0]

    def keep(self, key: bytes, found: _Found, until: int) -> None:
        """Keep `found` under `key`, and forget what was not needed for longest where there is too much."""
        self._kept[key] = (found, until)
        self._kept.move_to_end(key)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)


class Failures:
    """How often addresses have failed lately; those of one IPv6 network are one."""

    def __init__(self) -> None:
        self._meters: OrderedDict[str, Meter] = OrderedDict()

    def wait(self, address: str, now: int) -> int:
        """The nanoseconds until `address` may try again; 0 where it may now."""
        meter = self._meters.get(_network(address))
        return 0 if meter is None else meter.wait(now)

    def note(self, address: str, now: int) -> None:
        """Note that `address` has failed."""
        network = _network(address)
        self._meters.setdefault(network, Meter(FAILURES)).take(now)
        self._meters.move_to_end(network)
        if len(self._meters) > MOST:
            self._meters.popitem(last=False)


def _network(address: str) -> str:
    """Where `address` is: whoever has one IPv6 address has all of its network."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(read, ipaddress.IPv4Address):
        return address
    return str(ipaddress.ip_network((int(read), _V6_NETWORK), strict=False).network_address)
