"""A denial as whoever is refused gets to read it, through whichever protocol. Pure.

What is wrong and what to do about it: an agent that reads both can correct
itself. Whose rules they are is in the record, which is for who runs the gateway.
"""

from collections.abc import Mapping
from typing import Any, Final

from interlock_webhooks.text import listed, one_line

MAX_SAID: Final = 4 * 1024
"""UTF-8 bytes of all that is said."""

_MAX_LINE: Final = 500


def said(recorded: Mapping[str, Any]) -> str:
    """Why `recorded` denies, a line for each reason and as many as fit."""
    return listed(list(dict.fromkeys(map(_line, recorded["reasons"]))), "\n", MAX_SAID)


def _line(reason: Mapping[str, Any]) -> str:
    what = reason.get("message") or reason.get("error") or reason["code"]
    return one_line(": ".join(filter(None, (what, reason.get("remedy")))), _MAX_LINE)
