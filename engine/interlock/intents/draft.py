"""The Intent while an extractor fills it in.

Required keys are there from the start, so whatever an extractor finds or
doesn't find, what it returns is a whole Intent.
"""

from collections.abc import Sized
from typing import Any, Final, TypeVar

from interlock.errors import RequestError
from interlock.model.intent import UNKNOWN, Action, Intent, Principal

MOST_ITEMS: Final = 1_000
"""Items of one list of an Intent. Policies look at each of them, so their number is bounded."""

MOST_CLASSIFICATIONS: Final = 100
"""Words for the data of one request. Policies look at all of them once for each model."""


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
        "resources": [],
        "context": {},
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


_Things = TypeVar("_Things", bound=Sized)


def few(things: _Things, word: str, most: int = MOST_ITEMS) -> _Things:
    """`things`, so that looking at each of them takes no time to speak of.

    Raises:
        RequestError: there are more than `most`.
    """
    if len(things) > most:
        raise RequestError(f"the request names more than {most} {word}")
    return things


def checked(intent: Intent) -> Intent:
    """`intent`, whole. Raises RequestError where one of its lists is too long."""
    few(intent["models"], "models")
    few(intent["accelerators"], "accelerators")
    few(intent["tools"], "tools")
    few(intent["resources"], "resources")
    few(intent["images"], "images")
    few(intent["principal"]["groups"], "groups")
    few(intent["data"]["classifications"], "classifications", MOST_CLASSIFICATIONS)
    few(intent.get("discharges", []), "obligations")
    return intent
