"""What is to be said of the hold of a workload, by what its object shows. Pure.

It depends on the object alone, so that whoever watches it says the same, and
says it again without changing anything.
"""

from typing import Final, TypeAlias

from msgspec import Struct

from interlock.units import GpuMilliseconds, Instant, Milliseconds


class Keep(Struct, frozen=True, tag=True):
    """The workload may use its devices yet."""


class Settle(Struct, frozen=True, tag=True):
    """The workload has used its devices for that time."""

    gpu_time: GpuMilliseconds


class SettleAsHeld(Struct, frozen=True, tag=True):
    """Nobody knows what the workload has used: it is booked as held, and as no less than that."""

    at_least: GpuMilliseconds = GpuMilliseconds(0)


class Release(Struct, frozen=True, tag=True):
    """The workload never ran."""


End: TypeAlias = Settle | SettleAsHeld | Release
Fate: TypeAlias = Keep | End

KEEP: Final = Keep()
AS_HELD: Final = SettleAsHeld()
RELEASE: Final = Release()


class Ran(Struct, frozen=True):
    """A workload that has used its devices from `start` to `end`, where known; `once` if that is all."""

    start: Instant | None = None
    end: Instant | None = None
    once: bool = True

    @property
    def lasted(self) -> Milliseconds | None:
        """How long, where it can be."""
        if self.start is None or self.end is None or self.end < self.start:
            return None
        return Milliseconds(self.end - self.start)


Life: TypeAlias = Keep | Ran | Release
"""As a Fate, before anybody has counted devices."""
