"""Bodies about holds to plain data, and what became of them to bodies. Pure."""

from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from interlock.errors import RequestError
from interlock.instants import rfc3339
from interlock.ledger.account import MOST, PARTS
from interlock.ledger.answers import Closed, Ended, Extended, Unknown
from interlock.ledger.hold import Actual
from interlock.model.budget import Unit
from interlock_webhooks import wire
from interlock_webhooks.refusal import RefusedError

Amount = Annotated[int, Meta(ge=0, le=MOST)]
Money = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,12})?$", max_length=24)]
Name = Annotated[str, Meta(min_length=1, max_length=512)]
HoldText = Annotated[str, Meta(min_length=1, max_length=1024)]

_MICRO: Final = 1_000_000
_Answer = TypeVar("_Answer", Ended, Extended)


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
            parts[Unit.COST.value] = int(Decimal(self.cost) * _MICRO * PARTS)
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


class Release(Struct, forbid_unknown_fields=True):
    """The hold that a decision named: nothing of it was used."""

    hold: HoldText


class Extension(Struct, forbid_unknown_fields=True, rename="camel"):
    """The hold that a decision named, and how long it is to last from now on, such as `10m`."""

    hold: HoldText
    hold_for: str


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


_SETTLEMENT: Final = msgspec.json.Decoder(Settlement)
_RELEASE: Final = msgspec.json.Decoder(Release)
_EXTENSION: Final = msgspec.json.Decoder(Extension)


def decode_settlement(body: bytes) -> Settlement:
    """The settlement in `body`, which says what was used."""
    settlement = wire.decode(body, _SETTLEMENT)
    if settlement.used is UNSET and settlement.response is UNSET:
        raise RequestError("say what was `used`, or send the provider's `response`", path="$.used")
    return settlement


def decode_release(body: bytes) -> Release:
    """The release in `body`."""
    return wire.decode(body, _RELEASE)


def decode_extension(body: bytes) -> Extension:
    """The extension in `body`."""
    return wire.decode(body, _EXTENSION)


def encode_ended(hold: str, status: str, answer: Ended | Closed | Unknown, **said: str) -> bytes:
    """The body that says that `hold` is `status` now, and what else is `said` of it.

    Raises:
        RefusedError: there is no such hold, or it has ended in another way.
    """
    return wire.encode(HoldAnswer(hold=hold, status=status, was=_known(answer).was, **said))


def priced(cost: int, price: str) -> dict[str, str]:
    """What is said of a hold that cost so many millionths of a micro-USD, by the prices of this digest."""
    return {"cost": f"{(Decimal(cost) / (_MICRO * PARTS)).normalize():f}", "price": price}


def encode_extended(hold: str, answer: Extended | Closed | Unknown) -> bytes:
    """The body that says until when `hold` lasts.

    Raises:
        RefusedError: there is no such hold, or it has ended.
    """
    extended = _known(answer)
    return wire.encode(HoldAnswer(hold=hold, status="open", expires=rfc3339(extended.expires)))


def _known(answer: _Answer | Closed | Unknown) -> _Answer:
    if isinstance(answer, Unknown):
        message = "`hold`: nobody has such a hold, or it ended long ago: send the `hold.id` of a decision"
        raise RefusedError(HTTPStatus.NOT_FOUND, message)
    if isinstance(answer, Closed):
        raise RefusedError(HTTPStatus.CONFLICT, f"`hold`: it is {answer.status} already, and stays so")
    return answer
