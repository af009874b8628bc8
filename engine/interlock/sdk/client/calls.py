"""Calls of the check API to bodies, and what came back to what it says. Pure: knows no connection.

Whatever comes back, the outcome is an answer of the shape that was asked for, or
an error: none but a 200 with a whole decision that allows is an allowance.

Source: docs/reference/http.md.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec import Struct

from interlock.checks.holds import HoldAnswer, Settlement
from interlock.decisionlog.recorded import RecordedDecision
from interlock.errors import RequestError
from interlock.intents.check import CheckRequest
from interlock.ledger.hold import Status
from interlock.sdk.lengths import written
from interlock.sdk.result import CheckResult

Answer = TypeVar("Answer")

_PAUSES: Final = 0.05, 0.25


class Call(Struct, Generic[Answer], frozen=True, kw_only=True):
    """One call: its body, whether it does nothing more when it is made again, and how its answer is read.

    `read` raises ValueError where the answer says no such thing.
    """

    path: str
    body: bytes
    is_repeatable: bool
    read: Callable[[bytes], Answer]

    @property
    def pauses(self) -> tuple[float, ...]:
        """Seconds to wait before it is made again, each time; none where it must not be."""
        return _PAUSES if self.is_repeatable else ()


class _Decisions(Struct):
    decisions: list[RecordedDecision]


_DECISION: Final = msgspec.json.Decoder(RecordedDecision)
_DECISIONS: Final = msgspec.json.Decoder(_Decisions)
_HOLD: Final = msgspec.json.Decoder(HoldAnswer)


def check_call(check: CheckRequest) -> Call[CheckResult]:
    """One check, which is made again only under a key. Raises RequestError."""
    return Call(
        path="/v1/check",
        body=_encoded(check),
        is_repeatable=_is_repeatable(check),
        read=lambda body: _result(_DECISION.decode(body)),
    )


def batch_call(
    checks: Sequence[CheckRequest], *, linked: bool, idempotency_key: str | None
) -> Call[list[CheckResult]]:
    """Several checks, which are made again only under a key, or where each has one. Raises RequestError."""
    batch: dict[str, Any] = {"checks": list(checks)}
    if linked:
        batch["linked"] = True
    if idempotency_key is not None:
        batch["idempotencyKey"] = idempotency_key

    def read(body: bytes) -> list[CheckResult]:
        decisions = _DECISIONS.decode(body).decisions
        if len(decisions) != len(checks):
            raise ValueError(f"{len(decisions)} decisions on {len(checks)} checks")
        return [*map(_result, decisions)]

    return Call(
        path="/v1/check/batch",
        body=_encoded(batch),
        is_repeatable=idempotency_key is not None or all(map(_is_repeatable, checks)),
        read=read,
    )


def settle_call(settlement: Settlement) -> Call[HoldAnswer]:
    """What was used of a hold."""
    return _hold_call("/v1/settle", settlement, settlement.hold, Status.SETTLED)


def release_call(hold: str) -> Call[HoldAnswer]:
    """That nothing was used."""
    return _hold_call("/v1/release", {"hold": hold}, hold, Status.RELEASED)


def extend_call(hold: str, hold_for: timedelta) -> Call[HoldAnswer]:
    """How long the hold lasts from now on."""
    return _hold_call("/v1/extend", {"hold": hold, "holdFor": written(hold_for)}, hold, Status.OPEN)


def _hold_call(path: str, body: object, hold: str, status: Status) -> Call[HoldAnswer]:
    def read(answer: bytes) -> HoldAnswer:
        told = _HOLD.decode(answer)
        if (told.hold, told.status) != (hold, status):
            raise ValueError("it is about another hold, or says that it is something else")
        return told

    return Call(path=path, body=_encoded(body), is_repeatable=True, read=read)


def _result(decision: RecordedDecision) -> CheckResult:
    if (decision["decision"] == "allow") != (not decision["reasons"]):
        raise ValueError("the decision contradicts its reasons")
    return CheckResult(decision)


def _is_repeatable(check: CheckRequest) -> bool:
    return isinstance(check.get("idempotencyKey"), str) or check.get("dryRun") is True


def _encoded(value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        raise RequestError(f"what is asked is not JSON: {error}") from None
