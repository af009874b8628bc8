"""What an expression costs at worst, by Kubernetes' estimate, over data of given sizes."""

from collections.abc import Mapping
from dataclasses import dataclass

from interlock.cel.cost.estimate import estimate, estimates
from interlock.cel.cost.ranges import ZERO, Range
from interlock.cel.cost.sizes import Path
from interlock.cel.program import Program
from interlock.cel.types import CelType

_SIZELESS = frozenset({"int", "uint", "double", "bool", "type"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How large a list or map of a request is taken to be, and a text, or what may be either."""

    elements: int = 100
    characters: int = 256

    def of(self, path: Path, type_: CelType) -> Range | None:
        """The sizes of what is at `path` and of `type_`."""
        if type_.name in _SIZELESS:
            return ZERO if path else None
        return Range(0, self.elements if type_.name in {"list", "map"} else self.characters)


def worst_case(program: Program, variables: Mapping[str, Program], sizes: Sizes) -> int:
    """The cost of `program` at worst, with that of `variables`, of which each may read those before it."""
    known = estimates(((name, each.node) for name, each in variables.items()), sizes.of)
    return estimate(program.node, sizes.of, known).cost.max
