"""What a policy is about.

An area names the part of an Intent that its policies see one item at a time:
a policy on tools is evaluated once for each tool, with `tool` bound to it.
So allow-lists of several policies unite item by item, and an Intent with two
tools is not refused because no single policy lists both.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from interlock.model.intent import Intent


class Area(StrEnum):
    """The parts of an Intent that policies can be about, and that a layer can close."""

    INTENT = "intent"
    TOOLS = "tools"
    RESOURCES = "resources"
    MODELS = "models"
    ACCELERATORS = "accelerators"
    IMAGES = "images"
    DATA = "data"

    @property
    def variable(self) -> str:
        """The CEL variable that one item of this area is bound to."""
        return _VARIABLES[self]


_VARIABLES: Final = {
    Area.INTENT: "intent",
    Area.TOOLS: "tool",
    Area.RESOURCES: "resource",
    Area.MODELS: "model",
    Area.ACCELERATORS: "accelerator",
    Area.IMAGES: "image",
    Area.DATA: "data",
}


def _data(intent: Intent) -> Sequence[Any]:
    data = intent["data"]
    return [data] if data["classifications"] or "residency" in data or "region" in data else []


_ITEMS: Final[dict[Area, Callable[[Intent], Sequence[Any]]]] = {
    Area.INTENT: lambda intent: [intent],
    Area.TOOLS: lambda intent: intent["tools"],
    Area.RESOURCES: lambda intent: intent["resources"],
    Area.MODELS: lambda intent: intent["models"],
    Area.ACCELERATORS: lambda intent: intent["accelerators"],
    Area.IMAGES: lambda intent: intent["images"],
    Area.DATA: _data,
}


_SINGLE: Final = frozenset({Area.INTENT, Area.DATA})


def items(area: Area, intent: Intent) -> Sequence[Any]:
    """The items of `area` in `intent`, in their order; empty where the area is not in play.

    Of area `intent` the one item is the Intent itself; of `data` it is the
    data description, if the Intent says anything about data.
    """
    return _ITEMS[area](intent)


def path(area: Area, index: int) -> str:
    """How a decision names the item at `index` of `area`: `tools[0]`, `data`, `intent`."""
    return str(area) if area in _SINGLE else f"{area}[{index}]"


_NAMES: Final[dict[Area, Callable[[Mapping[str, Any]], str]]] = {
    Area.MODELS: lambda item: str(item["name"]),
    Area.TOOLS: lambda item: f"{item['server']}/{item['name']}",
    Area.RESOURCES: lambda item: f"{item['type']}/{item['id']}",
    Area.IMAGES: lambda item: str(item["reference"]),
    Area.ACCELERATORS: lambda item: str(item["product"]),
}


def name(area: Area, item: Mapping[str, Any]) -> str:
    """What people call `item`: the model's name, `server/tool`, `type/id`; nothing where it has no name."""
    return _NAMES[area](item) if area in _NAMES else ""
