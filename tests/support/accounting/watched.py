"""A ledger of which every answer, and how it stands after each step, is held to the laws.

What is to be answered comes from `support.accounting.expected`; beside that
each law is looked at for itself, so that who breaks one hears which.
"""

import asyncio
from collections.abc import Awaitable
from itertools import count
from typing import Final, TypeAlias

from interlock.identity import HoldId, OrganizationName
from interlock.ledger.answers import Closed, Ended, Extended, Glance, Held, OpenHold, Short, Taken, Unknown
from interlock.ledger.hold import FOREVER, LATE, Actual, Status, Taking, organization_of
from interlock.model.balances import Standing
from interlock.units import Instant
from support.accounting import events, expected
from support.accounting.laws import Law, exact, hold_to
from support.accounting.log import Log
from support.accounting.requests import BELOW, RUNS, TOP, lines
from support.ledgers import NOW, Opened, Steps

Seen: TypeAlias = tuple[Glance, dict[HoldId, OpenHold]]

_numbers: Final = count()


class Watched:
    """An organization of its own in a ledger that may have others, and its clock."""

    def __init__(self, opened: Opened) -> None:
        self.organization = OrganizationName(f"acme {{{next(_numbers)}}}")
        self.log = Log()
        self.now = NOW
        self._opened = opened
        self._runner = asyncio.Runner()
        self._steps = Steps(opened, self._runner)

    def reopen(self) -> None:
        """Use it as somebody does who has just come."""
        self._steps.do(self._steps.ledger.close())
        self._steps = Steps(self._opened, self._runner)

    def take(self, taking: Taking) -> None:
        """Take all of `taking`."""
        wanted = expected.taken(self.log, taking, self.now)
        before = self.seen()
        answer = self._steps.do(self._steps.ledger.take(taking, self.now))
        exact(answer)
        if isinstance(answer, Held):
            self._is_within(taking)
        else:
            after = self.seen()
            hold_to(Law.DENY_HOLDS_NOTHING, (answer, before, after), is_kept=before == after)
        _is_answer(answer, wanted)
        if isinstance(answer, Held):
            self.log.add(events.Took(self.now, taking, answer.standings))

    def settle(self, hold: HoldId, actual: Actual) -> None:
        """Settle `hold`."""
        wanted = expected.settled(self.log, hold, actual, self.now)
        was = self._was(hold, wanted, self._steps.ledger.settle(hold, actual, self.now))
        if was in (Status.OPEN, Status.EXPIRED):
            self.log.add(events.Settled(self.now, hold, actual))

    def release(self, hold: HoldId) -> None:
        """Release `hold`."""
        wanted = expected.released(self.log, hold, self.now)
        if self._was(hold, wanted, self._steps.ledger.release(hold, self.now)) is Status.OPEN:
            self.log.add(events.Released(self.now, hold))

    def extend(self, hold: HoldId, expires: Instant) -> None:
        """Extend `hold`."""
        wanted = expected.extended(self.log, hold, expires, self.now)
        answer = self._steps.do(self._steps.ledger.extend(hold, expires, self.now))
        if not self._is_forgotten(hold, answer):
            hold_to(Law.HOLD_EXPIRES, (answer, wanted), is_kept=answer == wanted)
            if isinstance(answer, Extended):
                self.log.add(events.Extended(self.now, hold, answer.expires))

    def sweep(self) -> None:
        """Sweep, and look at all that is booked then."""
        self._steps.do(self._steps.ledger.sweep(self.now))
        self.log.add(events.Swept(self.now))
        found = {
            (entry.account, entry.bucket): entry.standing
            for entry in self._steps.do(self._steps.ledger.accounts())
            if entry.organization == self.organization and entry.standing != Standing()
        }
        booked = {place: each for place, each in self.log.booked(self.now).items() if each != Standing()}
        hold_to(Law.CONSERVATION, (found, booked), is_kept=found == booked)
        self._is_all_that_was_settled()

    def look(self) -> None:
        """Look at everything."""
        glance, holds = self.seen()
        exact(glance)
        hold_to(Law.HOLD_EXPIRES, holds, is_kept=holds == self.log.open_holds(self.now))
        wanted = self.log.standings(lines(self.now), self.now)
        hold_to(Law.CONSERVATION, (glance.standings, wanted), is_kept=glance.standings == wanted)
        runs = tuple(self.log.run(run, self.now) for run in RUNS)
        hold_to(Law.EXACTLY_ONCE, (glance.runs, runs), is_kept=glance.runs == runs)
        _is_part_of_the_whole({line.account: each for line, each in zip(lines(self.now), wanted, strict=True)})

    def leave(self) -> None:
        """Leave nothing but what was settled to whoever uses the ledger next."""
        # What expires in one sweep is forgotten by the next that is late enough.
        self._steps.do(self._steps.ledger.sweep(Instant(FOREVER - LATE)))
        self._steps.do(self._steps.ledger.sweep(FOREVER))
        self._steps.do(self._steps.ledger.close())
        self._runner.close()

    def seen(self) -> Seen:
        """How accounts and runs stand, and all that is held."""
        return self._steps.do(self._seen())

    async def _seen(self) -> Seen:
        ledger = self._steps.ledger
        glance = await ledger.peek(self.organization, lines(self.now), RUNS, self.now)
        holds = await ledger.holds(self.now)
        return glance, {hold.id: hold for hold in holds if organization_of(hold.id) == self.organization}

    def _is_all_that_was_settled(self) -> None:
        settled = self._steps.every(self._steps.ledger.settlements(NOW, FOREVER))
        found = [each for each in settled if organization_of(each.hold) == self.organization]
        wanted = self.log.settlements()
        is_kept = [each.at for each in found] == sorted(each.at for each in wanted)
        is_kept &= {each.hold: each for each in found} == {each.hold: each for each in wanted}
        is_kept &= len(found) == len(wanted)
        hold_to(Law.EXACTLY_ONCE, (found, wanted), is_kept=is_kept)

    def _is_within(self, taking: Taking) -> None:
        asked = [line for hold in taking.holds for line in hold.lines]
        found = self._steps.do(self._steps.ledger.peek(self.organization, asked, (), self.now)).standings
        for line, standing in zip(asked, found, strict=True):
            is_kept = line.limit is None or standing.used <= line.limit
            hold_to(Law.NO_OVERSPEND, (line, standing), is_kept=is_kept)

    def _was(
        self, hold: HoldId, wanted: Ended | Closed | Unknown, call: Awaitable[Ended | Closed | Unknown]
    ) -> Status | None:
        """What `hold` was before it was ended, where that was done."""
        before = self.seen()
        answer = self._steps.do(call)
        exact(answer)
        if self._is_forgotten(hold, answer):
            return None
        if not isinstance(wanted, Ended) or wanted.was not in (Status.OPEN, Status.EXPIRED):
            after = self.seen()
            is_kept = answer == wanted and before == after
            hold_to(Law.EXACTLY_ONCE, (answer, wanted, before, after), is_kept=is_kept)
            return None
        is_kept = isinstance(answer, Ended) and answer.was is wanted.was
        hold_to(Law.HOLD_EXPIRES, (answer, wanted), is_kept=is_kept)
        hold_to(Law.CONSERVATION, (answer, wanted), is_kept=answer == wanted)
        return wanted.was

    def _is_forgotten(self, hold: HoldId, answer: object) -> bool:
        """Whether it was so long ago that nobody needs to know it any more, and indeed nobody does."""
        return answer == Unknown() and self.log.may_be_forgotten(hold, self.now)


def _is_answer(answer: Taken, wanted: Taken) -> None:
    """Nothing, if `answer` is the one that is `wanted`."""
    if not isinstance(wanted, Held | Short):
        hold_to(Law.EXACTLY_ONCE, (answer, wanted), is_kept=answer == wanted)
    fits = isinstance(answer, Held) is isinstance(wanted, Held)
    hold_to(Law.AVAIL_IS_MIN, (answer, wanted), is_kept=fits)
    hold_to(Law.CONSERVATION, (answer, wanted), is_kept=answer == wanted)


def _is_part_of_the_whole(found: dict[str, Standing]) -> None:
    """Nothing, if no level has more than the account that every request draws on."""
    (top,) = TOP.accounts
    for level in BELOW:
        if level.unit == TOP.unit:
            held = sum(found[account].held for account in level.accounts)
            spent = sum(found[account].spent for account in level.accounts)
            is_kept = held <= found[top].held and spent <= found[top].spent
            hold_to(Law.CONSERVATION, (level.name, found), is_kept=is_kept)
