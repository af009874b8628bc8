"""What a policy is about.

An area names the part of an Intent that its policies see one item at a time:
a policy on tools is evaluated once for each tool, with `tool` bound to it.
So allow-lists of several policies unite item by item, and an Intent with two
tools is not refused because no single policy lists both.
"""

from enum import StrEnum
from typing import Any

from interlock.model.intent import Intent


class Area(StrEnum):
    """The parts of an Intent that policies can be about, and that a layer can close."""

    INTENT = "intent"
    TOOLS = "tools"
    MODELS = "models"
    ACCELERATORS = "accelerators"
    IMAGES = "images"
    DATA = "data"

    @property
    def variable(self) -> str:
        """The CEL variable that one item of this area is bound to."""
        return _VARIABLES[self]


_VARIABLES = {
    Area.INTENT: "intent",
    Area.TOOLS: "tool",
    Area.MODELS: "model",
    Area.ACCELERATORS: "accelerator",
    Area.IMAGES: "image",
    Area.DATA: "data",
}


def items(area: Area, intent: Intent) -> list[Any]:
    """The items of `area` in `intent`, in their order; empty where the area is not in play.

    Of area `intent` the one item is the Intent itself; of `data` it is the
    data description, if the Intent says anything about data.
    """
    match area:
        case Area.INTENT:
            return [intent]
        case Area.DATA:
            data = intent["data"]
            return [data] if data["classifications"] or "residency" in data or "region" in data else []
        case _:
            found: list[Any] = intent[area.value]
            return found
