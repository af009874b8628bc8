"""A suite of cases, read and complete: what is tried on which policies.

Nothing here reads a file or decides.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interlock.documents.document import Document
from interlock.documents.nodes import Path as Place
from interlock.policytest.given import GivenShape
from interlock.policytest.shapes import ExpectShape
from interlock.spans import Span
from interlock.units import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One input and what must come of it; `document` at `place` is where that is written."""

    name: str
    input: dict[str, Any]
    now: Instant
    given: GivenShape
    expect: ExpectShape
    document: Document
    place: Place

    def span(self, *below: str | int) -> Span:
        """Where the case, or what is `below` it, is written."""
        return self.document.span((*self.place, *below))


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """The cases of one document. `policies` are under test, `further` only there for them."""

    name: str
    span: Span
    policies: tuple[Path, ...]
    further: tuple[Path, ...]
    is_isolated: bool
    cases: tuple[Case, ...]
