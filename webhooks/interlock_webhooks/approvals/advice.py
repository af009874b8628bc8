"""What policies advise whose denial an approval would lift. Pure.

A policy set declares advice of these names like any other; a rule gives it
where a claim of the principal, that somebody approved, would satisfy it.
"""

from collections.abc import Mapping
from typing import Any, Final

CLAIMS: Final = "approval"
"""The claims that an approval gives, each the name of who approved."""

APPROVERS: Final = "approvers"
"""Who may approve; without it, anybody but who asks."""


def claims_of(recorded: Mapping[str, Any]) -> tuple[str, ...]:
    """The claims that an approval of what is `recorded` as denied would give; none where none helps."""
    return _texts(recorded, CLAIMS) or ()


def approvers_of(recorded: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Who may approve it; nobody where policies name others each, and None where none names anybody."""
    return _texts(recorded, APPROVERS)


def _texts(recorded: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    for advice in recorded["advice"]:
        if advice["name"] == name:
            value = advice["value"]
            values = value if isinstance(value, list) else [value]
            return tuple(each for each in values if isinstance(each, str) and each)
    return None
