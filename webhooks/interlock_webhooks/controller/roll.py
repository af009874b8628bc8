"""Which replicas of the service live, by what whoever looks has seen of their leases. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from interlock.units import Milliseconds


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a lease that nobody renews is that of a living replica; every how long one renews its own."""

    lasts: Milliseconds
    beats: Milliseconds


PACE: Final = Pace(lasts=Milliseconds(40_000), beats=Milliseconds(10_000))


class Roll:
    """The replicas whose leases were seen to change lately. `now` is by the clock of who looks."""

    def __init__(self, lasts: Milliseconds) -> None:
        self._lasts = lasts
        self._seen: dict[str, tuple[str, Milliseconds]] = {}

    def seen(self, versions: Mapping[str, str], now: Milliseconds) -> None:
        """Know that there are leases of these replicas, in these versions, and no others."""
        before = self._seen
        self._seen = {
            name: before[name] if name in before and before[name][0] == version else (version, now)
            for name, version in versions.items()
        }

    def live(self, now: Milliseconds) -> frozenset[str]:
        """Those that may live."""
        return frozenset(name for name, (_, since) in self._seen.items() if now - since < self._lasts)
