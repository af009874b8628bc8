"""What the platform knows about models, accelerators and tools.

Extractors read names; the Catalog says what class they are of. Patterns are
globs in which `*` stands for any text; the longest pattern that matches wins.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Protocol, TypeVar

from interlock.identity import Digest
from interlock.units import MicroUsdPerMillionTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEntry:
    """Models of one class by the names that they go by."""

    names: tuple[str, ...]
    class_name: str
    provider: str
    hosting: str
    input_price: MicroUsdPerMillionTokens | None = None
    output_price: MicroUsdPerMillionTokens | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceleratorEntry:
    """Accelerators of one class by the product names that nodes, clouds and resources give them.

    Names are normalized: lower case, without the vendor's prefix.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All entries of one policy set; no name occurs twice among entries of one sort."""

    models: tuple[ModelEntry, ...] = ()
    accelerators: tuple[AcceleratorEntry, ...] = ()
    tools: tuple[ToolEntry, ...] = ()

    def model(self, name: str) -> ModelEntry | None:
        """The entry that knows the model `name`, or None."""
        return _most_specific(self.models, name)

    def accelerator(self, product: str) -> AcceleratorEntry | None:
        """The entry that knows the normalized `product`, or None."""
        return _most_specific(self.accelerators, product)

    def tool(self, server: str, name: str) -> ToolEntry | None:
        """The entry that knows the tool `name` of `server`, or None."""
        return _most_specific(self.tools, f"{server}/{name}")


class _Named(Protocol):
    @property
    def names(self) -> tuple[str, ...]: ...


_Entry = TypeVar("_Entry", bound=_Named)


def _most_specific(entries: Iterable[_Entry], name: str) -> _Entry | None:
    """The entry with the longest pattern that matches `name`."""
    best: _Entry | None = None
    length = -1
    for entry in entries:
        for pattern in entry.names:
            if len(pattern) > length and fnmatchcase(name, pattern):
                best, length = entry, len(pattern)
    return best
