"""Quantities, each a whole number in one unit.

Money and time are never floats. Conversions between units live here and
nowhere else; each says which way it rounds.
"""

from typing import NewType

Tokens = NewType("Tokens", int)
MicroUsd = NewType("MicroUsd", int)
"""Millionths of a US dollar."""

PicoUsd = NewType("PicoUsd", int)
"""Millionths of a micro-USD: prices of single tokens are whole numbers of them."""

GpuMilliseconds = NewType("GpuMilliseconds", int)
"""Milliseconds of one device, summed over devices."""

MicroUsdPerMillionTokens = NewType("MicroUsdPerMillionTokens", int)
"""A price: what a million tokens cost, in millionths of a US dollar."""

Instant = NewType("Instant", int)
"""Milliseconds since 1970-01-01T00:00:00Z."""

Milliseconds = NewType("Milliseconds", int)

_MILLION = 1_000_000


def cost(tokens: Tokens, price: MicroUsdPerMillionTokens) -> MicroUsd:
    """What `tokens` cost at `price`, rounded up to a whole micro-USD."""
    return MicroUsd(-(-tokens * price // _MILLION))


def micro_usd(amount: PicoUsd) -> MicroUsd:
    """`amount`, rounded up to a whole micro-USD."""
    return MicroUsd(-(-amount // _MILLION))


def days(count: int) -> Milliseconds:
    """`count` times 24 hours."""
    return Milliseconds(count * 24 * 60 * 60 * 1000)
