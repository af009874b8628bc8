"""One thing that an analysis has to say of a policy."""

from dataclasses import dataclass
from enum import StrEnum

from interlock.spans import Span


class Severity(StrEnum):
    """Whether a policy must be changed, should be looked at, or is only to be known about."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What is to be said, and where."""

    span: Span
    severity: Severity
    message: str
