"""A row of a price list: what a model costs at one instant. Pure.

It must not know where prices come from. Prices that hold on certain terms
only, such as a service tier, are its variants; whoever knows the terms asks
for the row under them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from itertools import chain

from interlock.digests import digest_of
from interlock.identity import Digest
from interlock.model.catalog import ModelEntry
from interlock.prices.rate import Rate
from interlock.prices.unit import INPUT_TOKENS, OUTPUT_TOKENS, REQUESTS, Unit

Rates = Mapping[Unit, Rate]
Terms = Mapping[str, str]


class Source(StrEnum):
    """Who says what a model costs."""

    CATALOG = "catalog"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Variant:
    """Prices that replace others of their units on all of these terms."""

    terms: Terms
    rates: Rates


@dataclass(frozen=True, slots=True)
class Charge:
    """A unit with its rate, and where among the charges those of its parts are."""

    unit: Unit
    rate: Rate
    parts: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Row:
    """The prices of one model.

    `variants` are in their order: of two that give the price of one unit, the
    first whose terms are met counts. `least` is what is charged at least of a
    unit where there is any of it.
    """

    source: Source
    provider: str
    model: str
    rates: Rates
    variants: tuple[Variant, ...] = ()
    least: Mapping[Unit, int] = field(default_factory=dict)

    @cached_property
    def digest(self) -> Digest:
        """The same for rows that say the same, whatever release they come from."""
        return digest_of(
            {
                "source": self.source,
                "provider": self.provider,
                "model": self.model,
                "rates": _canonical(self.rates),
                "variants": [
                    {"terms": dict(variant.terms), "rates": _canonical(variant.rates)}
                    for variant in self.variants
                ],
                "least": {unit.name: least for unit, least in self.least.items()},
            }
        )

    @cached_property
    def charges(self) -> tuple[Charge, ...]:
        """All rates that hold on no terms; parts come before what they are parts of."""
        ordered = sorted(self.rates, key=lambda unit: (-len(unit.dimensions), unit.name))
        return tuple(
            Charge(unit, self.rates[unit], tuple(n for n, part in enumerate(ordered) if unit.has_part(part)))
            for unit in ordered
        )

    @cached_property
    def alternatives(self) -> Mapping[Unit, tuple[Rate, ...]]:
        """All that one of a whole may cost, as whatever part of it and on whatever terms."""
        return {
            whole: tuple(rate for unit, rate in self._every_rate() if unit == whole or whole.has_part(unit))
            for whole in (INPUT_TOKENS, OUTPUT_TOKENS, REQUESTS)
        }

    @cached_property
    def unbounded(self) -> tuple[str, ...]:
        """Names of the units that cost something and that no number of tokens bounds, in their order."""
        return tuple(sorted({unit.wire_name for unit, rate in self._every_rate() if _is_unbounded(unit, rate)}))

    def under(self, terms: Terms) -> "Row":
        """The prices on just these terms: no variants are left."""
        rates = dict(self.rates)
        for variant in reversed(self.variants):
            if variant.terms.items() <= terms.items():
                rates.update(variant.rates)
        return replace(self, rates=rates, variants=())

    def _every_rate(self) -> Iterator[tuple[Unit, Rate]]:
        return chain(self.rates.items(), *(variant.rates.items() for variant in self.variants))


def _canonical(rates: Rates) -> dict[str, object]:
    return {unit.name: rate.canonical() for unit, rate in rates.items()}


def _is_unbounded(unit: Unit, rate: Rate) -> bool:
    return unit.family != INPUT_TOKENS.family and unit != REQUESTS and not rate.is_free


def of_catalog(entry: ModelEntry) -> Row | None:
    """What the Catalog says that `entry` costs, or None where it says nothing.

    The row goes by the first name of the entry, which no other entry has.
    """
    if entry.input_price is None or entry.output_price is None:
        return None
    # A micro-USD per million tokens is a pico-USD per token.
    rates = {
        INPUT_TOKENS: Rate(Fraction(entry.input_price)),
        OUTPUT_TOKENS: Rate(Fraction(entry.output_price)),
    }
    return Row(source=Source.CATALOG, provider=entry.provider, model=entry.names[0], rates=rates)
