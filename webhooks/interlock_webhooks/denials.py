"""The log line of a denial.

It names rules, never what was asked: prompts, arguments and messages made
from them stay out of the log. Nobody can make the line long.
"""

from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from interlock_webhooks.text import one_line

_MAX_WORD: Final = 253
"""Characters of what a caller wrote: the longest name that Kubernetes has."""


def log_denial(log: FilteringBoundLogger, recorded: dict[str, Any], **subject: str) -> None:
    """Write one line for `recorded`, the record of a denial; `subject` says what was denied."""
    log.info(
        "denied",
        decision=recorded["decision"],
        policySet=recorded["policySet"],
        # A rule that speaks of several items is named once.
        reasons=list(dict.fromkeys(map(_name, recorded["reasons"]))),
        **{key: one_line(value, _MAX_WORD) for key, value in subject.items()},
    )


def _name(reason: dict[str, Any]) -> str:
    """The code of a reason and, where it has one, its rule, its binding or its obligation."""
    keys = ("code", "layer", "policy", "rule", "binding", "obligation")
    return "/".join(str(reason[key]) for key in keys if reason.get(key))
