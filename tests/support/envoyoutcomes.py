"""Outcomes of each sort, of fixed records, for comparing what proxies read of them."""

from typing import Any, Final

from interlock_webhooks.envoy.outcome import Outcome, outcome_of
from interlock_webhooks.envoy.ratelimit.codec import Counted
from interlock_webhooks.envoy.ratelimit.hits import Unit

_TIME: Final = "2026-11-27T12:00:00.000Z"
_RECORD: Final[dict[str, Any]] = {
    "decision": "allow",
    "policySet": "sha256:00",
    "time": _TIME,
    "reasons": [],
    "limits": [{"of": "intent.usage.outputTokens", "ceiling": 500}],
}
_CHARGE: Final[dict[str, Any]] = {
    "budget": "all",
    "unit": "tokens",
    "key": "",
    "amount": 104,
    "limit": 300,
    "left": 300,
    "level": "within",
    "ends": "2026-11-27T12:01:30.500Z",
}

ALLOWED: Final = {**_RECORD, "hold": {"id": "YQ.Yg", "expires": _TIME}, "budgets": [_CHARGE]}
EXHAUSTED: Final = {
    **_RECORD,
    "decision": "deny",
    "reasons": [
        {"code": "exhausted", "budget": "all", "unit": "tokens", "key": "", "message": "too little is left"}
    ],
    "budgets": [_CHARGE | {"left": 7, "level": "exceeded"}],
}

OUTCOMES: Final[dict[str, Outcome]] = {"allowed": outcome_of(ALLOWED), "exhausted": outcome_of(EXHAUSTED)}
COUNTED: Final = {
    "allowed": [Counted(ALLOWED, Unit.TOKENS)],
    "exhausted": [Counted(EXHAUSTED, Unit.TOKENS), Counted(ALLOWED, Unit.CALLS)],
}
