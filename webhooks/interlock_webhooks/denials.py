"""The log line of a denial.

It names rules, never what was asked: prompts, arguments and messages made
from them stay out of the log.
"""

from typing import Any

from structlog.typing import FilteringBoundLogger


def log_denial(log: FilteringBoundLogger, recorded: dict[str, Any], **subject: str) -> None:
    """Write one line for `recorded`, the record of a denial; `subject` says what was denied."""
    log.info(
        "denied",
        decision=recorded["decision"],
        policySet=recorded["policySet"],
        reasons=[_name(reason) for reason in recorded["reasons"]],
        **subject,
    )


def _name(reason: dict[str, Any]) -> str:
    """The code of a reason and, where it has one, its rule."""
    return "/".join(str(reason[key]) for key in ("code", "layer", "policy", "rule") if reason.get(key))
