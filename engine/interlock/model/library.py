"""Libraries of functions that policies share, as their authors wrote them, already checked.

A function is a CEL expression over its parameters and nothing else. Policies
import a library in one exact version; what its functions compute is for CEL.
"""

from dataclasses import dataclass
from typing import Any, NewType

from interlock.identity import Digest
from interlock.spans import SourceText, Span

LibraryName = NewType("LibraryName", str)


@dataclass(frozen=True, slots=True)
class LibraryId:
    """A library in one exact version."""

    name: LibraryName
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def precedence(self) -> tuple[Any, ...]:
        """Greater for a newer version of the library, as https://semver.org orders them."""
        numbers, _, prerelease = self.version.partition("-")
        parts = prerelease.split(".") if prerelease else []
        # A number comes before a text, and what is released after all of its prereleases.
        ordered = [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]
        return (*map(int, numbers.split(".")), not parts, *ordered)


@dataclass(frozen=True, slots=True)
class Import:
    """A library that a policy's expressions call; where `digest` is given, it is the library's."""

    library: LibraryId
    digest: Digest | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A name that the function's expression reads, and its type as it is written in documents."""

    name: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """An expression over parameters; `result` is its type as it is written in documents.

    `examples` are expressions that are true: they call the function.
    """

    name: str
    description: str = ""
    parameters: tuple[Parameter, ...]
    result: str
    expression: SourceText
    examples: tuple[SourceText, ...] = ()
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionLibrary:
    """A named and versioned list of functions, each of which may call those above it.

    `digest` covers everything that a call of one of them may mean.
    """

    id: LibraryId
    description: str
    functions: tuple[Function, ...]
    digest: Digest
    span: Span
