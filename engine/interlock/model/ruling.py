"""What Kubernetes' own admission policies say of a request, in the API server's words."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct, json

from interlock.model.surroundings import NOWHERE, Surroundings

VALIDATION_FAILURE: Final = "validation.policy.admission.k8s.io/validation_failure"
"""The annotation in the audit log that has what failed and is audited."""

VALIDATING: Final = "ValidatingAdmissionPolicy"
MUTATING: Final = "MutatingAdmissionPolicy"

FORBIDDEN: Final = "Forbidden"
INTERNAL_ERROR: Final = "InternalError"
INVALID: Final = "Invalid"
NOT_FOUND: Final = "NotFound"
SERVICE_UNAVAILABLE: Final = "ServiceUnavailable"

_MOST_AUDITED: Final = 50
"""Failures in one annotation."""

_CODES: Final = {
    "Unauthorized": 401,
    FORBIDDEN: 403,
    NOT_FOUND: 404,
    "RequestEntityTooLarge": 413,
    INTERNAL_ERROR: 500,
    SERVICE_UNAVAILABLE: 503,
}
_UNPROCESSABLE: Final = 422


class Denial(Struct, frozen=True, kw_only=True):
    """What a policy has against the request, by the place of the validation that failed.

    `binding` is empty where none of it got that far, and so is `policy` where
    the API server refuses the request before any. `params` is where its
    parameters are, and `actions` what the binding does. `is_error` says that
    nobody knows whether the validation holds.
    """

    policy: str
    binding: str
    message: str
    reason: str = ""
    is_error: bool = False
    kind: str = VALIDATING
    params: str = ""
    index: int = 0
    actions: tuple[str, ...] = ()

    def __str__(self) -> str:
        """As the API server says it where it denies."""
        if not self.policy:
            return self.message
        if self.kind == MUTATING and not self.binding:
            return f'policy "{self.policy}" denied request: {self.message}'
        kind = "policy" if self.kind == MUTATING else self.kind
        bound = f" with binding '{self.binding}'" if self.binding else ""
        return f"{kind} '{self.policy}'{bound} denied request: {self.message}"

    @property
    def warning(self) -> str:
        """As the API server says it where it warns."""
        return (
            f"Validation failed for {self.kind} '{self.policy}' with binding '{self.binding}': {self.message}"
        )

    @property
    def code(self) -> int:
        """The HTTP status of its reason; where a policy that mutates denies, it is always the same."""
        if self.kind == MUTATING and self.policy:
            return _CODES[FORBIDDEN]
        return _CODES.get(self.reason, _UNPROCESSABLE)


class Rewrite(Struct, frozen=True, kw_only=True):
    """What a policy changed with one binding and its parameters: the operations of a JSON Patch.

    They are operations on the object as the policy saw it. `round` is 1 where it
    was asked again.
    """

    policy: str
    binding: str
    params: str
    round: int
    operations: tuple[dict[str, Any], ...]


class Ruling(Struct, frozen=True, kw_only=True):
    """What all policies say together; the API server answers with the first denial.

    `rewrites` are what those that mutate changed, in their order. `warnings` and
    `audited` are what bindings warn of and have audited, and `seen` is all that
    was looked at beside the request.
    """

    rewrites: tuple[Rewrite, ...] = ()
    denials: tuple[Denial, ...] = ()
    warnings: tuple[Denial, ...] = ()
    audited: tuple[Denial, ...] = ()
    annotations: Mapping[str, str] = {}
    seen: Surroundings = NOWHERE

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
