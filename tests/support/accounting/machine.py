"""Everything that can be asked of a ledger, in any order and at any time."""

from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from interlock.identity import HoldId
from interlock.ledger.hold import Actual, Hold, Taking
from interlock.units import Instant
from support.accounting.requests import ACTUALS, Level, named, scopes, takings
from support.accounting.watched import Watched
from support.ledgers import HOUR, MINUTE, Opened

_MOST_HOLDS: Final = 3
_WAITS: Final = st.sampled_from((0, 0, 1, MINUTE, 5 * MINUTE, 20 * MINUTE, HOUR, 26 * HOUR))
_LASTS_ON: Final = st.sampled_from((0, MINUTE, 4 * HOUR, 30 * HOUR))


class LedgerMachine(RuleBasedStateMachine):
    """One organization, from its first request on."""

    def __init__(self, opened: Opened) -> None:
        super().__init__()
        self.ledger = Watched(opened)
        self.asked: list[Taking] = []
        self.scope: tuple[Level, ...] = ()

    @initialize(data=st.data(), scope=scopes())
    def take_first(self, data: st.DataObject, scope: tuple[Level, ...]) -> None:
        self.scope = scope
        self._take(data)

    @rule(data=st.data(), wait=_WAITS)
    def take(self, data: st.DataObject, wait: int) -> None:
        self._wait(wait)
        self._take(data)

    @rule(data=st.data(), keeps_memo=st.booleans())
    def take_again(self, data: st.DataObject, *, keeps_memo: bool) -> None:
        """What was asked before, as somebody does who got no answer; nobody does so when all is over."""
        before = data.draw(st.sampled_from(self.asked))
        if not any(self._is_over(hold) for hold in before.holds):
            self.ledger.take(before if keeps_memo else replace(before, memo=None))

    @rule(data=st.data(), actual=ACTUALS)
    def settle(self, data: st.DataObject, actual: Actual) -> None:
        self.ledger.settle(self._any_hold(data), actual)

    @rule(data=st.data(), wait=_WAITS, actual=ACTUALS)
    def take_and_settle(self, data: st.DataObject, wait: int, actual: Actual) -> None:
        """What nearly all do, so that accounts fill."""
        self._wait(wait)
        for hold in self._take(data).holds:
            self.ledger.settle(hold.id, actual)

    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        self.ledger.release(self._any_hold(data))

    @rule(data=st.data(), lasts=_LASTS_ON)
    def extend(self, data: st.DataObject, lasts: int) -> None:
        self.ledger.extend(self._any_hold(data), Instant(self.ledger.now + lasts))

    @rule(data=st.data(), early=st.integers(0, 1))
    def wait_until(self, data: st.DataObject, early: int) -> None:
        """Until time alone changes something, or just before."""
        ledger = self.ledger
        until = data.draw(st.sampled_from([*ledger.log.instants(ledger.now), Instant(ledger.now + 1)]))
        ledger.now = Instant(until - early)

    @rule(reopens=st.booleans())
    def sweep(self, *, reopens: bool) -> None:
        self.ledger.sweep()
        if reopens:
            self.ledger.reopen()

    @invariant()
    def everything_adds_up(self) -> None:
        self.ledger.look()

    def teardown(self) -> None:
        self.ledger.leave()

    def _wait(self, time: int) -> None:
        self.ledger.now = Instant(self.ledger.now + time)

    def _take(self, data: st.DataObject) -> Taking:
        """Something that was never asked before."""
        ledger = self.ledger
        taking = data.draw(takings(ledger.log, self._new_names(), self.scope, ledger.now))
        self.asked.append(taking)
        ledger.take(taking)
        return taking

    def _any_hold(self, data: st.DataObject) -> HoldId:
        """Mostly one that is open, and sometimes one that never was."""
        ledger = self.ledger
        known = [*ledger.log.open_holds(ledger.now), *ledger.log.holds()]
        return data.draw(st.sampled_from([*known, self._new_names()[0]]))

    def _is_over(self, hold: Hold) -> bool:
        """Whether `hold` may be forgotten, or would be over as soon as it was taken."""
        log, now = self.ledger.log, self.ledger.now
        if hold.id in log.holds():
            return log.may_be_forgotten(hold.id, now)
        return min(hold.expires, *[line.forgets for line in hold.lines]) <= now

    def _new_names(self) -> list[HoldId]:
        first = _MOST_HOLDS * len(self.asked)
        return [named(self.ledger.organization, first + each) for each in range(_MOST_HOLDS)]


def keeping(opened: Opened) -> type[LedgerMachine]:
    """The machine for the ledger that `opened` gives."""

    class Opening(LedgerMachine):
        def __init__(self) -> None:
            super().__init__(opened)

    return Opening
