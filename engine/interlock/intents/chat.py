"""OpenAI-style calls to models: chat completions and embeddings.

Knows the request bodies that gateways pass on. What doesn't change what is
asked for, such as `stream` or `tool_choice`, isn't read.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from interlock.identity import BudgetName, PolicyName
from interlock.intents.caller import Caller, add_caller, check_call, checked_caller, principal_of, server_of
from interlock.intents.classes import model_entry, model_of, tool_of
from interlock.intents.context import ExtractionContext
from interlock.intents.draft import blank_intent, checked, note
from interlock.intents.estimates import (
    IMAGE_TOKENS,
    TOKENS_PER_MESSAGE,
    cost_of,
    is_searching,
    is_unsized,
    json_size,
    message_size,
    price_of,
    tokens_of_text,
    utf8_size,
)
from interlock.intents.fields import (
    as_mapping,
    mapping,
    mappings,
    refuse,
    required_text,
    sequence,
    text,
    texts,
    whole,
)
from interlock.intents.paths import element, member
from interlock.model.catalog import Catalog
from interlock.model.intent import MAX_INT64, UNKNOWN, Action, Intent, Model, Tool
from interlock.model.patch import Patch

_WEB_SEARCH = "web_search_options"
_LIMITS = ("max_completion_tokens", "max_tokens")

# What no server puts before a model. All else that can hold text counts: servers know
# `documents`, `prediction`, `chat_template` and more, and what they may know next isn't known here.
_NO_PROMPT: Final = frozenset(
    {
        "fallbacks",
        "function_call",
        "logit_bias",
        "messages",
        "metadata",
        "modalities",
        "model",
        "models",
        "prompt_cache_key",
        "reasoning_effort",
        "safety_identifier",
        "service_tier",
        "stop",
        "stream_options",
        "tool_choice",
        "user",
        "verbosity",
        _WEB_SEARCH,
    }
)
_RUN_BY_CALLERS: Final = frozenset({"function", "custom"})
"""Types of tools that whoever calls the model runs itself."""

_TEXTUAL: Final = (dict, list, str)


def from_chat(
    body: dict[str, Any], caller: Caller, context: ExtractionContext, *, is_bounded: bool = False
) -> Intent:
    """What the chat completion `body` wants to do. Raises RequestError.

    Models are `model` and those that a router may fall back to: `models`,
    `fallbacks`. Tools are the ones offered; a function has no server of its
    own, so it is the caller's `server`, or unknown. `usage.outputTokens` is
    the limit that the request sets, times the answers that it asks for, and
    absent where it sets none.
    """
    if not is_bounded:
        check_call(body, caller)
    intent = _call(Action.MODEL_CHAT, "ChatCompletion", body, caller, context)
    intent["tools"] = list(_offered(body, server_of(caller), context.catalog))
    usage, provenance = intent["usage"], intent["provenance"]
    usage["inputTokens"] = _chat_input(body)
    provenance["usage.inputTokens"] = "messages"
    limits = {key: limit for key in _LIMITS if (limit := whole(body, key, "")) is not None}
    answers = _answers(body)
    if limits:
        # A provider may read either: the greater one is what it can use.
        key = max(limits, key=lambda limit: limits[limit])
        usage["outputTokens"] = min(limits[key] * answers, MAX_INT64)
        provenance["usage.outputTokens"] = key
    unsized = _unsized(body)
    if unsized:
        note(intent, unsized, "what the message refers to is of unknown size, so the call is of unknown cost")
    elif limits and not _costs_searches(body, intent, context):
        _add_cost(intent, context)
    return checked(intent)


def from_embeddings(
    body: dict[str, Any], caller: Caller, context: ExtractionContext, *, is_bounded: bool = False
) -> Intent:
    """What the embeddings request `body` wants to do. It has no output tokens. Raises RequestError."""
    if not is_bounded:
        check_call(body, caller)
    intent = _call(Action.MODEL_EMBED, "Embeddings", body, caller, context)
    intent["usage"] = {"inputTokens": _embeddings_input(body.get("input")), "outputTokens": 0}
    intent["provenance"] |= {"usage.inputTokens": "input"}
    _add_cost(intent, context)
    return checked(intent)


def _costs_searches(body: dict[str, Any], intent: Intent, context: ExtractionContext) -> bool:
    """Whether the provider is to run tools, which it may charge for by the search: nobody knows how many."""
    kinds = {tool.get("type", "function") for tool in mappings(body, "tools", "")}
    runs_tools = bool(kinds - _RUN_BY_CALLERS or body.get(_WEB_SEARCH) is not None or body.get("plugins"))
    return runs_tools and any(is_searching(model["name"], context) for model in intent["models"])


def limiting(body: dict[str, Any], tokens: int, budgets: Iterable[BudgetName]) -> tuple[Patch, ...]:
    """What lets `body` write at most so many `tokens` in all answers; nothing where each would get none."""
    most = tokens // _answers(body)
    if most < 1:
        return ()
    owners = tuple(PolicyName(budget) for budget in budgets)
    return tuple(
        Patch(path=(key,), value=most, policies=owners)
        for key in _LIMITS
        if (limit := whole(body, key, "")) is not None and limit > most
    )


def _answers(body: dict[str, Any]) -> int:
    """How many answers are written: `n`, or the `best_of` of which some servers return only the best."""
    answers = 1
    for key in ("n", "best_of"):
        if key in body:
            answers = max(answers, whole(body, key, "") or 1)
    return answers


def _call(
    action: Action, kind: str, body: dict[str, Any], caller: Caller, context: ExtractionContext
) -> Intent:
    as_mapping(body, "")
    stated = checked_caller(caller)
    intent = blank_intent(action, kind, principal_of(stated), body)
    intent["models"] = list(_models(body, context.catalog))
    add_caller(intent, stated)
    return intent


def _models(body: dict[str, Any], catalog: Catalog) -> Iterator[Model]:
    """The model asked for, and those that may answer in its place."""
    if body.get("model") is not None or not sequence(body, "models", ""):
        yield _declared(required_text(body, "model", ""), "model", catalog)
    for key in ("models", "fallbacks"):
        for index, named in enumerate(sequence(body, key, "") if key in body else ()):
            source = element(key, index)
            if isinstance(named, dict):
                yield _declared(required_text(named, "model", source), member(source, "model"), catalog)
            elif isinstance(named, str) and named:
                yield _declared(named, source, catalog)
            else:
                refuse(source, "the name of a model")


def _declared(name: str, source: str, catalog: Catalog) -> Model:
    return model_of(name, source, "declared", model_entry(name, catalog))


def _offered(body: dict[str, Any], server: str, catalog: Catalog) -> Iterator[Tool]:
    """The tools that the model may call. One that the provider itself runs goes by its type."""
    for index, offered in enumerate(mappings(body, "tools", "")):
        path = element("tools", index)
        kind = required_text(offered, "type", path)
        if kind in {"function", "custom"}:
            named = mapping(offered, kind, path)
            yield tool_of(server, required_text(named, "name", member(path, kind)), path, catalog)
        elif kind == "mcp":
            yield from _of_server(offered, path, catalog)
        else:
            yield tool_of(server, kind, path, catalog)
    if body.get(_WEB_SEARCH) is not None:
        yield tool_of(server, "web_search", _WEB_SEARCH, catalog)
    # What OpenRouter calls a plugin, such as `web`, is a tool that it runs itself.
    for index, plugin in enumerate(mappings(body, "plugins", "") if "plugins" in body else ()):
        path = element("plugins", index)
        yield tool_of(server, required_text(plugin, "id", path), path, catalog)
    for index, function in enumerate(mappings(body, "functions", "") if "functions" in body else ()):
        path = element("functions", index)
        yield tool_of(server, required_text(function, "name", path), path, catalog)


def _of_server(offered: dict[str, Any], path: str, catalog: Catalog) -> Iterator[Tool]:
    """The tools of an MCP server that the provider itself calls; an unknown one where any of them may be.

    The server is where it is, not the label, which whoever asks is free to choose.
    """
    server = text(offered, "server_url", path) or text(offered, "connector_id", path) or UNKNOWN
    # The list of names can also be an object that filters by more than names.
    allowed = offered.get("allowed_tools")
    names = texts(offered, "allowed_tools", path) if isinstance(allowed, list) else []
    for name in names or [UNKNOWN]:
        yield tool_of(server, name or UNKNOWN, path, catalog)


def _chat_input(body: dict[str, Any]) -> int:
    messages = mappings(body, "messages", "")
    if not messages:
        refuse("messages", "a list that is not empty")
    size = images = 0
    for message in messages:
        text_size, shown = message_size(message)
        size, images = size + text_size, images + shown
    for key, value in body.items():
        if key not in _NO_PROMPT and isinstance(value, _TEXTUAL) and value:
            size += json_size(value)
    return tokens_of_text(size) + TOKENS_PER_MESSAGE * len(messages) + IMAGE_TOKENS * images


def _unsized(body: dict[str, Any]) -> str:
    """The path of the first part of a message whose size can't be known; empty where there is none."""
    for index, message in enumerate(body["messages"]):
        content = message.get("content")
        if isinstance(content, list):
            for position, part in enumerate(content):
                if is_unsized(part):
                    return element(f"messages[{index}].content", position)
    return ""


def _embeddings_input(given: object) -> int:
    """The tokens of a text, of token ids, or of a list of either."""
    if isinstance(given, str):
        return tokens_of_text(utf8_size(given))
    if not isinstance(given, list) or not given:
        refuse("input", "a text, or a list of texts or token ids that is not empty")
    tokens = size = 0
    for index, item in enumerate(given):
        if isinstance(item, str):
            size += utf8_size(item)
        elif _is_token(item):
            tokens += 1
        elif isinstance(item, list) and all(map(_is_token, item)):
            tokens += len(item)
        else:
            refuse(element("input", index), "a text, a token id or a list of token ids")
    return tokens + tokens_of_text(size)


def _is_token(item: object) -> bool:
    return isinstance(item, int) and not isinstance(item, bool)


def _add_cost(intent: Intent, context: ExtractionContext) -> None:
    usage = intent["usage"]
    cost = cost_of(intent["models"], usage["inputTokens"], usage["outputTokens"], context)
    if cost is None:
        return
    usage["cost"] = cost
    for model in intent["models"]:
        price = price_of(model["name"], context)
        if price is not None:
            model["priceDigest"] = price.digest
