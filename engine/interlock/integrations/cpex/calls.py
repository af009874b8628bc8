"""Tool calls as CPEX shows them to plugins, and what a plugin says of them. Pure.

Source: cpex/framework/models.py and cpex/framework/hooks/tools.py of the package `cpex`.
What is in a context was put there by the gateway; of the user it says what that has authenticated.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from interlock.decisionlog.exhaustion import is_exhausted, seconds_to_wait
from interlock.errors import RequestError
from interlock.intents.caller import Caller
from interlock.intents.check import CheckRequest

PRE: Final = "tool_pre_invoke"
POST: Final = "tool_post_invoke"

HOLD: Final = "interlock_hold"
"""The key of the plugin's own state under which a call's hold goes from one hook to the other."""

_NAMES: Final = ("email", "id", "sub", "username")


def caller_of(context: Mapping[str, Any]) -> Caller:
    """The caller in the global `context`: its user, its tenant, and the server that the tool is of."""
    caller: Caller = {}
    user = context.get("user")
    if isinstance(user, str) and user:
        caller["principal"] = {"id": user, "type": "user"}
    elif isinstance(user, dict):
        name = next((user[key] for key in _NAMES if isinstance(user.get(key), str) and user[key]), None)
        if name is not None:
            caller["principal"] = {"id": name, "type": "user", "claims": user}
    tenant = context.get("tenant_id")
    if isinstance(tenant, str) and tenant:
        caller["attribution"] = {"organization": tenant}
    gateway = (context.get("metadata") or {}).get("gateway")
    named = gateway.get("name") if isinstance(gateway, dict) else getattr(gateway, "name", None)
    server = named or context.get("server_id")
    if isinstance(server, str) and server:
        caller["server"] = server
    return caller


def check_of(payload: Mapping[str, Any], caller: Caller, *, is_changed: bool = True) -> CheckRequest:
    """The check of the tool call in `payload`, of which policies may change what the gateway passes on."""
    args = payload.get("args")
    params = {"name": payload.get("name"), "arguments": {} if args is None else args}
    return {"mcp": {"method": "tools/call", "params": params}, "caller": caller, "appliesPatches": is_changed}


def changed(payload: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """`payload` with what policies made of its `params`.

    Raises:
        RequestError: they made something that a tool call of CPEX has no place for.
    """
    if params.keys() - {"name", "arguments"}:
        raise RequestError("policies change more than the name and the arguments of the call")
    made = {"name": params["name"], "args": params["arguments"]}
    return (
        dict(payload)
        if made == {"name": payload.get("name"), "args": payload.get("args") or {}}
        else {**payload, **made}
    )


def violation_of(recorded: Mapping[str, Any], said: str) -> dict[str, Any]:
    """The violation that a denial is, with what is `said` of it."""
    if not is_exhausted(recorded):
        return _violation("policy_denied", HTTPStatus.FORBIDDEN, said) | {"details": _details(recorded)}
    violation = _violation("budget_exhausted", HTTPStatus.TOO_MANY_REQUESTS, said)
    seconds = seconds_to_wait(recorded)
    if seconds is not None:
        violation["http_headers"] = {"retry-after": str(seconds)}
    return violation | {"details": _details(recorded)}


def undecided(said: str) -> dict[str, Any]:
    """The violation of a call that nobody decided."""
    return _violation("undecided", HTTPStatus.SERVICE_UNAVAILABLE, said)


def _violation(code: str, status: HTTPStatus, said: str) -> dict[str, Any]:
    reason = "nobody decided the call" if code == "undecided" else "policies deny the call"
    return {"reason": reason, "description": said, "code": code, "http_status_code": status.value}


def _details(recorded: Mapping[str, Any]) -> dict[str, Any]:
    return {"policySet": recorded["policySet"], "codes": [reason["code"] for reason in recorded["reasons"]]}
