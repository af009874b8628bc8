"""What a ledger must answer where this and that happened before."""

from collections import Counter

from interlock.identity import HoldId
from interlock.ledger.answers import Closed, Ended, Extended, Held, Mismatched, Moved, Short, Taken, Unknown
from interlock.ledger.hold import Actual, Line, Status, Taking
from interlock.model.balances import Standing
from interlock.units import Instant
from support.accounting import events
from support.accounting.log import Log


def taken(log: Log, taking: Taking, now: Instant) -> Taken:
    """The answer to `taking`."""
    if taking.memo is not None and (before := log.answered(taking.memo, now)) is not None:
        return before
    holds = log.holds()
    if any(hold.id in holds and not log.is_forgotten(hold.id, now) for hold in taking.holds):
        return Mismatched()
    if moved := tuple(step.run for step in taking.steps if log.run(step.run, now).version != step.version):
        return Moved(moved)
    lines = [line for hold in taking.holds for line in hold.lines]
    standings = log.standings(lines, now)
    asked: Counter[str] = Counter()
    room = []
    after = []
    for line, standing in zip(lines, standings, strict=True):
        asked[line.account] += line.amount
        after.append(Standing(standing.spent, standing.parts, standing.held + asked[line.account]))
        if (left := _left(line, standing)) is not None:
            room.append(left - asked[line.account])
    return Held(tuple(after)) if min(room, default=0) >= 0 else Short(standings)


def settled(log: Log, hold: HoldId, actual: Actual, now: Instant) -> Ended | Closed | Unknown:
    """The answer to who settles `hold`."""
    fate = log.fates(now).get(hold)
    if fate is None or log.is_forgotten(hold, now):
        return Unknown()
    if fate.status is Status.RELEASED or (fate.status is Status.SETTLED and fate.actual != actual):
        return Closed(fate.status)
    after = Log()
    after.events = [*log.events]
    if fate.status is not Status.SETTLED:
        after.add(events.Settled(now, hold, actual))
    return Ended(fate.status, after.standings(log.holds()[hold].lines, now))


def released(log: Log, hold: HoldId, now: Instant) -> Ended | Closed | Unknown:
    """The answer to who releases `hold`."""
    fate = log.fates(now).get(hold)
    if fate is None or log.is_forgotten(hold, now):
        return Unknown()
    if fate.status is Status.SETTLED:
        return Closed(fate.status)
    after = Log()
    after.events = [*log.events]
    if fate.status is Status.OPEN:
        after.add(events.Released(now, hold))
    return Ended(fate.status, after.standings(log.holds()[hold].lines, now))


def extended(log: Log, hold: HoldId, expires: Instant, now: Instant) -> Extended | Closed | Unknown:
    """The answer to who wants `hold` open until `expires`."""
    fate = log.fates(now).get(hold)
    if fate is None or log.is_forgotten(hold, now):
        return Unknown()
    if fate.status is not Status.OPEN:
        return Closed(fate.status)
    return Extended(max(fate.at, expires))


def _left(line: Line, standing: Standing) -> int | None:
    """Whole units that the account of `line` still has; None where it has no limit."""
    if line.limit is None:
        return None
    return line.limit - standing.spent - standing.held - (1 if standing.parts else 0)
