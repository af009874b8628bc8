"""Denials that come of budgets alone, and how long it takes until there is more. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from interlock.decisionlog.codes import ReasonCode
from interlock.instants import instant_of

_SECOND: Final = 1_000


def is_exhausted(recorded: Mapping[str, Any]) -> bool:
    """Whether `recorded` denies, and for nothing but budgets that have too little left."""
    reasons = recorded["reasons"]
    return bool(reasons) and all(reason["code"] == ReasonCode.EXHAUSTED for reason in reasons)


def seconds_to_wait(recorded: Mapping[str, Any]) -> int | None:
    """After how many seconds the same may be allowed, if nothing is used until then; at least 1.

    None where waiting is not enough, or nobody knows for how long.
    """
    if not is_exhausted(recorded):
        return None
    ends = list(_ends(recorded))
    if not ends or None in ends:
        return None
    asked = _milliseconds(recorded["time"])
    return max(1, *(-((asked - _milliseconds(end)) // _SECOND) for end in ends if end is not None))


def _ends(recorded: Mapping[str, Any]) -> Iterator[str | None]:
    """When each window ends in which too little is left; None where that changes nothing or is not known."""
    for charge in recorded.get("budgets", []):
        if charge["amount"] > charge["left"]:
            yield charge.get("ends") if charge["amount"] <= charge["limit"] else None


def _milliseconds(time: str) -> int:
    return instant_of(datetime.fromisoformat(time))
