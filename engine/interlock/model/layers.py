"""Whose authority a policy carries, and what each authority closed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from interlock.identity import LayerName
from interlock.model.area import Area


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One authority.

    In a closed area nothing is allowed that no rule of this layer permits.
    `may_ignore_errors` says that a strictly higher layer lets policies of this
    one choose `onError: ignore`.
    """

    name: LayerName
    closed: frozenset[Area] = frozenset()
    may_ignore_errors: bool = False


@dataclass(frozen=True, slots=True)
class Layers:
    """All authorities, the highest first. Names are distinct."""

    order: tuple[Layer, ...]
    rank: Mapping[LayerName, int] = field(init=False, repr=False, compare=False)
    """The position of each layer, 0 for the highest."""
    closures: tuple[tuple[LayerName, Area], ...] = field(init=False, repr=False, compare=False)
    """Every closed area of every layer, the highest layer first."""

    def __post_init__(self) -> None:
        rank = {layer.name: number for number, layer in enumerate(self.order)}
        if len(rank) != len(self.order):
            raise ValueError("layer names repeat")
        closures = tuple((layer.name, area) for layer in self.order for area in sorted(layer.closed))
        object.__setattr__(self, "rank", rank)
        object.__setattr__(self, "closures", closures)

    def find(self, name: str) -> Layer | None:
        """The layer called `name`, or None."""
        return next((layer for layer in self.order if layer.name == name), None)

    def reaches(self, issuer: LayerName, target: LayerName) -> bool:
        """Whether `issuer` is `target` or a layer above it. A layer that isn't listed reaches nothing."""
        rank = self.rank
        return issuer in rank and target in rank and rank[issuer] <= rank[target]


DEFAULT_LAYERS = Layers(
    (
        Layer(name=LayerName("organization"), closed=frozenset({Area.TOOLS, Area.MODELS, Area.RESOURCES})),
        Layer(name=LayerName("platform")),
        Layer(name=LayerName("team")),
        Layer(name=LayerName("agent")),
    )
)
"""The organization permits tools, models and resources; everybody below can only narrow."""
