"""How objects of each kind merge. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

from interlock.cel.schemas.kinds import CustomKind
from interlock.cel.schemas.shapes import EMBEDDED
from interlock.foreign.attributes import Kind
from interlock.foreign.merging.structure import Structure, structure_of
from interlock.schemas.kinds import kubernetes


@dataclass(frozen=True)
class Structures:
    """Those of Kubernetes' own kinds, and of `custom` ones."""

    custom: tuple[CustomKind, ...] = ()

    def of(self, kind: Kind) -> Structure | None:
        """The structure of objects of `kind`; None where nobody knows its schema."""
        return _own(_version(kind), kind.kind) or self._custom.get((_version(kind), kind.kind))

    @cached_property
    def _custom(self) -> Mapping[tuple[str, str], Structure]:
        definitions = kubernetes().definitions
        return {
            (each.api_version, each.name): structure_of({**each.schema, EMBEDDED: True}, definitions)
            for each in self.custom
        }


@cache
def _own(api_version: str, name: str) -> Structure | None:
    for found in kubernetes().find(kind=name, api_version=api_version):
        definitions = kubernetes().definitions
        return Structure(definitions[found.definition], definitions, is_own=True)
    return None


def _version(kind: Kind) -> str:
    return f"{kind.group}/{kind.version}" if kind.group else kind.version


OWN: Final = Structures()
"""Those of Kubernetes' own kinds alone."""
