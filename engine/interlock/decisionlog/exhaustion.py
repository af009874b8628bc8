"""Denials that come of budgets alone, and how long it takes until there is more. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from interlock.decisionlog.codes import ReasonCode
from interlock.model.charge import Level

_SECOND: Final = timedelta(seconds=1)


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
    short = {_account(reason) for reason in recorded["reasons"]}
    exceeded = [
        charge
        for charge in recorded.get("budgets", [])
        if charge["level"] == Level.EXCEEDED and _account(charge) in short
    ]
    if not exceeded or any("ends" not in each or each["amount"] > each["limit"] for each in exceeded):
        return None
    latest = max(datetime.fromisoformat(charge["ends"]) for charge in exceeded)
    return max(-((datetime.fromisoformat(recorded["time"]) - latest) // _SECOND), 1)


def _account(said: Mapping[str, Any]) -> tuple[Any, ...]:
    """Which account is spoken of; records of services that run elsewhere need not say."""
    return said.get("budget"), said.get("unit"), said.get("key")
