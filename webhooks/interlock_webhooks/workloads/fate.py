"""What is to be said of the hold of a workload, by what its object shows. Pure.

It depends on the object alone, so that whoever watches it says the same, and
says it again without changing anything.
"""

from typing import Final, TypeAlias

from msgspec import Struct

from interlock.units import GpuMilliseconds, Instant


class Keep(Struct, frozen=True, tag=True):
    """The workload may use its devices yet."""


class Settle(Struct, frozen=True, tag=True):
    """The workload has used its devices for that time; None where nobody knows, and it is booked as held."""

    gpu_time: GpuMilliseconds | None


class Release(Struct, frozen=True, tag=True):
    """The workload never ran."""


End: TypeAlias = Settle | Release
Fate: TypeAlias = Keep | End

KEEP: Final = Keep()
AS_HELD: Final = Settle(None)
RELEASE: Final = Release()


class Ran(Struct, frozen=True):
    """A workload that has used its devices from `start` to `end`, where both are known."""

    start: Instant | None = None
    end: Instant | None = None


Life: TypeAlias = Keep | Ran | Release
"""As a Fate, before anybody has counted devices."""
