"""The JSON of what a request draws on accounts, and what is said where that does not fit."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from interlock.decisionlog.codes import ReasonCode
from interlock.instants import rfc3339
from interlock.model.budget import Unit
from interlock.model.charge import Charge, Held, Uncharged
from interlock.spelling import quoted

_MICRO: Final = 1_000_000
_SECOND: Final = 1_000


def charge(charged: Charge) -> dict[str, Any]:
    """One line of what the request draws."""
    said: dict[str, Any] = {
        "budget": charged.budget,
        "unit": charged.unit,
        "key": charged.key,
        "amount": charged.amount,
        "limit": charged.limit,
        "spent": charged.spent,
        "held": charged.held,
        "left": charged.left,
        "level": charged.level,
    }
    if charged.within is not None:
        said["within"] = charged.within
    if charged.ends is not None:
        said["ends"] = rfc3339(charged.ends)
    return said


def hold(held: Held) -> dict[str, Any]:
    """What is reserved."""
    return {"id": held.id, "expires": rfc3339(held.expires)}


def reasons(charges: Iterable[Charge], uncharged: Iterable[Uncharged]) -> Iterator[dict[str, Any]]:
    """Why the request is denied."""
    yield from (_exhausted(charged) for charged in charges if charged.denies)
    yield from map(_uncharged, uncharged)


def written(unit: Unit, amount: int) -> str:
    """`amount` as people write it."""
    match unit:
        case Unit.COST:
            return f"{Decimal(amount) / _MICRO:f} USD"
        case Unit.GPU_TIME:
            return f"{Decimal(amount) / _SECOND:f} s of device time"
        case Unit.CALLS:
            return f"{amount} calls"
        case Unit.TOKENS:
            return f"{amount} tokens"
        case Unit.INPUT_TOKENS:
            return f"{amount} input tokens"
        case Unit.OUTPUT_TOKENS:
            return f"{amount} output tokens"


def _exhausted(charged: Charge) -> dict[str, Any]:
    whose = f" of {quoted(charged.key)}" if charged.key else ""
    left, needed = written(charged.unit, charged.left), written(charged.unit, charged.amount)
    return {
        "code": ReasonCode.EXHAUSTED,
        "budget": charged.budget,
        "unit": charged.unit,
        "key": charged.key,
        "message": f"budget {quoted(charged.budget)}{whose} has {left} left, and the request may use {needed}",
        "remedy": _remedy(charged),
    }


def _remedy(charged: Charge) -> str:
    if charged.amount > charged.limit:
        return "ask for less: it is more than there ever is"
    if charged.ends is None:
        return "ask for less, or ask the owners of the budget for more"
    return f"ask for less, or wait until {rfc3339(charged.ends)}"


def _uncharged(why: Uncharged) -> dict[str, Any]:
    return {
        "code": ReasonCode.UNCHARGED,
        "budget": why.budget,
        "message": f"nobody knows what the request draws on budget {quoted(why.budget)}: {why.reason}",
        "remedy": why.remedy,
    }
