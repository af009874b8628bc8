"""Devices that a container sees without asking for them.

Container runtimes of accelerators give a container what a variable lists,
whether or not the pod asks for it, so its number and class aren't known.
"""

from typing import Final

from interlock.intents.containers import Container
from interlock.intents.draft import note
from interlock.intents.fields import text
from interlock.model.intent import Intent

_VARIABLES: Final = (
    "NVIDIA_VISIBLE_DEVICES",
    "AMD_VISIBLE_DEVICES",
    "ASCEND_VISIBLE_DEVICES",
    "HABANA_VISIBLE_DEVICES",
)
_NOTHING: Final = frozenset({"none", "void"})


def note_visible(intent: Intent, containers: list[Container]) -> None:
    """Say of each container that lists devices for itself that nobody knows which they are."""
    for container in containers:
        path = _listing(container)
        if path:
            note(intent, path, "the container sees devices that it need not ask for")


def _listing(container: Container) -> str:
    """The path of the first variable of `container` that lists devices; empty where none does."""
    for index, variable in enumerate(container.env):
        if variable.get("name") in _VARIABLES:
            path = container.env_path(index)
            listed = text(variable, "value", path)
            if listed and listed not in _NOTHING:
                return path
    return ""
