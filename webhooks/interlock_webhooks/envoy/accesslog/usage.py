"""What the metadata of a request say it used. Pure.

Our own namespace counts before that of Envoy AI Gateway: whoever writes the one
on purpose means it.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from interlock.checks.holds import Name, Used
from interlock.errors import RequestError
from interlock_webhooks.envoy.names import AI_GATEWAY, OURS

_AI_GATEWAY: Final = {
    "inputTokens": "llm_input_token",
    "outputTokens": "llm_output_token",
    "tokens": "llm_total_token",
}
"""The keys that its documentation has for costs; they are the operator's to choose (`metadataKey`)."""

_COUNTS: Final = ("calls", "tokens", "inputTokens", "outputTokens", "gpuTime")
_NAMES: Final = ("model", "provider")
_DIGITS: Final = 19


class Told(Struct, frozen=True):
    """What was used, and of which model, as far as it is said."""

    used: Used
    model: Name | None
    provider: Name | None


def usage_of(metadata: Mapping[str, Any]) -> Told | None:
    """What `metadata` say; None where they say nothing of use. Raises RequestError."""
    theirs, ours = metadata.get(AI_GATEWAY, {}), metadata.get(OURS, {})
    counts = {name: theirs[key] for name, key in _AI_GATEWAY.items() if key in theirs}
    counts |= {name: ours[name] for name in _COUNTS if name in ours}
    said: dict[str, Any] = {name: _count(value) for name, value in counts.items()}
    if "cost" in ours:
        said["cost"] = ours["cost"]
    if not said:
        return None
    names = {name: ours[name] for name in _NAMES if name in ours}
    try:
        return msgspec.convert({"used": said, "model": None, "provider": None, **names}, Told)
    except msgspec.ValidationError as error:
        raise RequestError(f"the metadata's usage: {error}") from None


def _count(value: object) -> object:
    """A count that a filter read from a header is a text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _DIGITS:
        return int(value)
    return value
