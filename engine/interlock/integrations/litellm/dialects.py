"""Requests to models that are no chat completions, as the chat completion that asks for the same. Pure.

Policies see one sort of call. What can't be a part of a message counts all the
same: everything else that a body has may be put before a model.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from interlock.errors import RequestError

_LIMIT: Final = "max_output_tokens"
_OTHERS: Final = frozenset({"max_completion_tokens", "max_tokens"})
"""How chats name their limit; LiteLLM leaves out of a request what its API has another name for."""
_ELSEWHERE: Final = ("conversation", "previous_response_id", "prompt")
"""What of a response refers to text that only the provider has: nobody knows how much."""


def from_responses(body: Mapping[str, Any]) -> dict[str, Any]:
    """The chat that a request of OpenAI's Responses API is. Raises RequestError."""
    for name in _ELSEWHERE:
        if body.get(name) is not None:
            raise RequestError(
                f"`{name}`: what it refers to is of unknown size: send it as `input`", path=f"$.{name}"
            )
    chat = {name: value for name, value in body.items() if name not in {"input", _LIMIT, "tools", *_OTHERS}}
    if body.get(_LIMIT) is not None:
        chat["max_completion_tokens"] = body[_LIMIT]
    return chat | {"messages": [_message(body.get("input"))]} | _tools(body)


def from_messages(body: Mapping[str, Any]) -> dict[str, Any]:
    """The chat that a request of Anthropic's Messages API is."""
    return {**_of_chats(body), **_tools(body)}


def from_text(body: Mapping[str, Any]) -> dict[str, Any]:
    """The chat that a text completion is, with a message for each of its prompts. Raises RequestError."""
    prompt = body.get("prompt")
    prompts = prompt if isinstance(prompt, list) else [prompt]
    if not prompts or not all(isinstance(each, str) for each in prompts):
        raise RequestError("`prompt`: must be a text, or a list of texts", path="$.prompt")
    chat = {name: value for name, value in _of_chats(body).items() if name != "prompt"}
    # Each prompt is answered `n` times.
    if len(prompts) > 1:
        chat["n"] = len(prompts) * max(
            1, *(each for name in ("n", "best_of") if (each := _whole(body, name))), 1
        )
    return chat | {"messages": [_message(each) for each in prompts]}


DIALECTS: Final[Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]] = {
    "anthropic_messages": from_messages,
    "aresponses": from_responses,
    "atext_completion": from_text,
    "responses": from_responses,
    "text_completion": from_text,
}
"""What makes a chat of each kind of call."""

_RENAMED: Final = {
    "aresponses": {"max_completion_tokens": _LIMIT},
    "responses": {"max_completion_tokens": _LIMIT},
}
_MADE: Final = frozenset({"messages", "n", "tools"})


def changes_of(kind: str, changed: Mapping[str, Any]) -> dict[str, Any]:
    """What of a request of `kind` is to be replaced, where policies `changed` something of the chat that it is.

    Raises:
        RequestError: it is something that the request does not have.
    """
    made = sorted(_MADE & changed.keys()) if kind in DIALECTS else []
    if made:
        raise RequestError(f"policies change `{made[0]}`, which calls of the kind `{kind}` have otherwise")
    renamed = _RENAMED.get(kind, {})
    return {renamed.get(name, name): value for name, value in changed.items()}


def usage_of(used: Mapping[str, Any]) -> dict[str, Any]:
    """Usage as chat completions show it, where `used` is that of a response or a message."""
    if "input_tokens" not in used:
        return dict(used)
    details = used.get("input_tokens_details") or {}
    cached = details.get("cached_tokens") or 0
    read, written = used.get("cache_read_input_tokens") or 0, used.get("cache_creation_input_tokens") or 0
    return {
        # Anthropic counts what a cache has beside the input, OpenAI within.
        "prompt_tokens": used["input_tokens"] + read + written,
        "completion_tokens": used.get("output_tokens") or 0,
        "prompt_tokens_details": {"cached_tokens": cached or read},
        "cache_creation_input_tokens": written,
    }


def _of_chats(body: Mapping[str, Any]) -> dict[str, Any]:
    """`body`, whose limit is `max_tokens` alone."""
    return {name: value for name, value in body.items() if name != "max_completion_tokens"}


def _message(given: object) -> dict[str, Any]:
    return {"role": "user", "content": given if isinstance(given, str) else json.dumps(given)}


def _tools(body: Mapping[str, Any]) -> dict[str, Any]:
    """The tools of `body` as chat completions offer them; nothing where it offers none."""
    given = body.get("tools")
    return {"tools": [_tool(each) for each in given]} if isinstance(given, list) and given else {}


def _tool(given: object) -> object:
    if not isinstance(given, dict):
        return given
    kind = given.get("type", "function")
    if kind in {"custom", "function"} and "name" in given:
        return {"type": "function", "function": {"name": given["name"]}}
    return given


def _whole(body: Mapping[str, Any], name: str) -> int:
    value = body.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
