"""What a model says that it used, read as its answer comes. Pure.

Providers say it in the last part (OpenAI, with `stream_options: {"include_usage": true}`),
in the first and the last ones (Anthropic), or in each, as it is by then (Google).
"""

from collections.abc import Mapping
from typing import Any, Final

_WRAPPERS: Final = ("message", "response")
_MODELS: Final = ("model", "modelVersion")
_USAGES: Final = ("usage", "usageMetadata")
_TERMS: Final = ("service_tier", "serviceTier")


class UsageReader:
    """Parts of one answer, or a whole one, and what they say together."""

    def __init__(self) -> None:
        self.is_begun = False
        self._said: dict[str, Any] = {}

    def read(self, part: object) -> None:
        """Heed `part`: JSON, or an object of a provider's own library that can be made JSON."""
        self.is_begun = True
        plain = _plain(part)
        if plain is None:
            return
        for holder in (plain, *(plain.get(name) for name in _WRAPPERS)):
            if isinstance(holder, Mapping):
                self._heed(holder)

    @property
    def response(self) -> dict[str, Any] | None:
        """What was used, as the provider's whole answer would say it; None where it has not said it yet."""
        return dict(self._said) if any(name in self._said for name in _USAGES) else None

    def _heed(self, holder: Mapping[str, Any]) -> None:
        for name in (*_MODELS, *_TERMS):
            if isinstance(holder.get(name), str):
                self._said[name] = holder[name]
        for name in _USAGES:
            usage = holder.get(name)
            if isinstance(usage, Mapping):
                known = {key: count for key, count in usage.items() if count is not None}
                self._said[name] = {**self._said.get(name, {}), **known}


def _plain(part: object) -> Mapping[str, Any] | None:
    if isinstance(part, Mapping):
        return part
    dump = getattr(part, "model_dump", None) or getattr(part, "to_dict", None)
    plain = dump() if callable(dump) else None
    return plain if isinstance(plain, Mapping) else None
