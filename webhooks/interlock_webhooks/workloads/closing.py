"""Says to the ledger what objects want said of their holds.

Whoever says it again changes nothing, so any number of services may; where they
differ, the ledger takes what it is told first. What it can't take is owed to it.
"""

from collections.abc import Callable, Sequence
from typing import Final, assert_never

from structlog.typing import FilteringBoundLogger

from interlock.engine.accounts import account_of
from interlock.errors import OperatorError
from interlock.identity import HoldId
from interlock.ledger.account import PARTS
from interlock.ledger.answers import Closed, Ended, Extended, OpenHold
from interlock.ledger.hold import Status
from interlock.ledger.ledger import Ledger
from interlock.model.budget import Unit
from interlock.units import GpuMilliseconds, Instant
from interlock_webhooks.kubernetes.holding import HOLD_TIME
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.workloads.fate import End, Release, Settle, SettleAsHeld

_UNSETTLED: Final = frozenset({Status.OPEN, Status.EXPIRED})


class Closing:
    """Ends holds, and extends them."""

    def __init__(
        self, ledger: Ledger, metrics: Metrics, log: FilteringBoundLogger, clock: Callable[[], Instant]
    ) -> None:
        self._ledger = ledger
        self._metrics = metrics
        self._log = log
        self._clock = clock
        self._owed: dict[HoldId, End] = {}

    async def say(self, hold: HoldId, end: End) -> bool:
        """Whether the ledger took that `hold` has come to that `end`; else it is owed."""
        try:
            await self._said(hold, end)
        except OperatorError as error:
            self._owed[hold] = end
            self._metrics.workload_hold("failed")
            self._log.error("a workload's hold can't be ended now", hold=hold, error=str(error))
            return False
        self._owed.pop(hold, None)
        return True

    async def pay(self) -> None:
        """Say what is owed, unless the ledger still takes nothing."""
        for hold, end in list(self._owed.items()):
            if not await self.say(hold, end):
                return

    async def extend(self, hold: HoldId, expires: Instant) -> None:
        """Let `hold`, which lasts until `expires`, last on where half of its time is over.

        Raises:
            OperatorError: the ledger can't be used.
        """
        now = self._clock()
        if expires - now < HOLD_TIME // 2:
            answer = await self._ledger.extend(hold, Instant(now + HOLD_TIME), now)
            if isinstance(answer, Extended):
                self._metrics.workload_hold("extended")

    async def _said(self, hold: HoldId, end: End) -> None:
        match end:
            case Settle(gpu_time):
                await self._settle(hold, gpu_time)
            case SettleAsHeld(0):
                await self._settle(hold, None)
            case SettleAsHeld(at_least):
                await self._settle_at_least(hold, at_least)
            case Release():
                await self._release(hold)
            case _:
                assert_never(end)

    async def _settle(self, hold: HoldId, gpu_time: GpuMilliseconds | None) -> None:
        """Book `gpu_time`; without one, what is held."""
        actual = {} if gpu_time is None else {Unit.GPU_TIME.value: gpu_time * PARTS}
        answer = await self._ledger.settle(hold, actual, self._clock())
        if isinstance(answer, Ended) and answer.was in _UNSETTLED:
            self._metrics.workload_hold("settled")
            used = "as held" if gpu_time is None else gpu_time
            self._log.info("a workload's hold is settled", hold=hold, gpuTime=used)

    async def _settle_at_least(self, hold: HoldId, at_least: GpuMilliseconds) -> None:
        """Book `at_least`, or what is held if that is more."""
        now = self._clock()
        # It is never shorter than it was, so this changes nothing, and tells what few have to be looked up for.
        answer = await self._ledger.extend(hold, now, now)
        if isinstance(answer, Extended):
            holds = await self._ledger.holds(now)
            held = [_device_times(each) for each in holds if each.id == hold]
            await self._settle(hold, _most(at_least, *held))
        elif isinstance(answer, Closed) and answer.status is Status.EXPIRED:
            await self._settle(hold, at_least)

    async def _release(self, hold: HoldId) -> None:
        answer = await self._ledger.release(hold, self._clock())
        if isinstance(answer, Ended) and answer.was is Status.OPEN:
            self._metrics.workload_hold("released")
            self._log.info("a workload's hold is released", hold=hold)


def _device_times(hold: OpenHold) -> list[int]:
    """The amounts of device time that `hold` has on its accounts."""
    named = [(account_of(name), amount) for name, amount in hold.amounts.items()]
    return [amount for account, amount in named if account is not None and account.unit is Unit.GPU_TIME]


def _most(at_least: GpuMilliseconds, held: Sequence[int] = ()) -> GpuMilliseconds | None:
    """The most of all; None where what is `held` is that on each account."""
    if held and at_least <= min(held):
        return None
    return GpuMilliseconds(max([at_least, *held]))
