"""What a model says that it used, read as its answer comes. Pure.

Providers say it in the last part (OpenAI, with `stream_options: {"include_usage": true}`),
in the first and the last ones (Anthropic), or in each, as it is by then (Google). What
Anthropic says in the first is of the input alone: without the last, nobody knows the rest.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

_WRAPPERS: Final = ("message", "response")
_MODELS: Final = ("model", "modelVersion")
_USAGES: Final = ("usage", "usageMetadata")
_TERMS: Final = ("service_tier", "serviceTier")
_FIRST: Final = "message_start"
"""The type of Anthropic's first part."""


class UsageReader:
    """Parts of one answer, or a whole one, and what they say together."""

    def __init__(self) -> None:
        self.is_begun = False
        self._said: dict[str, Any] = {}
        self._goes_on = False

    def read(self, part: object) -> None:
        """Heed `part`: JSON, or a model of pydantic. Of anything else it is only known that it came."""
        self.is_begun = True
        plain = _plain(part)
        if plain is None:
            return
        for holder in (plain, *(plain.get(name) for name in _WRAPPERS)):
            if isinstance(holder, Mapping) and self._heed(holder):
                self._goes_on = plain.get("type") == _FIRST

    @property
    def response(self) -> dict[str, Any] | None:
        """What was used, as the provider's whole answer would say it; None where it has not said it yet."""
        is_said = not self._goes_on and any(name in self._said for name in _USAGES)
        return dict(self._said) if is_said else None

    def _heed(self, holder: Mapping[str, Any]) -> bool:
        """Whether `holder` says what was used."""
        for name in (*_MODELS, *_TERMS):
            if isinstance(holder.get(name), str):
                self._said[name] = holder[name]
        usages = {name: usage for name in _USAGES if isinstance(usage := holder.get(name), Mapping)}
        for name, usage in usages.items():
            known = {key: count for key, count in usage.items() if count is not None}
            self._said[name] = {**self._said.get(name, {}), **known}
        return bool(usages)


def _plain(part: object) -> Mapping[str, Any] | None:
    """`part` as its provider sends it; libraries of OpenAI, Anthropic and Google give models of pydantic."""
    if not isinstance(part, BaseModel):
        return part if isinstance(part, Mapping) else None
    try:
        return part.model_dump(mode="json", by_alias=True)
    except (TypeError, ValueError):
        return None  # what was used is not worth an answer that breaks off
