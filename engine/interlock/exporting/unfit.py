"""Why a policy can't be written as one of Kubernetes' own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from interlock.errors import Problem
from interlock.spans import Span


class UnfitError(Exception):
    """A part of a policy that means nothing, or something else, in Kubernetes."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """The reasons that were found why one policy doesn't fit, each where it stands."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, span: Span, message: str) -> None:
        """Add a reason that stands at `span`."""
        self.problems.append(Problem(span, message))

    @contextmanager
    def collecting(self, span: Span) -> Iterator[None]:
        """Take an `UnfitError` about what stands at `span` for a reason."""
        try:
            yield
        except UnfitError as error:
            self.add(span, str(error))
