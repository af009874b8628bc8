"""What a proxy is to do with a request: let it pass with headers, or answer it with a denial. Pure.

All that is said of a decision is the same over gRPC and HTTP.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from msgspec import Struct

from interlock.decisionlog.codes import ReasonCode
from interlock.decisionlog.exhaustion import is_exhausted, seconds_to_wait
from interlock_webhooks import wire
from interlock_webhooks.envoy.names import HOLD_HEADER
from interlock_webhooks.refusal import INTERNAL_MESSAGE, error_body, status_of
from interlock_webhooks.text import one_line

PREFIX: Final = "x-interlock-"
DECISION: Final = f"{PREFIX}decision"
REASONS: Final = f"{PREFIX}reasons"
POLICY_SET: Final = f"{PREFIX}policy-set"
MAX_OUTPUT_TOKENS: Final = f"{PREFIX}max-output-tokens"
HEADERS: Final = (DECISION, REASONS, POLICY_SET, HOLD_HEADER, MAX_OUTPUT_TOKENS)
"""What the upstream is told. Whatever a client sends under these names never gets there."""

_RETRY_AFTER: Final = "retry-after"
_OUTPUT_TOKENS: Final = frozenset({"intent.usage.outputTokens", "intent.usage.?outputTokens"})
_SHOWN: Final = 50
_LONGEST: Final = 1_000
_SAID: Final = ("layer", "policy", "rule", "budget", "unit", "obligation")


class Outcome(Struct, frozen=True, kw_only=True):
    """`headers` are for the upstream where it is let pass, else for the client, with `body`."""

    status: HTTPStatus
    headers: Mapping[str, str]
    body: bytes = b""
    metadata: Mapping[str, Any] = {}

    @property
    def passes(self) -> bool:
        """Whether the request may go on."""
        return self.status is HTTPStatus.OK

    @property
    def stripped(self) -> tuple[str, ...]:
        """The headers of ours that say nothing here, so that nobody else says anything in them."""
        return tuple([name for name in HEADERS if name not in self.headers])


def outcome_of(recorded: Mapping[str, Any]) -> Outcome:
    """What the decision of this record comes to."""
    codes = list(dict.fromkeys(reason["code"] for reason in recorded["reasons"]))
    headers = {DECISION: recorded["decision"], POLICY_SET: recorded["policySet"]}
    metadata: dict[str, Any] = {
        "decision": recorded["decision"],
        "policySet": recorded["policySet"],
        "reasons": codes,
    }
    if recorded["decision"] == "allow":
        return _passing(recorded, headers, metadata)
    headers[REASONS] = ",".join(codes)
    spent = is_exhausted(recorded)
    if wait := seconds_to_wait(recorded):
        headers[_RETRY_AFTER] = str(wait)
    return Outcome(
        status=HTTPStatus.TOO_MANY_REQUESTS if spent else HTTPStatus.FORBIDDEN,
        headers=headers,
        body=_explained(recorded, ReasonCode.EXHAUSTED if spent else "denied"),
        metadata=metadata,
    )


def refused(error: Exception) -> Outcome:
    """What becomes of a request that could not be decided.

    It is a denial, and never a status that a proxy may take for ours being
    away: what is crafted so that it can't be decided must not pass by that.
    """
    status = status_of(error)
    is_theirs = status < HTTPStatus.INTERNAL_SERVER_ERROR
    return Outcome(
        status=status if is_theirs else HTTPStatus.FORBIDDEN,
        headers={DECISION: "deny", REASONS: "refused" if is_theirs else "failed"},
        body=wire.encode(error_body(error)),
        metadata={"decision": "deny"},
    )


def _passing(recorded: Mapping[str, Any], headers: dict[str, str], metadata: dict[str, Any]) -> Outcome:
    if "hold" in recorded:
        headers[HOLD_HEADER] = metadata["hold"] = recorded["hold"]["id"]
    ceiling = _ceiling(recorded["limits"])
    if ceiling is not None:
        headers[MAX_OUTPUT_TOKENS] = str(ceiling)
        metadata["maxOutputTokens"] = ceiling
    return Outcome(status=HTTPStatus.OK, headers=headers, metadata=metadata)


def _ceiling(limits: Iterable[Mapping[str, Any]]) -> int | None:
    """The most tokens that limits let be written."""
    ceilings = [limit["ceiling"] for limit in limits if limit["of"] in _OUTPUT_TOKENS and "ceiling" in limit]
    return min(ceilings, default=None)


def _explained(recorded: Mapping[str, Any], code: str) -> bytes:
    """The body of a denial: an error as all of ours are, and the reasons one by one."""
    reasons = [_said(reason) for reason in recorded["reasons"][:_SHOWN]]
    messages = "; ".join(reason["message"] for reason in reasons if "message" in reason)
    return wire.encode(
        {
            "error": {"code": code, "message": one_line(messages, _LONGEST) or INTERNAL_MESSAGE},
            "decision": "deny",
            "policySet": recorded["policySet"],
            "reasons": reasons,
        }
    )


def _said(reason: Mapping[str, Any]) -> dict[str, str]:
    texts = {key: one_line(reason[key], _LONGEST) for key in ("message", "remedy") if key in reason}
    return {"code": reason["code"], **{key: reason[key] for key in _SAID if key in reason}, **texts}
