"""The Intent while an extractor fills it in.

Required keys are there from the start, so whatever an extractor finds or
doesn't find, what it returns is a whole Intent.
"""

from typing import Any, Final

from interlock.errors import RequestError
from interlock.model.intent import UNKNOWN, Action, Intent, Principal

MOST_ITEMS: Final = 1_000
"""Items of one list of an Intent. Policies look at each of them, so their number is bounded."""


def blank_intent(action: Action, kind: str, principal: Principal, original: dict[str, Any]) -> Intent:
    """An Intent that says who wants to do what, and nothing else yet."""
    return {
        "action": action.value,
        "kind": kind,
        "principal": principal,
        "attribution": {},
        "models": [],
        "accelerators": [],
        "tools": [],
        "data": {"classifications": []},
        "usage": {},
        "images": [],
        "unresolved": [],
        "provenance": {},
        "object": original,
    }


def unknown_principal() -> Principal:
    """Somebody, of whom nobody said who it is."""
    return {"id": UNKNOWN, "type": UNKNOWN, "groups": [], "claims": {}}


def note(intent: Intent, path: str, reason: str) -> None:
    """Say in `intent` that the fact at `path` could not be read, and why not."""
    intent["unresolved"].append({"path": path, "reason": reason})


def checked(intent: Intent) -> Intent:
    """`intent`, whole. Raises RequestError where one of its lists is longer than `MOST_ITEMS`."""
    counts = {
        "models": len(intent["models"]),
        "accelerators": len(intent["accelerators"]),
        "tools": len(intent["tools"]),
        "images": len(intent["images"]),
    }
    for word, count in counts.items():
        if count > MOST_ITEMS:
            raise RequestError(f"the request names more than {MOST_ITEMS} {word}")
    return intent
