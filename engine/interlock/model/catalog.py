"""What the platform knows about models, accelerators, tools, devices, subjects and resources.

Extractors read names; the Catalog says what class they are of. A name in an
entry is exact, or a pattern in which `*` stands for any text. An exact name
wins over patterns, and of the patterns that match the longest wins.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, TypeVar

from interlock.identity import Digest
from interlock.model.devices import DeviceClassEntry, DeviceEntry
from interlock.model.entities import EntityEntry, EntityKey, ResourceTypeEntry
from interlock.units import MicroUsdPerMillionTokens

_REMEMBERED: Final = 4096
_LONGEST_REMEMBERED: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEntry:
    """Models of one class by the names that they go by.

    What `is_shipped` with Interlock says of prices is for estimates: what
    providers publish is finer, and counts when a call is settled.
    """

    names: tuple[str, ...]
    class_name: str
    provider: str
    hosting: str
    input_price: MicroUsdPerMillionTokens | None = None
    output_price: MicroUsdPerMillionTokens | None = None
    is_shipped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceleratorEntry:
    """Accelerators of one class by the product names that nodes, clouds and resources give them.

    Names are normalized: lower case, words joined with `-`, without the vendor's prefix.
    """

    names: tuple[str, ...]
    class_name: str
    vendor: str
    memory_mib: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolEntry:
    """Tools of one class by `server/tool` names, with the digest of the schema that was reviewed."""

    names: tuple[str, ...]
    class_name: str
    schema_digest: Digest | None = None


class _Named(Protocol):
    @property
    def names(self) -> tuple[str, ...]: ...


_Entry = TypeVar("_Entry", bound=_Named)


class _Index(Generic[_Entry]):
    """Entries by name: one dict lookup for what was asked before, whatever the number of patterns.

    It remembers the latest answers, at most `_REMEMBERED` of them and none on names
    longer than `_LONGEST_REMEMBERED`: names come from requests.
    """

    __slots__ = ("_by_start", "_exact", "_remembered", "_unanchored")

    def __init__(self, entries: Iterable[_Entry]) -> None:
        named = [(name, entry) for entry in entries for name in entry.names]
        self._exact = {name: entry for name, entry in reversed(named) if "*" not in name}
        # Sorting is stable: of two patterns of one length the first stays first.
        patterns = sorted(
            (pair for pair in named if "*" in pair[0]), key=lambda pair: len(pair[0]), reverse=True
        )
        split = [(pattern.split("*"), entry) for pattern, entry in patterns]
        # Most patterns start with a character of their own, which most names don't start with.
        starts = {pieces[0][:1] for pieces, _ in split}
        self._by_start = {start: [pair for pair in split if pair[0][0][:1] in {start, ""}] for start in starts}
        self._unanchored = [pair for pair in split if not pair[0][0]]
        self._remembered: dict[str, _Entry | None] = {}

    def find(self, name: str) -> _Entry | None:
        """The entry that knows `name` best, or None."""
        exact = self._exact.get(name)
        if exact is not None:
            return exact
        try:
            return self._remembered[name]
        except KeyError:
            patterns = self._by_start.get(name[:1], self._unanchored)
            found = next((entry for pieces, entry in patterns if _matches(pieces, name)), None)
        if len(name) <= _LONGEST_REMEMBERED:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[name] = found
        return found


def _matches(pieces: list[str], name: str) -> bool:
    """Whether `name` is the pieces in their order with any text between them."""
    first, *middle, last = pieces
    if len(name) < len(first) + len(last) or not (name.startswith(first) and name.endswith(last)):
        return False
    position, end = len(first), len(name) - len(last)
    for piece in middle:
        position = name.find(piece, position, end)
        if position < 0:
            return False
        position += len(piece)
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All entries of one policy set; no name, or type and id, occurs twice among entries of one sort."""

    models: tuple[ModelEntry, ...] = ()
    accelerators: tuple[AcceleratorEntry, ...] = ()
    tools: tuple[ToolEntry, ...] = ()
    devices: tuple[DeviceEntry, ...] = ()
    device_classes: tuple[DeviceClassEntry, ...] = ()
    subjects: tuple[EntityEntry, ...] = ()
    resources: tuple[EntityEntry, ...] = ()
    resource_types: tuple[ResourceTypeEntry, ...] = ()
    _models: _Index[ModelEntry] = field(init=False, repr=False, compare=False)
    _accelerators: _Index[AcceleratorEntry] = field(init=False, repr=False, compare=False)
    _tools: _Index[ToolEntry] = field(init=False, repr=False, compare=False)
    _subjects: Mapping[EntityKey, EntityEntry] = field(init=False, repr=False, compare=False)
    _resources: Mapping[EntityKey, EntityEntry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # A frozen dataclass sets derived fields in no other way.
        object.__setattr__(self, "_models", _Index(self.models))
        object.__setattr__(self, "_accelerators", _Index(self.accelerators))
        object.__setattr__(self, "_tools", _Index(self.tools))
        object.__setattr__(self, "_subjects", {entry.key: entry for entry in self.subjects})
        object.__setattr__(self, "_resources", {entry.key: entry for entry in self.resources})

    def model(self, name: str) -> ModelEntry | None:
        """The entry that knows the model `name`, or None."""
        return self._models.find(name)

    def accelerator(self, product: str) -> AcceleratorEntry | None:
        """The entry that knows the normalized `product`, or None."""
        return self._accelerators.find(product)

    def tool(self, server: str, name: str) -> ToolEntry | None:
        """The entry that knows the tool `name` of `server`, or None."""
        return self._tools.find(f"{server}/{name}")

    def subject(self, type_: str, id_: str) -> EntityEntry | None:
        """The subject of this type and id, or None."""
        return self._subjects.get((type_, id_))

    def resource(self, type_: str, id_: str) -> EntityEntry | None:
        """The resource of this type and id, or None."""
        return self._resources.get((type_, id_))
