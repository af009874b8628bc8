"""What of an evaluation an approval is bound to: all that may have a say in the decision. Pure.

Source: AuthZEN Access Request and Approval Profile 1.0, draft 1,
"Authorization-Relevant Context" and "Structural Comparison".
"""

from collections.abc import Mapping
from typing import Any, Final

from interlock.digests import digest_of

MACHINERY: Final = frozenset(
    {
        "access_request",
        "approval",
        "evaluated_at",
        "evaluation_id",
        "obligations_supported",
        "reason",
        "time",
    }
)
"""Members of a context that change from one evaluation of an access to the next."""

_OURS: Final = "interlock"
_TERMS: Final = frozenset({"discharges", "dryRun", "holdFor", "idempotencyKey", "withoutArguments"})
"""What stands in our member of a context and is of one evaluation alone. The rest says more of the access."""

_ACTOR: Final = "act"
_PARTS: Final = ("subject", "resource", "action")


def bound(evaluation: Mapping[str, Any], members: frozenset[str] | None = None) -> dict[str, Any] | None:
    """What an approval of `evaluation` is bound to: equal JSON where it is the same access.

    Of the context those are `members`, or all that are relevant. None where `evaluation`
    is none.
    """
    context = evaluation.get("context") or {}
    if not isinstance(context, dict) or not all(isinstance(evaluation.get(part), dict) for part in _PARTS):
        return None
    subject = {**evaluation["subject"]}
    properties = subject.pop("properties", None) or {}
    if not isinstance(properties, dict):
        return None
    return {
        "subject": subject | ({"properties": properties} if properties else {}),
        "resource": evaluation["resource"],
        "action": evaluation["action"],
        "context": {key: value for key, value in _told(context).items() if _counts(key, members)},
    }


def without_actor(access: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """`access`, which says no more who acts for its subject: an access request may say that as its client's."""
    if access is None:
        return None
    subject = {**access["subject"]}
    kept = {key: value for key, value in subject.pop("properties", {}).items() if key != _ACTOR}
    return {**access, "subject": subject | ({"properties": kept} if kept else {})}


def is_same(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Whether `one` is the same JSON as `other`: to Python `true` is 1, and to policies it is not."""
    return digest_of(one) == digest_of(other)


def _told(context: Mapping[str, Any]) -> Mapping[str, Any]:
    """`context`, whose member of ours has only what it says of the access, such as the server of a tool."""
    ours = context.get(_OURS)
    if not isinstance(ours, dict):
        return context
    told = {key: value for key, value in ours.items() if key not in _TERMS}
    others = {key: value for key, value in context.items() if key != _OURS}
    return {**others, _OURS: told} if told else others


def _counts(key: str, members: frozenset[str] | None) -> bool:
    return key not in MACHINERY if members is None else key in members
