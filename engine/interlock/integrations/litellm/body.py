"""What LiteLLM is about to call, as the check API has it, and what it used, as prices are read. Pure.

Knows the request that the proxy has made of its client's: OpenAI's body, and
beside it what LiteLLM notes for itself.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from interlock.checks.holds import Settlement
from interlock.integrations.litellm.dialects import DIALECTS, changes_of, usage_of

CHECKED: Final[Mapping[str, str]] = {
    **dict.fromkeys(DIALECTS, "chat"),
    "acompletion": "chat",
    "completion": "chat",
    "aembedding": "embeddings",
    "embedding": "embeddings",
    "embeddings": "embeddings",
}
"""The key of a check by the kind of call."""

_OWN: Final = frozenset(
    {
        "api_base",
        "api_key",
        "api_version",
        "cache",
        "guardrails",
        "metadata",
        "mock_response",
        "no-log",
        "num_retries",
        "proxy_server_request",
        "secret_fields",
        "standard_logging_object",
        "tags",
        "timeout",
        "ttl",
    }
)
"""What LiteLLM keeps to itself; all of `litellm_` as well."""

_PREFIXES: Final = frozenset(
    {"anthropic", "cohere", "deepseek", "gemini", "google", "mistral", "openai", "x-ai", "xai"}
)
"""What stands before the names of models whose own provider answers: their prices have names without it."""

_PROVIDERS: Final = {
    "anthropic": "anthropic",
    "azure": "azure",
    "cerebras": "cerebras",
    "deepseek": "deepseek",
    "fireworks_ai": "fireworks",
    "gemini": "google",
    "groq": "groq",
    "mistral": "mistral",
    "openrouter": "openrouter",
    "vertex_ai": "google",
    "xai": "x-ai",
}
"""What prices call a provider, by what LiteLLM calls it. It shows usage as OpenAI does, whoever answers."""


def body_of(request: Mapping[str, Any], served: Iterable[str], kind: str = "acompletion") -> dict[str, Any]:
    """OpenAI's body of the proxy's `request`, with all that are `served` for its `model` in `models`.

    A request of another `kind` is the chat that asks for the same. Raises RequestError.
    """
    body = {
        name: value
        for name, value in request.items()
        if name not in _OWN and not name.startswith(("litellm_", "_")) and _is_plain(value)
    }
    dialect = DIALECTS.get(kind)
    if dialect is not None:
        body = dialect(body)
    if isinstance(body.get("model"), str):
        body["model"] = plain_name(body["model"])
    others = [name for name in dict.fromkeys(map(plain_name, served)) if name != body.get("model")]
    if others:
        body["models"] = [*_listed(body.get("models")), *others]
    return body


def plain_name(model: str) -> str:
    """The name that `model` has in lists of prices: without a prefix that only says whose it is."""
    prefix, slash, rest = model.partition("/")
    return rest if slash and prefix in _PREFIXES else model


def changes(body: Mapping[str, Any], changed: Mapping[str, Any], kind: str = "acompletion") -> dict[str, Any]:
    """What of a request is to be replaced, where policies made `changed` of its `body`. Raises RequestError."""
    made = {name: value for name, value in changed.items() if name != "models" and value != body.get(name)}
    return changes_of(kind, made)


def settlement_of(hold: str, used: Mapping[str, Any], *, model: str, provider: str) -> Settlement:
    """What a call used of its `hold`: LiteLLM's count of tokens, to be priced as `model` of `provider`."""
    usage = usage_of(used)
    known = _PROVIDERS.get(provider, "openai")
    if known == "anthropic":
        usage = _as_anthropic(usage)
    name = plain_name(model)
    return Settlement(hold, response={"model": name, "usage": usage}, provider=known, model=name)


def _as_anthropic(used: Mapping[str, Any]) -> dict[str, Any]:
    """Usage as Anthropic shows it: what is read from a cache and written to it is beside the input."""
    details = used.get("prompt_tokens_details") or {}
    read = used.get("cache_read_input_tokens") or details.get("cached_tokens") or 0
    written = used.get("cache_creation_input_tokens") or details.get("cache_creation_tokens") or 0
    return {
        "input_tokens": max(0, (used.get("prompt_tokens") or 0) - read - written),
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": written,
        "output_tokens": used.get("completion_tokens") or 0,
    }


def _listed(models: object) -> list[Any]:
    return models if isinstance(models, list) else []


def _is_plain(value: object) -> bool:
    """Whether `value` is JSON at its root: the proxy keeps objects of its own beside it."""
    return value is None or isinstance(value, str | int | float | list | dict)
