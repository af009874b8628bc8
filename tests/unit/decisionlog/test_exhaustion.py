"""Who is refused for budgets alone is told when there is more."""

from typing import Any

import pytest

from interlock.decisionlog.exhaustion import is_exhausted, seconds_to_wait


def _exhausted(*charges: dict[str, Any], code: str = "exhausted") -> dict[str, Any]:
    reasons = [{"code": code, "message": "too little is left", "remedy": "wait"}]
    return {"time": "2026-11-27T12:00:00.500Z", "reasons": reasons, "budgets": list(charges)}


def _charge(ends: str | None = None, amount: int = 5, left: int = 1, limit: int = 10) -> dict[str, Any]:
    return {"amount": amount, "left": left, "limit": limit, **({"ends": ends} if ends else {})}


@pytest.mark.parametrize(
    ("recorded", "seconds"),
    [
        (_exhausted(_charge("2026-11-27T12:00:02.000Z")), 2),
        (_exhausted(_charge("2026-11-27T12:00:00.600Z")), 1),
        (_exhausted(_charge("2026-11-27T11:00:00.000Z")), 1),
        (_exhausted(_charge("2026-11-27T12:00:02.000Z"), _charge("2026-11-27T12:01:00.500Z")), 60),
        (_exhausted(_charge("2026-11-27T12:00:02.000Z"), _charge("2027-01-01T00:00:00.000Z", left=5)), 2),
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
    assert is_exhausted(_exhausted())
    assert not is_exhausted({"reasons": []})
    assert not is_exhausted({"reasons": [*_exhausted()["reasons"], {"code": "violated"}]})
