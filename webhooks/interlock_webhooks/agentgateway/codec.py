"""Guardrail webhooks of agentgateway to checks, and records of decisions to actions. Pure.

Source: crates/agentgateway/src/llm/policy/webhook.rs. The action's type stands
nowhere: what has an object as its `body` masks, what has a text and a status
rejects, and everything else passes.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from interlock.decisionlog.exhaustion import is_exhausted
from interlock.errors import RequestError
from interlock.intents.caller import Caller
from interlock.intents.check import CheckRequest
from interlock.model.intent import UNKNOWN
from interlock_webhooks import wire
from interlock_webhooks.denial import said


class Prompt(Struct):
    """The messages of a request to a model."""

    messages: list[dict[str, Any]]


class PromptRequest(Struct):
    """What is sent before a model is called."""

    body: Prompt


class Completion(Struct):
    """What a model answered."""

    choices: list[dict[str, Any]]


class CompletionRequest(Struct):
    """What is sent after a model was called."""

    body: Completion


class Action(Struct, omit_defaults=True):
    """Passes without a `body`, and else rejects with it and `status_code`."""

    body: str | UnsetType = UNSET
    status_code: int | UnsetType = UNSET
    reason: str | UnsetType = UNSET


class ActionAnswer(Struct):
    """What is to become of the request or of the answer."""

    action: Action


class RawError(RequestError):
    """Messages came without the webhook's envelope, as `messageFormat: Raw` has them.

    What is answered to them can't reject: every object of JSON lets them pass.
    """


_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])
_PROMPT: Final = msgspec.json.Decoder(PromptRequest)
_COMPLETION: Final = msgspec.json.Decoder(CompletionRequest)
PASSED: Final = wire.encode(ActionAnswer(Action(reason="allowed")))
"""The body that lets go on."""


def decode_prompt(body: bytes) -> list[dict[str, Any]]:
    """The messages in `body`.

    Raises:
        RawError: they are raw.
        RequestError: there are none.
    """
    try:
        return wire.decode(body, _PROMPT).body.messages
    except RequestError:
        if _is_raw(body):
            message = "raw messages can't be refused, so they are not decided: leave `messageFormat` out"
            raise RawError(message) from None
        raise


def _is_raw(body: bytes) -> bool:
    try:
        given = wire.decode(body, _OBJECT)
    except RequestError:
        return False
    return "messages" in given and "body" not in given


def decode_completion(body: bytes) -> list[dict[str, Any]]:
    """The choices in `body`. Raises RequestError."""
    return wire.decode(body, _COMPLETION).body.choices


def check_of(messages: list[dict[str, Any]], beside: Mapping[str, Any], caller: Caller) -> CheckRequest:
    """The check of a chat of `messages` with what is stated `beside` them; without a model it is unknown."""
    return {"chat": {"model": UNKNOWN, **beside, "messages": messages}, "caller": caller}


def encode(recorded: Mapping[str, Any]) -> bytes:
    """The body that answers a request: 429 where budgets alone deny, and else 403."""
    if recorded["decision"] == "allow":
        return PASSED
    status = HTTPStatus.TOO_MANY_REQUESTS if is_exhausted(recorded) else HTTPStatus.FORBIDDEN
    return encode_refused(status, said(recorded))


def encode_refused(status: HTTPStatus, message: str) -> bytes:
    """The body that rejects with `status`; what the gateway's client gets is an error as OpenAI's."""
    error = {"error": {"type": "policy_denied", "message": message}}
    return wire.encode(
        ActionAnswer(Action(body=wire.encode(error).decode(), status_code=status.value, reason=message))
    )
