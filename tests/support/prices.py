"""Rows of all published prices, and usages that their tokens can be split into."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from typing import Final

from genai_prices.data import providers
from genai_prices.types import ModelInfo, Provider
from hypothesis import strategies as st

from interlock.instants import instant_of
from interlock.prices import native
from interlock.prices.rate import Rate, Tier
from interlock.prices.row import Rates, Row, Source, Variant
from interlock.prices.tariff import Tariff
from interlock.prices.unit import INPUT_TOKENS, OUTPUT_TOKENS, REQUESTS, Unit
from interlock.prices.usage import Usage
from interlock.units import Instant

NOW: Final = instant_of(datetime(2026, 6, 15, 12, tzinfo=UTC))

TOKENS: Final = [unit for unit in native.UNITS.values() if unit.family == "tokens"]
COUNTED: Final = [unit for unit in native.UNITS.values() if unit != REQUESTS]
CACHED: Final = native.UNITS["cache_read_tokens"]
WRITTEN: Final = native.UNITS["cache_write_tokens"]


@dataclass(frozen=True)
class Entry:
    """What the package says of one model, and what is made of it."""

    provider: Provider = field(repr=False)
    model: ModelInfo
    tariff: Tariff = field(repr=False)

    def row(self, at: Instant) -> Row:
        """The prices at `at`: no entry of this release loses them."""
        row = self.tariff.row(at)
        assert row is not None
        return row


@cache
def entries() -> tuple[Entry, ...]:
    """Every entry of the release that has prices."""
    every = ((provider, model) for provider in providers for model in provider.models)
    found = ((provider, model, native.tariff_of(provider, model)) for provider, model in every)
    return tuple(
        Entry(provider, model, tariff)
        for provider, model, tariff in found
        if tariff is not None and tariff.row(NOW) is not None
    )


def made_row(rates: Rates, *variants: Variant, least: dict[Unit, int] | None = None) -> Row:
    """A row of these rates."""
    return Row(
        source=Source.PUBLISHED, provider="p", model="m", rates=rates, variants=variants, least=least or {}
    )


instants = st.datetimes(datetime(2023, 1, 1), datetime(2028, 1, 1)).map(  # noqa: DTZ001 - hypothesis adds the zone
    lambda time: Instant(instant_of(time.replace(tzinfo=UTC)))
)
published_entries = st.integers(0, len(entries()) - 1).map(entries().__getitem__)
published_rows = st.builds(Entry.row, published_entries, instants)

_prices = st.builds(Fraction, st.integers(0, 10**9), st.sampled_from([1, 3, 3600]))
rates = st.builds(
    Rate,
    _prices,
    st.lists(
        st.builds(Tier, st.integers(0, 400_000), _prices), max_size=3, unique_by=lambda tier: tier.above
    ).map(lambda tiers: tuple(sorted(tiers, key=lambda tier: tier.above))),
)


@st.composite
def made_rates(draw: st.DrawFn) -> Rates:
    """Rates of both tokens, and perhaps of sorts of input tokens that don't overlap."""
    units = [INPUT_TOKENS, OUTPUT_TOKENS, *draw(st.lists(st.sampled_from([CACHED, WRITTEN]), unique=True))]
    return {unit: draw(rates) for unit in units}


made_rows = st.builds(
    made_row,
    made_rates(),
    st.builds(Variant, st.just({"service_tier": "priority"}), made_rates()),
)


def usage_of_sorts(sorts: dict[Unit, int]) -> Usage:
    """The usage of so many of each sort: a unit counts its own and all that its parts count."""
    return Usage(
        {
            unit: sum(count for sort, count in sorts.items() if sort == unit or unit.has_part(sort))
            for unit in native.UNITS.values()
        }
    )


def usages(units: Iterable[Unit]) -> st.SearchStrategy[Usage]:
    """Usages in a few of these units, and what they are parts of."""
    sorts = st.dictionaries(st.sampled_from(list(units)), st.integers(0, 400_000), max_size=5)
    return sorts.map(usage_of_sorts)


token_usages = usages(TOKENS)
