"""What a usage costs, and what it may cost at most. Pure.

Laws (tests/properties/test_price_laws.py): a usage never costs more than the
worst case of its tokens; where no price has tiers, usages together cost what
they cost apart.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from interlock.errors import RequestError
from interlock.prices.row import Row
from interlock.prices.unit import INPUT_TOKENS, OUTPUT_TOKENS, REQUESTS, Side, Unit
from interlock.prices.usage import Count, Usage
from interlock.units import MicroUsd, PicoUsd, Tokens, micro_usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Exact; a side that doesn't come to whole pico-USD is rounded up."""

    input: PicoUsd
    output: PicoUsd
    other: PicoUsd

    @property
    def total(self) -> PicoUsd:
        """All sides together."""
        return PicoUsd(self.input + self.output + self.other)


def cost(row: Row, usage: Usage) -> Cost:
    """What `usage` costs at the prices of `row` that hold on no terms.

    What a row has a price for is charged at it, and not again as a part of
    something else. What it has no price for costs what it is a part of does,
    and nothing if it is no part. Counts that don't fit together are an error.
    """
    # Only a row with tiers needs to know how long the prompt was.
    tiered = any(charge.rate.tiers for charge in row.charges)
    prompt = int(usage.count(INPUT_TOKENS)) if tiered else 0
    sides = dict.fromkeys(Side, Fraction(0))
    for charge, count in zip(row.charges, _counts(row, usage), strict=True):
        sides[charge.unit.side] += charge.rate.at(prompt) * count
    return _rounded(sides)


def worst(row: Row, *, input_tokens: Tokens, output_tokens: Tokens) -> MicroUsd:
    """The most that one call of at most so many tokens may cost, on whatever terms, rounded up.

    As if each token were of the sort that costs most, on the terms and in the
    tier in which it does. What `row.unbounded` names is not in it.
    """
    wholes = {INPUT_TOKENS: input_tokens, OUTPUT_TOKENS: output_tokens, REQUESTS: 1}
    sides = {whole.side: _dearest(row, whole, input_tokens) * count for whole, count in wholes.items()}
    return micro_usd(_rounded(sides).total)


def _rounded(sides: dict[Side, Fraction]) -> Cost:
    return Cost(
        input=PicoUsd(ceil(sides[Side.INPUT])),
        output=PicoUsd(ceil(sides[Side.OUTPUT])),
        other=PicoUsd(ceil(sides[Side.OTHER])),
    )


def _dearest(row: Row, whole: Unit, prompt: int) -> Fraction:
    """The most that one of `whole` costs in a call of at most so many tokens of prompt."""
    return max((rate.most(prompt) for rate in row.alternatives[whole]), default=Fraction(0))


def _counts(row: Row, usage: Usage) -> list[Count]:
    """By charge, what is in the count of its unit and in none of its parts'."""
    counts: list[Count] = []
    for charge in row.charges:
        unit = charge.unit
        parts = sum(counts[part] for part in charge.parts)
        left = _billed(row, usage, unit) - parts
        if left < 0:
            message = f"`{unit.wire_name}`: is less than its parts together, {parts}"
            raise RequestError(message, path=f"$.{unit.wire_name}")
        counts.append(left)
    return counts


def _billed(row: Row, usage: Usage, unit: Unit) -> Count:
    """The count of `unit` that is charged: for calls, the one that the usage is of."""
    count = 1 if unit == REQUESTS else usage.count(unit)
    return max(count, row.least.get(unit, 0)) if count else 0
