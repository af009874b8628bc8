"""What whoever calls LiteLLM may have it do otherwise than the call itself says. Pure.

LiteLLM takes parameters of its own from clients. By some it sends to a provider
what stands nowhere else in the request, or calls another model. Only such are
let through as don't, and the models that they name are decided on.

Source: litellm/types/litellm_params.py and litellm/router_utils/fallback_event_handlers.py.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, Final

import re2

from interlock.checks.case import check_case
from interlock.errors import RequestError
from interlock.spelling import quoted

_HARMLESS: Final = frozenset(
    {
        "api_version",
        "cache",
        "client_side_timeout",
        "fallbacks",
        "guardrails",
        "headers",
        "keepalive_seconds",
        "litellm_call_id",
        "litellm_disabled_callbacks",
        "litellm_metadata",
        "litellm_session_id",
        "litellm_trace_id",
        "metadata",
        "mock_response",
        "no-log",
        "provider_specific_header",
        "request_timeout",
        "stream_timeout",
        "tags",
        "ttl",
        "turn_off_message_logging",
    }
)
"""Parameters of LiteLLM's own that leave what is sent as it is, and whom it is sent to."""

_STEERING: Final = frozenset(
    {
        "additional_drop_params",
        "content_policy_fallbacks",
        "context_window_fallbacks",
        "drop_params",
        "extra_body",
        "fallback_depth",
        "model_group_retry_policy",
        "router_settings_override",
        "specific_deployment",
        "user_config",
    }
)
"""Those that don't, and are missing in LiteLLM's list of its own."""

_OWN_SERVER: Final = re2.compile(r"litellm_proxy|https?://.+/mcp/[^/]+$")
"""What LiteLLM's own MCP servers are called in tools (litellm/responses/mcp/tool_precheck.py)."""

_SETTINGS: Final = "router_settings_override"
_LISTS: Final = ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks")
_ANY: Final = "*"


def check_steering(request: Mapping[str, Any], own: Container[str]) -> None:
    """Nothing, where LiteLLM sends what `request` says to whom it names; `own` has the names of its parameters.

    Raises:
        RequestError: its client would have it do something else, or more, or some providers read a name as
            another.
    """
    sent = _sent(request)
    check_case(sent)
    found = sorted(name for name in sent if _steers(name, own))
    if _has_litellm_call(request.get("tools")):
        raise RequestError(
            "`tools`: LiteLLM would call those of its own MCP servers, and the model again: call them yourself",
            path="$.tools",
        )
    if found:
        names = ", ".join(map(quoted, found))
        raise RequestError(f"{names}: LiteLLM would do something else than is decided: leave it out", path="$")


def named_fallbacks(request: Mapping[str, Any]) -> list[str]:
    """The models that `request` itself names to fall back to.

    Raises:
        RequestError: they are not named alone: other members of theirs would be sent undecided.
    """
    given = request.get("fallbacks")
    if given is None:
        return []
    if not isinstance(given, list):
        raise _unnamed()
    return [_name(each) for each in given]


def configured_fallbacks(request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What LiteLLM falls back to for the key of `request`: the names to try after each name, or after `*`."""
    settings = request.get(_SETTINGS)
    lists = [settings.get(name) for name in _LISTS] if isinstance(settings, Mapping) else []
    return [entry for each in lists if isinstance(each, list) for entry in each if isinstance(entry, Mapping)]


def reachable(model: str, fallbacks: Iterable[Mapping[str, Any]]) -> list[str]:
    """`model` and all that may be tried after it, as a fallback has fallbacks, too."""
    known, entries = [model], list(fallbacks)
    for name in known:  # which grows meanwhile
        known += [each for each in dict.fromkeys(_after(name, entries)) if each not in known]
    return known


def _after(model: str, entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for entry in entries:
        for target in (*entry.get(model, ()), *entry.get(_ANY, ())):
            name = target.get("model") if isinstance(target, Mapping) else target
            if isinstance(name, str):
                yield name


def _steers(name: str, own: Container[str]) -> bool:
    is_own = name in own or name.startswith(("_", "litellm_"))
    return name in _STEERING or (is_own and name not in _HARMLESS)


def _has_litellm_call(tools: object) -> bool:
    """Whether some of `tools` are at MCP servers that LiteLLM may take for its own."""
    return any(
        tool.get("type") == "mcp" and _OWN_SERVER.match(str(tool.get("server_url"))) is not None
        for tool in (tools if isinstance(tools, list) else [])
        if isinstance(tool, Mapping)
    )


def _sent(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the client sent, in its headers too, as LiteLLM notes it; all there is where it doesn't."""
    noted = request.get("proxy_server_request")
    body = noted.get("body") if isinstance(noted, Mapping) else None
    return body if isinstance(body, Mapping) else request


def _name(given: object) -> str:
    name = given["model"] if isinstance(given, Mapping) and given.keys() == {"model"} else given
    if not isinstance(name, str):
        raise _unnamed()
    return name


def _unnamed() -> RequestError:
    return RequestError("`fallbacks`: send a list of names of models, without more", path="$.fallbacks")
