"""How much of each unit a request may use at most, before it runs."""

from typing import Final

from interlock.model.budget import Unit
from interlock.model.intent import Action, Intent

# Bound once: each request asks for each limit of each of its budgets.
_CALLS: Final = Unit.CALLS
_TOKENS: Final = Unit.TOKENS
_INPUT_TOKENS: Final = Unit.INPUT_TOKENS
_COST: Final = Unit.COST
_GPU_TIME: Final = Unit.GPU_TIME
_CREATE: Final = Action.WORKLOAD_CREATE.value
_CALLS_TO_MODELS: Final = "model."


def amount_of(unit: Unit, intent: Intent) -> int | None:
    """The most of `unit` that `intent` may use; None where it does not say.

    Only calls to models use tokens and money, and only what asks for devices
    uses their time, from when it is created.
    """
    if unit is _CALLS:
        return 1
    usage = intent["usage"]
    if unit is _GPU_TIME:
        return usage.get("gpuTime") if intent["action"] == _CREATE and intent["accelerators"] else 0
    if not intent["action"].startswith(_CALLS_TO_MODELS):
        return 0
    if unit is _COST:
        return usage.get("cost")
    read, written = usage.get("inputTokens"), usage.get("outputTokens")
    if unit is _TOKENS:
        return None if read is None or written is None else read + written
    return read if unit is _INPUT_TOKENS else written
