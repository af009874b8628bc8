"""What is said of holds, and what is answered: settled, released, extended. Pure."""

from decimal import Decimal
from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from interlock.ledger.account import MOST, PARTS
from interlock.ledger.hold import Actual
from interlock.model.budget import Unit

Amount = Annotated[int, Meta(ge=0, le=MOST)]
Money = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,12})?$", max_length=24)]
Name = Annotated[str, Meta(min_length=1, max_length=512)]
HoldText = Annotated[str, Meta(min_length=1, max_length=1024)]

MICRO: Final = 1_000_000
"""Micro-USD of a US dollar."""


class Used(Struct, forbid_unknown_fields=True, omit_defaults=True, rename="camel"):
    """What was really used; a unit that is left out is booked as it was held.

    `cost` is in US dollars, `gpuTime` in milliseconds of one device. `tokens`
    are input and output tokens together, unless they are given.
    """

    calls: Amount | UnsetType = UNSET
    tokens: Amount | UnsetType = UNSET
    input_tokens: Amount | UnsetType = UNSET
    output_tokens: Amount | UnsetType = UNSET
    cost: Money | UnsetType = UNSET
    gpu_time: Amount | UnsetType = UNSET

    @property
    def actual(self) -> Actual:
        """Parts of each unit that is known."""
        tokens = self.tokens
        if tokens is UNSET and self.input_tokens is not UNSET and self.output_tokens is not UNSET:
            tokens = self.input_tokens + self.output_tokens
        whole = {
            Unit.CALLS: self.calls,
            Unit.TOKENS: tokens,
            Unit.INPUT_TOKENS: self.input_tokens,
            Unit.OUTPUT_TOKENS: self.output_tokens,
            Unit.GPU_TIME: self.gpu_time,
        }
        parts = {unit.value: amount * PARTS for unit, amount in whole.items() if amount is not UNSET}
        if self.cost is not UNSET:
            parts[Unit.COST.value] = int(Decimal(self.cost) * MICRO * PARTS)
        return parts


class Settlement(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The hold that a decision named, and what was used of it.

    That is `used`, or is read from the provider's `response` or the usage in it,
    which `provider`, `model` and `flavor` say more of where it does not itself.
    What `used` says beside a `response` counts before it.
    """

    hold: HoldText
    used: Used | UnsetType = UNSET
    response: dict[str, Any] | UnsetType = UNSET
    provider: Name | UnsetType = UNSET
    model: Name | UnsetType = UNSET
    flavor: Name | UnsetType = UNSET

    @property
    def stated(self) -> Actual:
        """What whoever settles says itself."""
        return {} if self.used is UNSET else self.used.actual

    @property
    def named(self) -> dict[str, str]:
        """What is said of the response beside it."""
        given = {"provider": self.provider, "model": self.model, "flavor": self.flavor}
        return {name: text for name, text in given.items() if text is not UNSET}


class HoldAnswer(Struct, omit_defaults=True):
    """What a hold is now, what it was before where it ended, and until when it lasts where it did not.

    `cost` is what a `response` cost, in US dollars, and `price` the digest of
    the prices that it was counted by; absent where nobody knows them.
    """

    hold: str
    status: str
    was: str = ""
    expires: str = ""
    cost: str = ""
    price: str = ""
