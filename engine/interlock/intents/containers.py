"""The containers of a pod, in the order that they start in, and how each runs.

An init container with `restartPolicy: Always` is a sidecar: it goes on
running beside the main containers.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from interlock.intents.draft import few
from interlock.intents.fields import mappings
from interlock.intents.paths import element, member


class Role(StrEnum):
    """When a container runs."""

    INIT = "init"
    SIDECAR = "sidecar"
    MAIN = "main"
    EPHEMERAL = "ephemeral"


@dataclass(frozen=True)
class Container:
    """One container as it stands at `path`."""

    body: dict[str, Any]
    path: str
    role: Role

    @cached_property
    def env(self) -> list[dict[str, Any]]:
        """The variables of its environment, looked at once. Raises RequestError."""
        return mappings(self.body, "env", self.path)

    def env_path(self, index: int) -> str:
        """The path of the variable at `index`."""
        return element(member(self.path, "env"), index)


def containers(spec: dict[str, Any], path: str) -> list[Container]:
    """All containers of the PodSpec at `path`. Raises RequestError where they are too many."""
    found = [
        *_under(spec, "initContainers", path, Role.INIT),
        *_under(spec, "containers", path, Role.MAIN),
        *_under(spec, "ephemeralContainers", path, Role.EPHEMERAL),
    ]
    return few(found, "containers")


def _under(spec: dict[str, Any], key: str, path: str, role: Role) -> list[Container]:
    here = member(path, key)
    return [
        Container(body, element(here, index), Role.SIDECAR if role is Role.INIT and _goes_on(body) else role)
        for index, body in enumerate(mappings(spec, key, path))
    ]


def _goes_on(body: dict[str, Any]) -> bool:
    return bool(body.get("restartPolicy") == "Always")
