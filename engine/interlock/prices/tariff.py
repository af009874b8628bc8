"""What one model costs at any instant. Pure, but for what it remembers.

Prices change on a date or with the time of the day. Of the prices that hold
at an instant the last one counts, and where none does the first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Generic, TypeAlias, TypeVar

from interlock.prices.row import Rates, Row, Source, Variant
from interlock.prices.unit import Unit
from interlock.units import Instant

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_Held = TypeVar("_Held", Rates, Variant)
_Pick: TypeAlias = tuple[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Timed(Generic[_Held]):
    """Prices and when they hold."""

    holds: Callable[[datetime], bool]
    held: _Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """All prices of one model; there is at least one in `standard`."""

    provider: str
    model: str
    standard: Sequence[Timed[Rates]]
    variants: Sequence[Timed[Variant]] = ()
    least: Mapping[Unit, int] = field(default_factory=dict)
    _rows: dict[_Pick, Row] = field(default_factory=dict, init=False, repr=False, compare=False)

    def row(self, at: Instant) -> Row | None:
        """The prices at `at`, the same object while none changes, or None where nothing has a price.

        A list that gives no price doesn't say that a model is free; it can say so with a price of 0.
        """
        moment = _EPOCH + timedelta(milliseconds=at)
        standard = max((n for n, each in enumerate(self.standard) if each.holds(moment)), default=0)
        if not self.standard[standard].held:
            return None
        pick = standard, tuple(n for n, each in enumerate(self.variants) if each.holds(moment))
        return self._rows.get(pick) or self._rows.setdefault(pick, self._made(pick))

    def _made(self, pick: _Pick) -> Row:
        standard, variants = pick
        return Row(
            source=Source.PUBLISHED,
            provider=self.provider,
            model=self.model,
            rates=self.standard[standard].held,
            variants=tuple(self.variants[n].held for n in variants),
            least=self.least,
        )
