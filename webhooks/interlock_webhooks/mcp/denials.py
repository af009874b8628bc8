"""How a denial is said to a client of MCP. Pure.

The specification has no code for it: codes from -32000 to -32019 are of old
implementations, those from -32020 to -32099 its own. So what is said depends
on who listens (docs/reference/mcp.md).
"""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from interlock.decisionlog.exhaustion import is_exhausted
from interlock_webhooks.denial import said
from interlock_webhooks.mcp.codec import Message
from interlock_webhooks.mcp.errors import METHOD_NOT_FOUND, Refusal, error, result
from interlock_webhooks.text import quoted

META: Final = "dev.interlock/decision"
"""The key of `_meta`, and of an error's `data`, under which programs read why."""

_MOST_REASONS: Final = 50
_SAID: Final = ("code", "layer", "policy", "rule", "item", "message", "remedy", "budget", "unit", "obligation")


class Profile(StrEnum):
    """Whose way of saying no is taken."""

    MCP_2026 = "mcp-2026"
    """A tool call fails with `isError` and reads why; other requests get a code that nobody reserved."""

    COAZ = "coaz"
    """-32001, as the AuthZEN binding for MCP wants it."""

    AGENTGATEWAY = "agentgateway"
    """-32001, and -32003 where a budget has too little left, as agentgateway does."""

    HTTP_403 = "http-403"
    """HTTP 403, for what looks at nothing but the status."""


_CODES: Final = {
    Profile.MCP_2026: (403, 429),
    Profile.COAZ: (-32001, -32001),
    Profile.AGENTGATEWAY: (-32001, -32003),
    Profile.HTTP_403: (403, 429),
}
"""The codes of an error where policies deny, and where nothing but budgets does."""


def denied(message: Message, record: Mapping[str, Any], profile: Profile) -> Refusal:
    """What is sent back in place of passing on `message`, which `record` denies."""
    reasons = record["reasons"][:_MOST_REASONS]
    text = f"denied: {'; '.join(said(record).splitlines())}"
    about = {
        "policySet": record["policySet"],
        "reasons": [{key: reason[key] for key in _SAID if key in reason} for reason in reasons],
    }
    if profile is Profile.MCP_2026 and message.method == "tools/call":
        failed = {"content": [{"type": "text", "text": text}], "isError": True, "_meta": {META: about}}
        complete = {"resultType": "complete"} if message.is_stateless else {}
        return Refusal(status=HTTPStatus.OK, message=result({**complete, **failed}, message.id))
    spent = is_exhausted(record)
    code = _CODES[profile][spent]
    status = HTTPStatus.OK
    if profile is Profile.HTTP_403:
        status = HTTPStatus.TOO_MANY_REQUESTS if spent else HTTPStatus.FORBIDDEN
    return Refusal(status=status, message=error(code, text, message.id, {META: about}))


def unknown(message: Message) -> Refusal:
    """What is sent back to a request whose method nobody here knows: what it would do can't be decided."""
    text = f"the method {quoted(str(message.method))} is not one that is passed on"
    status = HTTPStatus.NOT_FOUND if message.is_stateless else HTTPStatus.OK
    return Refusal(status=status, message=error(METHOD_NOT_FOUND, text, message.id))
