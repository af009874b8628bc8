"""LiteLLM's generic guardrail to checks, and records of decisions to its answers. Pure.

Source: litellm/types/proxy/guardrails/guardrail_hooks/generic_guardrail_api.py.
Of a request it tells the messages and the tools, and which model since 2026; of
limits on the output, and of what was used, it tells nothing.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from interlock.errors import RequestError
from interlock.integrations.litellm.caller import caller_of
from interlock.intents.caller import Caller
from interlock.intents.check import CheckRequest
from interlock.model.intent import UNKNOWN
from interlock_webhooks import wire
from interlock_webhooks.denial import said

MODEL: Final = "interlock-model"
"""The header of the client's request that may name the model, where LiteLLM is told to pass that on."""

_HIDDEN: Final = "[present]"
"""What LiteLLM sends in place of a header that it isn't told to pass on."""

_PARAMETERS: Final = ("model", "max_tokens", "max_completion_tokens")
"""What of the guardrail's own parameters is put into the chat."""


class InputType(StrEnum):
    """What is guarded."""

    REQUEST = "request"
    RESPONSE = "response"


class GuardrailRequest(Struct):
    """What LiteLLM sends before a call, and after it."""

    input_type: InputType
    litellm_trace_id: str | None = None
    texts: list[str] | None = None
    structured_messages: list[dict[str, Any]] | None = None
    tools: list[dict[str, Any]] | None = None
    model: str | None = None
    request_data: dict[str, Any] = field(default_factory=dict)
    request_headers: dict[str, str] | None = None
    additional_provider_specific_params: dict[str, Any] | None = None


class GuardrailAction(StrEnum):
    """What is to become of the call."""

    NONE = "NONE"
    BLOCKED = "BLOCKED"


class GuardrailAnswer(Struct, omit_defaults=True):
    """What LiteLLM is answered."""

    action: GuardrailAction
    blocked_reason: str | UnsetType = UNSET


_REQUEST: Final = msgspec.json.Decoder(GuardrailRequest)
ALLOWED: Final = wire.encode(GuardrailAnswer(GuardrailAction.NONE))
"""The body that lets go on."""


def decode(body: bytes) -> GuardrailRequest:
    """The request in `body`. Raises RequestError."""
    return wire.decode(body, _REQUEST)


def known_of(given: GuardrailRequest) -> Caller:
    """The caller as LiteLLM knows it."""
    return caller_of(given.request_data, run=given.litellm_trace_id)


def check_of(given: GuardrailRequest, caller: Caller) -> CheckRequest:
    """The check of the chat that is `given`.

    Raises:
        RequestError: there is nothing in it that a model would read.
    """
    messages = given.structured_messages or [{"role": "user", "content": text} for text in given.texts or ()]
    if not messages:
        raise RequestError("`texts`: there is no message: use the guardrail for chats", path="$.texts")
    parameters = given.additional_provider_specific_params or {}
    chat: dict[str, Any] = {name: parameters[name] for name in _PARAMETERS if name in parameters}
    chat |= {"model": _model_of(given, parameters), "messages": messages}
    if given.tools:
        chat["tools"] = given.tools
    return {"chat": chat, "caller": caller}


def encode(recorded: Mapping[str, Any]) -> bytes:
    """The body that answers a request."""
    return ALLOWED if recorded["decision"] == "allow" else encode_refused(said(recorded))


def encode_refused(message: str) -> bytes:
    """The body that blocks, with what LiteLLM's client is told."""
    return wire.encode(GuardrailAnswer(GuardrailAction.BLOCKED, message))


def _model_of(given: GuardrailRequest, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401  # it is checked with the chat
    """The model, by whoever is surest of it: LiteLLM, who configured it, its client."""
    header = next(
        (value for name, value in (given.request_headers or {}).items() if name.lower() == MODEL), _HIDDEN
    )
    shown = None if header == _HIDDEN else header
    return given.model or parameters.get("model") or shown or UNKNOWN
