"""The JSON of what Kubernetes' own policies have against a request."""

from typing import Any

from interlock.decisionlog.codes import ReasonCode
from interlock.model.ruling import Denial


def refusal(denial: Denial) -> dict[str, Any]:
    """One denial, or what would be one if its binding denied."""
    named = {"policy": denial.policy, "binding": denial.binding, "params": denial.params}
    return {
        "code": ReasonCode.REFUSED,
        **({"kind": denial.kind} if denial.policy else {}),
        **{field: name for field, name in named.items() if name},
        "message": denial.message,
        "reason": denial.reason or "Invalid",
        "status": denial.code,
        **({"error": denial.message} if denial.is_error else {}),
    }


def refused(entry: dict[str, Any]) -> Denial:
    """The denial that `entry` is the JSON of, as far as people are told of it."""
    named = {field: entry[field] for field in ("kind", "params") if field in entry}
    return Denial(
        policy=entry.get("policy", ""),
        binding=entry.get("binding", ""),
        message=entry["message"],
        reason=entry["reason"],
        **named,
    )
