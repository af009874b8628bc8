"""Obligations, as AuthZEN's profile for them has it. Pure.

Types of the profile are obligations of the same name here, which a policy set
declares like any other; all others are `custom`, and so is one whose value
isn't what its type takes.
Source: AuthZEN Profile for Obligations, draft 1.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

_CUSTOM: Final = "custom"
_STEP_UP: Final = "step-up"
_NOTIFICATION: Final = "notification"
_SESSION: Final = "session-termination"
_TYPES: Final = {_STEP_UP: _STEP_UP, _NOTIFICATION: _NOTIFICATION, _SESSION: "session_termination"}
"""The profile's type of each name that it has one for."""


def types_of(names: Iterable[str]) -> list[str]:
    """The types of all obligations with `names`, each once, in a fixed order."""
    return sorted({_TYPES.get(name, _CUSTOM) for name in names})


def names_of(types: Iterable[str]) -> list[str]:
    """The obligations that who supports `types` can meet; of custom ones that does not say which."""
    supported = set(types)
    return [name for name, its_type in _TYPES.items() if its_type in supported]


def encoded(recorded: Mapping[str, Any], subject: str, said: str) -> list[dict[str, Any]]:
    """The obligations of the decision `recorded`, about `subject`; `said` is what notifications tell."""
    return [each for due in recorded["obligations"] for each in _encoded(due, subject, said)]


def _encoded(due: Mapping[str, Any], subject: str, said: str) -> Iterator[dict[str, Any]]:
    name, value = due["name"], due["value"]
    match name, value:
        case "step-up", str():
            yield {"type": _STEP_UP, "id": name, "acr_value": value}
        case "notification", str():
            yield {"type": _NOTIFICATION, "id": name, "to": value, "body": said}
        case "notification", list():
            for number, to in enumerate(value):
                yield {"type": _NOTIFICATION, "id": f"{name}-{number}", "to": to, "body": said}
        case "session-termination", True:
            yield {"type": _TYPES[_SESSION], "id": name, "subject": subject}
        case _:
            yield {"type": _CUSTOM, "id": name, "name": name, "value": value}
