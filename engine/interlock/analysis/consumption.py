"""What settled requests used, and who used how much of it. Pure; sums are exact."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self, TypeVar

from interlock.ledger.account import PARTS
from interlock.ledger.answers import Settlement
from interlock.model.budget import Unit

_Key = TypeVar("_Key")

_HOUR: Final = 60 * 60 * 1000 * PARTS
_PLACES: Final = 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumption:
    """Parts of each unit: micro-USD of `cost`, milliseconds of one device of `gpu_time`."""

    calls: int = 0
    tokens: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: int = 0
    gpu_time: int = 0

    @classmethod
    def of(cls, actual: Mapping[str, int]) -> Self:
        """What one settlement used.

        It is one call where it does not say otherwise, and its tokens are those
        that it read and wrote where it does not say how many that is.
        """
        read, written = actual.get(Unit.INPUT_TOKENS, 0), actual.get(Unit.OUTPUT_TOKENS, 0)
        return cls(
            calls=actual.get(Unit.CALLS, PARTS),
            tokens=actual.get(Unit.TOKENS, read + written),
            input_tokens=read,
            output_tokens=written,
            cost=actual.get(Unit.COST, 0),
            gpu_time=actual.get(Unit.GPU_TIME, 0),
        )

    def __add__(self, other: Self) -> Self:
        """Both together."""
        return type(self)(
            calls=self.calls + other.calls,
            tokens=self.tokens + other.tokens,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost=self.cost + other.cost,
            gpu_time=self.gpu_time + other.gpu_time,
        )

    @property
    def gpu_hours(self) -> int:
        """Millionths of an hour of device time, rounded half up: most times have no decimal of hours."""
        return (2 * self.gpu_time * _PLACES + _HOUR) // (2 * _HOUR)


NOTHING: Final = Consumption()


def consumed_by(
    settlements: Iterable[Settlement], whose: Callable[[Settlement], _Key]
) -> dict[_Key, Consumption]:
    """What all of `settlements` used, by `whose` it is.

    Law (tests/properties/test_consumption_laws.py): all of it together is what
    all settlements used, whoever they are attributed to.
    """
    found: dict[_Key, Consumption] = {}
    for settled in settlements:
        key = whose(settled)
        found[key] = found.get(key, NOTHING) + Consumption.of(settled.actual)
    return found


def total(consumed: Iterable[Consumption]) -> Consumption:
    """All of `consumed` together."""
    return sum(consumed, NOTHING)
