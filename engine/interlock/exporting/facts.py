"""What expressions of Kubernetes read instead of the Intent: the facts that a request has in plain sight.

All others, such as which models an object serves, only extractors find.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from interlock.cel.text.literal import literal
from interlock.cel.tree import Path
from interlock.exporting.definitions import AGENT, stated
from interlock.exporting.scene import Scene
from interlock.exporting.unfit import UnfitError
from interlock.spelling import quoted

_READ: Final[Mapping[Path, str]] = {
    **{
        ("intent", "principal", key): f"variables.principal{key.title()}"
        for key in ("id", "type", "groups", "claims")
    },
    **{("intent", "workload", key): f"request.resource.{key}" for key in ("group", "version")},
    ("intent", "subresource"): "request.subResource",
    **{
        ("intent", "workload", key): f"variables.object{key.title()}"
        for key in ("namespace", "name", "labels", "annotations")
    },
}
_ATTRIBUTION: Final = ("intent", "attribution")
_AGENT: Final = ("intent", "agent")
_PART: Final = ("intent", "subresource")
_NEVER: Final = frozenset({("intent", "run"), ("intent", "discharges")})
"""What only gateways state."""

_ALWAYS: Final = frozenset({("intent", key) for key in ("principal", "attribution", "workload")})
"""Records that every Intent of a workload has."""

_EMPTIABLE: Final = frozenset(
    {("intent", "principal", "groups"), ("intent", "principal", "claims")}
    | {("intent", "workload", "labels"), ("intent", "workload", "annotations")}
)
"""Lists and maps, of which `has()` asks whether anything is in them."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of the requests of a scene, as CEL over the request and the variables of `definitions`."""

    scene: Scene

    def value(self, path: Path) -> str | None:
        """CEL of what is at `path` of the Intent, or None where it is a part of what is.

        Raises:
            UnfitError: only an extractor knows.
        """
        if path == ("intent", "object"):
            return self.scene.subject
        if path == ("intent", "action"):
            return self._action()
        if path in {("intent", "kind"), ("intent", "workload", "kind")}:
            return self.scene.kind_text
        if (variable := _stating(path)) is not None:
            return f"{variable}[0]"
        if path in _READ:
            return _READ[path]
        if _is_part(path):
            return None
        raise UnfitError(_unknown(path))

    def presence(self, path: Path) -> str | None:
        """CEL of whether anything is at `path` of the Intent, or None where it is a part of what is.

        Raises:
            UnfitError: only an extractor knows.
        """
        if path in _NEVER or path in _ALWAYS:
            return literal(path in _ALWAYS)
        if path == _PART:
            return "has(request.subResource)"
        if path == _AGENT:
            return "size(variables.agentName) > 0"
        if (variable := _stating(path)) is not None:
            is_there = f"size({variable}) > 0"
            # Without an agent there is nothing to ask, and it is an error to.
            return f'variables.agentName[0] != "" ? {is_there} : false' if path[:-1] == _AGENT else is_there
        text = self.value(path)
        if text is None:
            return None
        return f"size({text}) > 0" if path in _EMPTIABLE else "true"

    def optional(self, path: Path) -> str | None:
        """CEL of the optional value at `path` of the Intent, or None where it is a part of what is.

        Raises:
            UnfitError: only an extractor knows.
        """
        if path in _NEVER:
            return "optional.none()"
        if path[:-1] == _ATTRIBUTION and (variable := _stating(path)) is not None:
            return f"{variable}[?0]"
        if path == _PART:
            return "request.?subResource"
        if path[:-1] == _AGENT:
            raise UnfitError("asks by `.?` for a fact of the agent: ask with `has()`")
        text = self.value(path)
        return None if text is None else f"optional.of({text})"

    def _action(self) -> str:
        actions = {operation: str(action) for operation, action in self.scene.actions.items()}
        if len(actions) == 1:
            return literal(*actions.values())
        return f"{literal(actions)}[request.operation]"


def _stating(path: Path) -> str | None:
    """The variable that lists what states the fact at `path`; None where nothing states it."""
    record, fact = path[:-1], path[-1]
    if record == _ATTRIBUTION or (record == _AGENT and fact in AGENT):
        return f"variables.{stated(record[-1], fact)}"
    return None


def _is_part(path: Path) -> bool:
    """Whether `path` leads on from a fact that may have parts."""
    above = path[:-1]
    return len(above) > 1 and (
        above == ("intent", "object") or above in _READ or _stating(above) is not None or _is_part(above)
    )


def _unknown(path: Path) -> str:
    shown = path[:3] if path[1] in {"principal", "attribution", "workload", "agent"} else path[:2]
    return f"reads {quoted('.'.join(shown))}, which is not in plain sight in a request"
