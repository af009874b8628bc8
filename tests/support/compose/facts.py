"""The names and numbers of which policies and Intents of one world are made."""

from collections.abc import Mapping
from typing import Any, Final

from interlock.model.intent import MAX_INT64

ACTIONS: Final = ("model.chat", "tool.call", "workload.create", "resource.access")
KINDS: Final = ("ChatCompletion", "Job")
TEAMS: Final = ("search", "ads")
GROUPS: Final = ("staff", "oncall", "guests")
REGIONS: Final = ("eu", "us")
CLASSIFICATIONS: Final = ("public", "pii")
CLAIM: Final = "gold"

BOUNDS: Final = (1, 100, MAX_INT64)
"""The numbers that policies compare with."""

AROUND: Final = tuple(sorted({min(bound + step, MAX_INT64) for bound in BOUNDS for step in (-1, 0, 1)}))
"""The numbers that Intents have."""

OF_ANOTHER_TYPE: Final[tuple[Any, ...]] = (None, True, "100", 100.0, 2**70, [], [100], {}, {"limit": 1})
"""What stands in places that nobody checks the type of."""

MODELS: Final[Mapping[str, Mapping[str, Any]]] = {
    "gpt-5": {"class": "frontier", "hosting": "external"},
    "gpt-5-mini": {"class": "small", "hosting": "external"},
    "llama-70b": {"class": "small", "hosting": "selfHosted"},
    "mystery": {"class": "unknown", "hosting": "unknown"},
}
TOOLS: Final[Mapping[tuple[str, str], str]] = {
    ("web", "fetch"): "read",
    ("files", "read"): "read",
    ("files", "write"): "write",
    ("shell", "run"): "unknown",
}
RESOURCES: Final = (("todo", "1"), ("todo", "2"), ("record", "1"))
ACCELERATORS: Final = ("h100", "a100", "unknown")
REGISTRIES: Final = ("registry.acme.test", "docker.io")
