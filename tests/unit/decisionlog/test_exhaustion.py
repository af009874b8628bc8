"""Who is refused for budgets alone is told when there is more."""

from typing import Any

import pytest

from interlock.decisionlog.exhaustion import is_exhausted, seconds_to_wait


def _exhausted(*charges: dict[str, Any], code: str = "exhausted") -> dict[str, Any]:
    """What denies for each budget of `charges` that is exceeded and not only watched."""
    short = [each for each in charges if each["level"] == "exceeded" and each["budget"] != "watched"]
    reasons = [
        {"code": code, "message": "too little is left", "remedy": "wait", **_account(each)} for each in short
    ]
    return {"time": "2026-11-27T12:00:00.500Z", "reasons": reasons, "budgets": list(charges)}


def _account(charge: dict[str, Any]) -> dict[str, str]:
    return {name: charge[name] for name in ("budget", "unit", "key")}


def _charge(
    ends: str | None = None, amount: int = 5, level: str = "exceeded", budget: str = "team"
) -> dict[str, Any]:
    account = {"budget": budget, "unit": "calls", "key": "a"}
    return {**account, "level": level, "amount": amount, "limit": 10, **({"ends": ends} if ends else {})}


@pytest.mark.parametrize(
    ("recorded", "seconds"),
    [
        (_exhausted(_charge("2026-11-27T12:00:02.000Z")), 2),
        (_exhausted(_charge("2026-11-27T12:00:00.600Z")), 1),
        (_exhausted(_charge("2026-11-27T11:00:00.000Z")), 1),
        (_exhausted(_charge("2026-11-27T12:00:02.000Z"), _charge("2026-11-27T12:01:00.500Z")), 60),
        (
            _exhausted(
                _charge("2026-11-27T12:00:02.000Z"),
                _charge("2027-01-01T00:00:00.000Z", level="warning", budget="b"),
            ),
            2,
        ),
        (_exhausted(_charge("2026-11-27T12:00:02.000Z"), _charge(budget="watched")), 2),
        (_exhausted(_charge("2026-11-27T12:00:02.000Z"), _charge()), None),
        (_exhausted(_charge("2026-11-27T12:00:02.000Z", amount=11)), None),
        (_exhausted(), None),
        (_exhausted(_charge("2026-11-27T12:00:02.000Z"), code="violated"), None),
        ({"reasons": []}, None),
    ],
)
def test_who_waits_for_budgets_is_told_how_long_where_that_helps(
    recorded: dict[str, Any], seconds: int | None
) -> None:
    assert seconds_to_wait(recorded) == seconds


def test_budgets_alone_exhaust() -> None:
    spent = _exhausted(_charge())
    assert is_exhausted(spent)
    assert not is_exhausted({"reasons": []})
    assert not is_exhausted({"reasons": [*spent["reasons"], {"code": "violated"}]})
