"""Uses of waivers as a person would write them down, and what must follow from the list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, TypeAlias

from interlock.loading.policyset import PolicySet
from interlock.units import Instant
from support.waivers import EXPIRES, STARTS, policies_with, waiver

HOUR: Final = 60 * 60 * 1000

Lifted: TypeAlias = dict[str, str]
"""The waiver that lifts each violated rule."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A waiver of rules of the models; a `renewed` one is another approval, for a day longer."""

    name: str
    rules: tuple[str, ...]
    most: int | None = None
    team: str = ""
    renewed: bool = False

    @property
    def expires(self) -> int:
        return EXPIRES + 24 * HOUR if self.renewed else EXPIRES

    @property
    def approval(self) -> tuple[str, bool]:
        """What its uses are counted under."""
        return self.name, self.renewed

    def document(self) -> Mapping[str, Any]:
        """The waiver as it is loaded; its reason is another one where anything else is."""
        return waiver(
            self.name,
            *self.rules,
            uses=self.most,
            scope=f"intent.attribution.?team.orValue('') == '{self.team}'" if self.team else "true",
            expires="2026-02-02T00:00:00Z" if self.renewed else "2026-02-01T00:00:00Z",
            reason=f"for {self.most} uses",
        )


_A, _B, _C = Granted("a", ("small",), 2), Granted("b", ("small", "finished"), 1), Granted("c", ("finished",), 3)
_FREE: Final = Granted("z-free", ("small",), team="free")
SETS: Final = (
    (_A, _B, _C, _FREE),
    (_A, _C),
    (Granted("a", ("small",), 2, renewed=True), _B, _FREE),
    (Granted("a", ("small",), 4), _B, _C),
    (Granted("a", ("small",), 1), _C, _FREE),
)
"""What is loaded by turns: all, fewer, one renewed, one with more uses, one with fewer."""


@cache
def loaded(number: int) -> PolicySet:
    """The policies with one of `SETS`; loading them takes longer than all that is done with them."""
    return policies_with([each.document() for each in SETS[number]])


@dataclass(frozen=True, slots=True)
class Taken:
    """One use that somebody took."""

    approval: tuple[str, bool]
    request: str
    at: int


@dataclass(slots=True)
class UseBook:
    """Who took what: entries are only ever added."""

    entries: list[Taken] = field(default_factory=list)

    def expected(
        self, granted: Iterable[Granted], model: str, team: str, request: str, now: Instant
    ) -> tuple[bool, Lifted]:
        """Whether `model` must be allowed, and what must lift what is wrong with it."""
        found = {
            "small": model.startswith("large"),
            "finished": model.endswith("beta"),
            "good": "banned" in model,
        }
        wrong = [rule for rule, is_violated in found.items() if is_violated]
        in_force = [each for each in granted if STARTS <= now < each.expires and each.team in {"", team}]
        lifted: Lifted = {}
        for rule in wrong:
            able = [each for each in in_force if rule in each.rules and self.left(each, request, now)]
            if able:
                lifted[rule] = min(able, key=lambda each: (each.most is not None, each.name)).name
        return len(lifted) == len(wrong), lifted

    def write(self, granted: Iterable[Granted], lifted: Lifted, request: str, now: Instant) -> None:
        """Note that a request was allowed because of what is `lifted`."""
        self.entries += [
            Taken(each.approval, request, now)
            for each in granted
            if each.name in lifted.values() and each.most is not None and not self._holds(each, request, now)
        ]

    def left(self, each: Granted, request: str, now: Instant) -> int:
        """How many uses `each` has left for `request`; for ever one where nobody counts."""
        if each.most is None:
            return 1
        return max(each.most - self.taken(each), 0) + self._holds(each, request, now)

    def taken(self, each: Granted) -> int:
        return sum(entry.approval == each.approval for entry in self.entries)

    def _holds(self, each: Granted, request: str, now: Instant) -> bool:
        return bool(request) and any(
            (entry.approval, entry.request) == (each.approval, request) and now - entry.at < HOUR
            for entry in self.entries
        )
