"""Numbers and names that a policy bounds: ceilings, floors, allow-sets and block-sets."""

from dataclasses import dataclass

from msgspec import Struct

from interlock.identity import Digest, RuleName
from interlock.model.obligation import Obligation
from interlock.spans import SourceText, Span


class Bounds(Struct, frozen=True, kw_only=True):
    """What a value may be, both ends included; what is not given bounds nothing."""

    ceiling: int | None = None
    floor: int | None = None
    allowed: frozenset[str] | None = None
    blocked: frozenset[str] = frozenset()


class Bound(Struct, frozen=True):
    """The bounds that one limit sets to what `of` measures: an expression, in the one way to write it."""

    of: str
    bounds: Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Bounds of what an expression measures, each a constant or an expression of its own.

    All limits of all layers on the same measure meet: the lowest ceiling, the
    highest floor, what every allow-set has and no block-set. `digest` covers
    what a rule's does.
    """

    name: RuleName
    of: SourceText
    ceiling: int | SourceText | None = None
    floor: int | SourceText | None = None
    allowed: frozenset[str] | SourceText | None = None
    blocked: frozenset[str] | SourceText | None = None
    message: str = ""
    remedy: str = ""
    obligations: tuple[Obligation, ...] = ()
    advice: tuple[Obligation, ...] = ()
    is_waivable: bool = True
    digest: Digest
    span: Span

    @property
    def is_of_numbers(self) -> bool:
        """Whether numbers are bounded."""
        return self.ceiling is not None or self.floor is not None

    @property
    def is_of_texts(self) -> bool:
        """Whether texts are bounded."""
        return self.allowed is not None or self.blocked is not None

    @property
    def constants(self) -> Bounds:
        """The bounds that are the same for every Intent."""
        return Bounds(
            ceiling=None if isinstance(self.ceiling, SourceText) else self.ceiling,
            floor=None if isinstance(self.floor, SourceText) else self.floor,
            allowed=None if isinstance(self.allowed, SourceText) else self.allowed,
            blocked=self.blocked if isinstance(self.blocked, frozenset) else frozenset(),
        )

    @property
    def computed(self) -> dict[str, SourceText]:
        """The bounds that are expressions, by name."""
        bounds = {
            "ceiling": self.ceiling,
            "floor": self.floor,
            "allowed": self.allowed,
            "blocked": self.blocked,
        }
        return {name: bound for name, bound in bounds.items() if isinstance(bound, SourceText)}

    @property
    def expressions(self) -> tuple[SourceText, ...]:
        """Every expression of the limit."""
        return (self.of, *self.computed.values())
