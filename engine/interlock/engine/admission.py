"""The last step before a request goes on: what it rests on is taken, all in one step or not at all.

Everything else is decided first, on accounts as they stand. Then the ledger
takes the holds, if they still fit; where somebody was faster it is decided
again. So an allowance is never more than there is, and a denial takes nothing.
"""

import logging
from collections.abc import Awaitable, Sequence
from typing import Final, TypeAlias, TypeVar

from interlock.engine.decide import Engine
from interlock.engine.funds import UndecidableError, check_deadline
from interlock.engine.group import Ask, Group
from interlock.engine.notices import notices
from interlock.engine.repetition import Answered, Once, again, memo_of
from interlock.errors import OperatorError, RequestError
from interlock.foreign.cluster import UnansweredError
from interlock.identity import HoldId
from interlock.kernel.combine import failed
from interlock.ledger.answers import Glance, Held, Mismatched, Remembered
from interlock.ledger.hold import Taking
from interlock.ledger.ledger import Ledger
from interlock.model.charge import Held as Reserved
from interlock.model.decision import Decision
from interlock.units import Instant

_TRIES: Final = 32
_OVERTAKEN: Final = "others took what was left while it was decided, each time: ask again"
_UNREACHABLE: Final = "the ledger can't be used now"

_log = logging.getLogger("interlock")

_NOTHING: Final = Glance((), ())
_Outcome = TypeVar("_Outcome")

Admitted: TypeAlias = tuple[Decision, ...] | Answered
"""The decisions, or what was answered before."""


class Admission:
    """Admits requests by one engine, against one ledger."""

    def __init__(self, engine: Engine, ledger: Ledger) -> None:
        self._engine = engine
        self._ledger = ledger

    async def consider(self, ask: Ask, *, now: Instant, until: int | None = None) -> Decision:
        """The decision on `ask` as everything stands now; it takes nothing.

        Raises:
            UnansweredError: an authorizer has to be asked first.
        """
        (decision,) = await self._sure(self._considered(ask, now, until), [ask], now)
        return decision

    async def admit(
        self, asks: Sequence[Ask], *, now: Instant, until: int | None = None, once: Once | None = None
    ) -> Admitted:
        """The decisions on `asks`: all allow, and what they draw is held; or one denies, and nothing is.

        Raises:
            RequestError: they are of several organizations, whose accounts nobody can hold in one step.
            UnansweredError: an authorizer has to be asked first; nothing is taken.
        """
        return await self._sure(self._admitted(asks, now, until, once), asks, now)

    async def spend(self, held: Reserved, now: Instant) -> None:
        """Book what is held as used."""
        await self._ledger.settle(HoldId(held.id), {}, now)

    async def _considered(self, ask: Ask, now: Instant, until: int | None) -> tuple[Decision, ...]:
        group = Group.of(self._engine, (ask,), now, until)
        glance = await self._glance(group, None)
        remade = group.remade(glance)
        if remade is not None:
            group, glance = remade, await self._glance(remade, None)
        return group.decided(glance)

    async def _admitted(
        self, asks: Sequence[Ask], now: Instant, until: int | None, once: Once | None
    ) -> Admitted:
        group = Group.of(self._engine, asks, now, until)
        if once is not None and once.of_holds and not group.lines:
            once = None
        if once is None and group.is_unbooked:
            decisions = group.decided(_NOTHING)
            if not group.rests_on_uses(decisions):
                return decisions
        for _ in range(_TRIES):
            glance = await self._glance(group, once)
            if glance.answered is not None:
                return again(glance.answered)
            admitted = await self._attempted(group, glance, once)
            if admitted is not None:
                return admitted
            check_deadline(until)
        raise UndecidableError(_OVERTAKEN)

    async def _attempted(self, group: Group, glance: Glance, once: Once | None) -> Admitted | None:
        """What comes of `group` where all stands as in `glance`; None where that changed meanwhile."""
        remade = group.remade(glance)
        if remade is not None:
            group, glance = remade, await self._glance(remade, once)
        decisions = group.decided(glance)
        if _all_allow(decisions):
            return await self._taken(group, glance, decisions, once)
        lower = group.clamped(decisions)
        if lower is not None:
            glance = await self._glance(lower, once)
            clamped = lower.decided(glance)
            if _all_allow(clamped):
                return await self._taken(lower, glance, clamped, once)
        return await self._kept(group, decisions, once)

    async def _kept(self, group: Group, decisions: tuple[Decision, ...], once: Once | None) -> Admitted:
        """`decisions`, to be given again to whoever asks again; or what was kept meanwhile."""
        if once is None:
            return decisions
        memo = memo_of(once, decisions, group.now)
        answer = await self._ledger.take(Taking(organization=group.organization, memo=memo), group.now)
        return again(answer) if isinstance(answer, Remembered | Mismatched) else decisions

    async def _taken(
        self, group: Group, glance: Glance, allowed: tuple[Decision, ...], once: Once | None
    ) -> Admitted | None:
        """What was `allowed`, and all that it rests on taken; None where that is gone meanwhile."""
        decisions = group.reserving(allowed)
        rests_on_uses = group.rests_on_uses(decisions)
        memo = None if once is None or rests_on_uses else memo_of(once, decisions, group.now)
        if group.lines or group.runs or memo is not None:
            answer = await self._ledger.take(
                Taking(
                    organization=group.organization,
                    holds=group.holds(decisions),
                    steps=group.steps(glance),
                    memo=memo,
                ),
                group.now,
            )
            if isinstance(answer, Remembered | Mismatched):
                return again(answer)
            if not isinstance(answer, Held):
                return None
            for notice in notices(group.draws, answer.standings):
                _log.warning(notice)
        return await self._with_uses(group, decisions, once) if rests_on_uses else decisions

    async def _with_uses(
        self, group: Group, decisions: tuple[Decision, ...], once: Once | None
    ) -> Admitted | None:
        """`decisions` and their uses of waivers taken; where that fails, what is held is given back.

        Uses are counted apart from accounts and can't be given back, so they come after the holds.
        """
        is_kept = False
        try:
            used = group.taking_uses(decisions)
            admitted = None if used is None else await self._kept(group, used, once)
            is_kept = admitted is used and used is not None
            return admitted
        finally:
            if not is_kept:
                for hold in group.holds(decisions):
                    await self._ledger.release(hold.id, group.now)

    async def _glance(self, group: Group, once: Once | None) -> Glance:
        if not group.lines and not group.runs and once is None:
            return _NOTHING
        memo = None if once is None else (once.key, once.body)
        return await self._ledger.peek(group.organization, group.lines, group.runs, group.now, memo)

    async def _sure(
        self, admitted: Awaitable[_Outcome], asks: Sequence[Ask], now: Instant
    ) -> _Outcome | tuple[Decision, ...]:
        """What `admitted` gives, or denials that say why it gives nothing."""
        try:
            return await admitted
        except (RequestError, UnansweredError):
            raise
        except UndecidableError as error:
            reason = str(error)
        except OperatorError as error:
            _log.error("a request was not admitted: %s", error)  # it says all there is to say
            reason = _UNREACHABLE
        except Exception as error:  # noqa: BLE001  # closed by default: whatever broke, it is a denial
            _log.exception("a request was not admitted")
            reason = f"internal error: {type(error).__name__}"
        digest = self._engine.policies.digest
        return tuple(failed(reason, policy_set=digest, now=now) for _ in asks)


def _all_allow(decisions: tuple[Decision, ...]) -> bool:
    return all(decision.allowed for decision in decisions)
