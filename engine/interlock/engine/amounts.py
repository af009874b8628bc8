"""How much of each unit a request may use at most, before it runs."""

from typing import Final

from interlock.model.budget import Unit
from interlock.model.intent import Action, Intent

_CALLS_TO_MODELS: Final = "model."


def amount_of(unit: Unit, intent: Intent) -> int | None:
    """The most of `unit` that `intent` may use; None where it does not say.

    Only calls to models use tokens and money, and only what asks for devices
    uses their time, from when it is created.
    """
    usage = intent["usage"]
    if unit is Unit.CALLS:
        return 1
    if unit is Unit.GPU_TIME:
        is_new = intent["action"] == Action.WORKLOAD_CREATE
        return usage.get("gpuTime") if is_new and intent["accelerators"] else 0
    if not intent["action"].startswith(_CALLS_TO_MODELS):
        return 0
    match unit:
        case Unit.COST:
            return usage.get("cost")
        case Unit.INPUT_TOKENS:
            return usage.get("inputTokens")
        case Unit.OUTPUT_TOKENS:
            return usage.get("outputTokens")
        case Unit.TOKENS:
            read, written = usage.get("inputTokens"), usage.get("outputTokens")
            return None if read is None or written is None else read + written
