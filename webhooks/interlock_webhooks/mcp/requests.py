"""What gateways ask about messages of MCP over HTTP, and what they are answered. Pure."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, NotRequired, TypedDict, cast

import msgspec
from msgspec import UNSET, Struct, UnsetType

from interlock.decisionlog.recorded import RecordedDecision
from interlock_webhooks import wire
from interlock_webhooks.mcp.denials import Profile
from interlock_webhooks.mcp.guard import Outcome, Refused, Replaced
from interlock_webhooks.mcp.terms import NOBODY, Terms
from interlock_webhooks.refusal import Header

if TYPE_CHECKING:
    from interlock.intents.caller import Caller


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename="camel"):
    """Who sends, and what the gateway does with what is passed on: as in a check.

    `approver` is the person at the client, as the gateway authenticated them;
    `denials` is how a denial is said.
    """

    caller: dict[str, Any] | UnsetType = UNSET
    approver: str | UnsetType = UNSET
    denials: Profile = Profile.MCP_2026
    discharges: list[str] | UnsetType = UNSET
    applies_patches: bool = False
    hold_for: str | UnsetType = UNSET

    def terms(self, client: str) -> Terms:
        """The terms that `client` states. The caller is read, and its types are checked, with the check."""
        return Terms(
            client=client,
            caller=NOBODY if self.caller is UNSET else cast("Caller", self.caller),
            approver=None if self.approver is UNSET else self.approver or None,
            profile=self.denials,
            applies_patches=self.applies_patches,
            discharges=[] if self.discharges is UNSET else self.discharges,
            hold_for=None if self.hold_for is UNSET else self.hold_for,
        )


class McpRequest(
    Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename="camel"
):
    """The `message` of a client, and the `headers` that it came with, by name; without them none is checked."""

    message: Any
    headers: dict[str, str] | UnsetType = UNSET

    @property
    def sent(self) -> list[Header] | None:
        """The headers as they came."""
        if self.headers is UNSET:
            return None
        return [(name.lower().encode(), value.encode()) for name, value in self.headers.items()]


class McpResponse(
    Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename="camel"
):
    """The `response` of a server, and the client's `message` that it answers to, where the gateway knows it."""

    response: dict[str, Any]
    message: Any = None


class McpAnswer(TypedDict):
    """What the gateway does: `pass` on what it has, `replace` it by `message`, or `refuse` it.

    Who refuses sends `message` back, with `status` where it speaks HTTP.
    `decision` is there where policies were asked.
    """

    action: Literal["pass", "replace", "refuse"]
    message: NotRequired[dict[str, Any]]
    status: NotRequired[int]
    decision: NotRequired[RecordedDecision]


_REQUEST: Final = msgspec.json.Decoder(McpRequest)
_RESPONSE: Final = msgspec.json.Decoder(McpResponse)


def decode_request(body: bytes) -> McpRequest:
    """What is asked about a client's message. Raises RequestError."""
    return wire.decode(body, _REQUEST)


def decode_response(body: bytes) -> McpResponse:
    """What is asked about a server's message. Raises RequestError."""
    return wire.decode(body, _RESPONSE)


def encode_outcome(outcome: Outcome) -> bytes:
    """The body that answers with `outcome`."""
    return wire.encode({**_action(outcome), **_decision(outcome.record)})


def _action(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Refused):
        refusal = outcome.refusal
        return {"action": "refuse", "message": refusal.message, "status": refusal.status.value}
    if isinstance(outcome, Replaced):
        return {"action": "replace", "message": outcome.message}
    return {"action": "pass"}


def _decision(record: Mapping[str, Any] | None) -> dict[str, Any]:
    return {} if record is None else {"decision": record}
