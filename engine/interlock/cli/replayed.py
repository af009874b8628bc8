"""Replayed decisions: where they stand in the log, how many came to what, and their JSON."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from interlock.analysis.replay import Comparison, Replayed
from interlock.cli.render import subject
from interlock.decisionlog.difference import Difference, Kind
from interlock.errors import Problem
from interlock.spans import Span


@dataclass(frozen=True, slots=True)
class Placed:
    """A replayed decision, and where the log has it."""

    replayed: Replayed
    span: Span

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.span.file}:{self.span.line}"


@dataclass(slots=True)
class Tally:
    """What became of the decisions of a log so far, and what in it has no answer."""

    problems: list[Problem] = field(default_factory=list)
    _counts: Counter[tuple[bool, Comparison]] = field(default_factory=Counter)

    def add(self, each: Placed | Problem) -> None:
        """Count one more."""
        if isinstance(each, Problem):
            self.problems.append(each)
        else:
            self._counts[each.replayed.is_of_same_set, each.replayed.comparison] += 1

    def of(self, comparison: Comparison) -> int:
        """How many decisions came to `comparison`."""
        return self._counts[True, comparison] + self._counts[False, comparison]

    def compared(self, *, is_of_same_set: bool) -> tuple[int, int]:
        """How many decisions of this policy set, or of others, are the same and how many differ."""
        return self._counts[is_of_same_set, Comparison.SAME], self._counts[is_of_same_set, Comparison.DIFFERS]

    def told(self) -> dict[str, Any]:
        """The counts as plain JSON."""
        names = ("same", "differs")
        return {
            "ofThisPolicySet": dict(zip(names, self.compared(is_of_same_set=True), strict=True)),
            "ofOtherPolicySets": dict(zip(names, self.compared(is_of_same_set=False), strict=True)),
            "notCompared": self.of(Comparison.NOT_COMPARED),
        }


def detail(difference: Placed) -> dict[str, Any]:
    """A difference as plain JSON."""
    replayed = difference.replayed
    return {
        "source": difference.place,
        "document": subject(replayed.intent),
        "recorded": replayed.was["decision"],
        "replayed": replayed.now["decision"],
        "samePolicySet": replayed.is_of_same_set,
        "changes": list(map(_change, replayed.changes)),
    }


def _change(change: Difference) -> dict[str, Any]:
    said: dict[str, Any] = {"field": change.field, "change": change.kind.value}
    if change.kind in {Kind.WENT, Kind.CHANGED}:
        said["recorded"] = change.was
    if change.kind in {Kind.CAME, Kind.CHANGED}:
        said["replayed"] = change.now
    return said
