"""Requests admitted one by one, by an engine whose accounts nobody else uses."""

from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from interlock.engine import Engine
from interlock.engine.admission import Admission
from interlock.engine.group import Ask
from interlock.ledger.stores.memory import MemoryLedger
from interlock.model.decision import Decision
from interlock.model.intent import Intent
from interlock.units import Instant

_Answer = TypeVar("_Answer")


def admitted(engine: Engine, intent: Intent, *, now: int, request: Mapping[str, Any] | None = None) -> Decision:
    """The decision on `intent`, which goes on if it is allowed."""
    ask = Ask(intent=intent, request=request)
    answer = at_once(Admission(engine, MemoryLedger()).admit([ask], now=Instant(now)))
    assert isinstance(answer, tuple)
    (decision,) = answer
    return decision


def at_once(call: Coroutine[Any, Any, _Answer]) -> _Answer:
    """The answer to a call that waits for nothing, also where another one is under way."""
    try:
        call.send(None)
    except StopIteration as ended:
        answer: _Answer = ended.value
        return answer
    raise AssertionError("the call waits")
