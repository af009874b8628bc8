"""What became of one document of the cluster, by what became of all. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final, TypeAlias

from interlock.documents.source import Source
from interlock.errors import Problem
from interlock_webhooks.controller.documents import Field, field_at
from interlock_webhooks.reload import Attempt
from interlock_webhooks.text import listed, one_line

Tried: TypeAlias = Source | Problem
"""A document, or what keeps it from being one."""

LONGEST: Final = 4_096
"""Bytes of a message: enough for an author to act, and far less than a status may have."""

_PROBLEM: Final = 1_000
"""Characters of what is said of one problem."""


class Reason(StrEnum):
    """What became of a document; the words are reasons of conditions."""

    IN_FORCE = "InForce"
    INVALID = "Invalid"
    HELD_BACK = "HeldBack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with a document, and where; and whether it is what an expression says."""

    field: Field
    message: str
    is_of_expression: bool

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field.path else self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What became of a document as it is now."""

    reason: Reason
    message: str
    faults: tuple[Fault, ...] = ()


class Acceptances:
    """What became of each document in `attempt`, by name; `in_force` are those of the set that decides now."""

    def __init__(self, attempt: Attempt, in_force: Mapping[str, Tried]) -> None:
        self.digest = attempt.digest
        self.tried = by_name(attempt.further)
        self._attempt = attempt
        self._in_force = in_force
        self._known: dict[str, Acceptance] = {}

    def of(self, name: str) -> Acceptance:
        """What became of the document `name`."""
        if name not in self._known:
            self._known[name] = self._acceptance(name)
        return self._known[name]

    def _acceptance(self, name: str) -> Acceptance:
        problems = self._attempt.problems
        own = [each for each in problems if isinstance(each, Problem) and each.span.file == name]
        faults = tuple(map(self._fault, own))
        if faults:
            return Acceptance(reason=Reason.INVALID, message=_together(list(map(str, faults))), faults=faults)
        if not problems or (name in self._in_force and self._in_force[name] == self.tried.get(name)):
            return Acceptance(reason=Reason.IN_FORCE, message=f"in force in policy set {self.digest}")
        return Acceptance(
            reason=Reason.HELD_BACK, message=f"kept out by what is wrong elsewhere: {self._others}"
        )

    @cached_property
    def _others(self) -> str:
        """What is wrong, with the documents that it is in."""
        return _together(list(map(self._told, self._attempt.problems)))

    def _told(self, problem: Problem | str) -> str:
        if isinstance(problem, str):
            return problem
        if problem.span.file not in self.tried:
            return f"{problem.span}: {problem.message}"
        return f"{problem.span.file} {self._fault(problem)}"

    def _fault(self, problem: Problem) -> Fault:
        source = self.tried.get(problem.span.file)
        return Fault(
            field=_shortened(field_at(source, problem.span)) if isinstance(source, Source) else Field(""),
            message=one_line(problem.message, _PROBLEM),
            is_of_expression=problem in self._attempt.expressions,
        )


def _shortened(field: Field) -> Field:
    """`field` with no more of its path than fits: keys may be as long as a document."""
    return Field(one_line(field.path, _PROBLEM), field.place)


def by_name(documents: Iterable[Tried]) -> dict[str, Tried]:
    """`documents` by their names."""
    return {each.file if isinstance(each, Source) else each.span.file: each for each in documents}


def _together(messages: list[str]) -> str:
    """All of `messages` that fit into one; any of them does, in whatever script it is."""
    return listed([one_line(each, _PROBLEM) for each in messages], "; ", LONGEST)
