"""What the entries of a descriptor say: who draws, on what, and what its hits are. Pure.

Entries that nobody knows are kept where expressions of budgets read them
(`object.entries`): what they mean is for whoever wrote both to say.
"""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from interlock.errors import RequestError
from interlock.intents.check import CheckRequest
from interlock.model.intent import Action
from interlock.spelling import alternatives
from interlock_webhooks.envoy.ratelimit.hits import Hits, Unit
from interlock_webhooks.text import quoted

KIND: Final = "RateLimit"
"""The kind of the Intents."""

_UNIT: Final = "unit"
_MODEL: Final = "model"
_PROVIDER: Final = "provider"
_TOOL: Final = "tool"
_SERVER: Final = "server"
_UNITS: Final = tuple(unit.value for unit in Unit)
_FACTS: Final = {
    "organization": ("attribution", "organization"),
    "team": ("attribution", "team"),
    "project": ("attribution", "project"),
    "useCase": ("attribution", "useCase"),
    "environment": ("attribution", "environment"),
    "costCenter": ("attribution", "costCenter"),
    "user": ("principal", "id"),
    "agent": ("agent", "name"),
    "run": ("run", "id"),
}


class Descriptor(Struct, frozen=True, kw_only=True):
    """One descriptor of `domain`, and how many hits it is about: in its own unit or the usual one."""

    domain: str
    entries: Mapping[str, str]
    count: int
    usual: Unit

    @property
    def hits(self) -> Hits:
        """Its hits. Raises RequestError for a unit that nobody knows."""
        named = self.entries.get(_UNIT, self.usual)
        if named not in _UNITS:
            raise RequestError(f"`{_UNIT}` is {quoted(named)}: send {alternatives(_UNITS)}")
        return Hits(Unit(named), self.count)

    def check(self, hits: Hits) -> CheckRequest:
        """That somebody wants `hits` of what the entries name."""
        intent: dict[str, Any] = {
            **self._called(hits.unit),
            "kind": KIND,
            "usage": hits.usage,
            "object": {"domain": self.domain, "entries": dict(self.entries)},
        }
        for key, (part, fact) in _FACTS.items():
            # An empty value is what proxies send where they know none.
            if self.entries.get(key):
                intent.setdefault(part, {})[fact] = self.entries[key]
        return {"intent": intent}

    def _called(self, unit: Unit) -> dict[str, Any]:
        """The action, and what it is about: only models use tokens and money."""
        model, tool = self.entries.get(_MODEL), self.entries.get(_TOOL)
        if unit is not Unit.CALLS or model:
            provider = {"provider": self.entries[_PROVIDER]} if self.entries.get(_PROVIDER) else {}
            return {
                "action": Action.MODEL_CHAT.value,
                "models": [{"name": model, **provider}] if model else [],
            }
        if tool:
            server = {"server": self.entries[_SERVER]} if self.entries.get(_SERVER) else {}
            return {"action": Action.TOOL_CALL.value, "tools": [{"name": tool, **server}]}
        return {
            "action": Action.RESOURCE_ACCESS.value,
            "resources": [{"type": KIND, "id": self.domain}],
            "operation": {"name": "hit"},
        }
