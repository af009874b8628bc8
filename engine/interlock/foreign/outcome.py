"""What is answered to a request that admission policies were asked about. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import json

from interlock.foreign.policy import Action

VALIDATION_FAILURE: Final = "validation.policy.admission.k8s.io/validation_failure"
"""The annotation in the audit log that has what failed and is audited."""

_MOST_AUDITED: Final = 50
"""Failures in one annotation."""

_CODES: Final = {"Unauthorized": 401, "Forbidden": 403, "RequestEntityTooLarge": 413}
_UNPROCESSABLE: Final = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """Why a policy denies; `binding` is empty where none of it got that far."""

    policy: str
    binding: str
    message: str
    reason: str = ""
    is_error: bool = False

    def __str__(self) -> str:
        """As the API server says it."""
        bound = f" with binding '{self.binding}'" if self.binding else ""
        return f"ValidatingAdmissionPolicy '{self.policy}'{bound} denied request: {self.message}"

    @property
    def code(self) -> int:
        """The HTTP status of its reason."""
        return _CODES.get(self.reason, _UNPROCESSABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What failed in a binding that has failures audited."""

    policy: str
    binding: str
    message: str
    index: int
    actions: Sequence[Action]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What all policies say together; the API server answers with the first denial."""

    denials: tuple[Denial, ...] = ()
    warnings: tuple[str, ...] = ()
    audited: tuple[Audited, ...] = ()
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def allowed(self) -> bool:
        """Whether the request is admitted."""
        return not self.denials

    def audit_annotations(self) -> dict[str, str]:
        """All that goes into the audit log."""
        if not self.audited:
            return dict(self.annotations)
        failures: list[dict[str, Any]] = [
            {
                "message": each.message,
                "policy": each.policy,
                "binding": each.binding,
                "expressionIndex": each.index,
                "validationActions": each.actions,
            }
            for each in self.audited[:_MOST_AUDITED]
        ]
        return {**self.annotations, VALIDATION_FAILURE: json.encode(failures).decode()}
