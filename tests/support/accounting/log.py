"""All that happened to one organization's ledger; each balance is worked out anew from all of it.

It is slow and plain, and has nothing of `interlock.ledger.book` in it: only the
words for what is asked and answered.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from interlock.identity import AccountName, HoldId, RunId
from interlock.ledger.account import PARTS
from interlock.ledger.answers import Mismatched, OpenHold, Remembered, Settlement
from interlock.ledger.hold import FOREVER, LATE, REMEMBERED, Hold, Line, Memo, RunState, Status
from interlock.model.balances import Standing
from interlock.units import Instant
from support.accounting.events import Event, Extended, Fate, Released, Settled, Swept, Took

Place: TypeAlias = tuple[AccountName, Instant]
"""One bucket of an account."""


class Life(Struct, frozen=True):
    """What was booked in a bucket since it last began anew, and until when it counts."""

    forgets: Instant
    lines: tuple[tuple[HoldId, Line], ...]


class Log:
    """What happened, in order."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, event: Event) -> None:
        """`event` happened."""
        self.events.append(event)

    def takings(self) -> Iterator[Took]:
        """All that was taken."""
        return (event for event in self.events if isinstance(event, Took))

    def holds(self) -> dict[HoldId, Hold]:
        """All holds that ever were."""
        return {hold.id: hold for took in self.takings() for hold in took.taking.holds}

    def fates(self, now: Instant) -> dict[HoldId, Fate]:
        """What became of each of them."""
        found: dict[HoldId, Fate] = {}
        for event in self.events:
            match event:
                case Took(taking=taking):
                    found |= {hold.id: Fate(Status.OPEN, hold.expires) for hold in taking.holds}
                case Extended(hold=hold, expires=expires):
                    found[hold] = Fate(Status.OPEN, expires)
                case Settled(at=at, hold=hold, actual=actual):
                    found[hold] = Fate(Status.SETTLED, at, actual)
                case Released(at=at, hold=hold):
                    found[hold] = Fate(Status.RELEASED, at)
                case Swept():
                    pass
        return {hold: _expired(fate) if _is_over(fate, now) else fate for hold, fate in found.items()}

    def may_be_forgotten(self, hold: HoldId, now: Instant) -> bool:
        """Whether it is long enough since `hold` ended."""
        fate = self.fates(now).get(hold)
        return fate is not None and fate.status is not Status.OPEN and _forgets(fate, fate.at) <= now

    def is_forgotten(self, hold: HoldId, now: Instant) -> bool:
        """Whether it was swept away since: a hold that expired is known from the sweep on that found it so."""
        fate = self.fates(now).get(hold)
        if fate is None or fate.status is Status.OPEN:
            return False
        sweeps = [event.at for event in self.events if isinstance(event, Swept) and event.at >= fate.at]
        ended = fate.at if fate.status is not Status.EXPIRED else min(sweeps, default=now)
        return any(at >= _forgets(fate, ended) for at in sweeps)

    def lives(self) -> dict[Place, Life]:
        """Every bucket that something was ever booked in."""
        found: dict[Place, Life] = {}
        for took in self.takings():
            for hold in took.taking.holds:
                for line in hold.lines:
                    place = line.account, line.bucket
                    before = found.get(place)
                    if before is None or before.forgets <= took.at:
                        before = Life(line.forgets, ())
                    lines = (*before.lines, (hold.id, line))
                    found[place] = Life(max(before.forgets, line.forgets), lines)
        return found

    def booked(self, now: Instant) -> dict[Place, Standing]:
        """What is in each bucket that counts."""
        fates = self.fates(now)
        alive = {place: life.lines for place, life in self.lives().items() if life.forgets > now}
        return {place: _sum(lines, fates) for place, lines in alive.items()}

    def standings(self, lines: Iterable[Line], now: Instant) -> tuple[Standing, ...]:
        """How the account of each line stands for it."""
        booked = self.booked(now)
        return tuple(
            _together(
                standing
                for (account, bucket), standing in booked.items()
                if account == line.account and bucket >= line.since
            )
            for line in lines
        )

    def run(self, run: RunId, now: Instant) -> RunState:
        """The state of `run`."""
        steps = [step for took in self.takings() for step in took.taking.steps if step.run == run]
        if not steps or steps[-1].forgets <= now:
            return RunState()
        return RunState(version=steps[-1].version + 1, text=steps[-1].text)

    def answered(self, memo: Memo, now: Instant) -> Remembered | Mismatched | None:
        """What was answered under its key."""
        kept = [
            (took.taking.memo, took.standings)
            for took in self.takings()
            if took.taking.memo is not None and took.taking.memo.key == memo.key
        ]
        if not kept or kept[-1][0].forgets <= now:
            return None
        before, standings = kept[-1]
        return Remembered(before.answer, standings) if before.body == memo.body else Mismatched()

    def open_holds(self, now: Instant) -> dict[HoldId, OpenHold]:
        """All that is held."""
        holds, fates = self.holds(), self.fates(now)
        return {
            name: OpenHold(
                id=name,
                expires=fate.at,
                facts=holds[name].facts,
                amounts={line.account: line.amount for line in holds[name].lines},
            )
            for name, fate in fates.items()
            if fate.status is Status.OPEN
        }

    def settlements(self) -> Sequence[Settlement]:
        """What was used, in the order of time."""
        holds = self.holds()
        return [
            Settlement(
                hold=event.hold,
                at=event.at,
                facts=holds[event.hold].facts,
                actual={line.unit: line.amount * PARTS for line in holds[event.hold].lines}
                | dict(event.actual),
            )
            for event in self.events
            if isinstance(event, Settled)
        ]

    def instants(self, now: Instant) -> list[Instant]:
        """When something will be different by time alone, or would be if nothing else had happened."""
        fates = self.fates(now).values()
        found = {fate.at if fate.status is Status.OPEN else _forgets(fate, fate.at) for fate in fates}
        for hold in self.holds().values():
            found |= {hold.expires, *[line.forgets for line in hold.lines]}
        for took in self.takings():
            found |= {step.forgets for step in took.taking.steps}
            found |= set() if took.taking.memo is None else {took.taking.memo.forgets}
        return sorted(at for at in found if now < at < FOREVER)


def _is_over(fate: Fate, now: Instant) -> bool:
    return fate.status is Status.OPEN and fate.at <= now


def _expired(fate: Fate) -> Fate:
    return Fate(Status.EXPIRED, fate.at)


def _forgets(fate: Fate, ended: Instant) -> Instant:
    return Instant(ended + (LATE if fate.status is Status.EXPIRED else REMEMBERED))


def _sum(lines: Iterable[tuple[HoldId, Line]], fates: Mapping[HoldId, Fate]) -> Standing:
    parts = held = 0
    for hold, line in lines:
        fate = fates[hold]
        if fate.status is Status.OPEN:
            held += line.amount
        elif fate.actual is not None:
            parts += fate.actual.get(line.unit, line.amount * PARTS)
    return Standing(*divmod(parts, PARTS), held)


def _together(standings: Iterable[Standing]) -> Standing:
    parts = held = 0
    for each in standings:
        parts += each.spent * PARTS + each.parts
        held += each.held
    return Standing(*divmod(parts, PARTS), held)
