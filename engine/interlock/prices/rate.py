"""What one of a unit costs, in pico-USD. Pure; exact, never a float.

A price by the thousand or the hour need not come to whole pico-USD, so it is
a fraction. Only what is charged in the end is rounded.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Tier:
    """The price of each where the prompt has more than `above` tokens."""

    above: int
    price: Fraction


@dataclass(frozen=True, slots=True)
class Rate:
    """A price, and those that replace it for long prompts. A tier prices all, not only what is above."""

    base: Fraction
    tiers: tuple[Tier, ...] = ()

    @property
    def is_free(self) -> bool:
        """Whether it is nothing, however long the prompt."""
        return self.base == 0 and all(tier.price == 0 for tier in self.tiers)

    def at(self, prompt: int) -> Fraction:
        """The price for a prompt of so many tokens: that of the highest tier that it is above."""
        reached = (tier for tier in self.tiers if prompt > tier.above)
        return max(reached, key=lambda tier: tier.above, default=Tier(0, self.base)).price

    def most(self, prompt: int) -> Fraction:
        """The highest price for any prompt of at most so many tokens: a tier may be cheaper."""
        return max([self.base, *(tier.price for tier in self.tiers if prompt > tier.above)])

    def canonical(self) -> dict[str, object]:
        """JSON that is the same for equal rates, and for no others."""
        tiers = [{"above": tier.above, "price": str(tier.price)} for tier in self.tiers]
        return {"base": str(self.base), "tiers": tiers}
