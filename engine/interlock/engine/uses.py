"""Uses of counted waivers: what a decision finds left, and what an allowance takes."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from msgspec.structs import replace

from interlock.digests import digest_of
from interlock.engine.funds import UndecidableError
from interlock.errors import OperatorError
from interlock.identity import WaiverName
from interlock.ledger.waivers.uses import Claim, Quota, Uses, quota_of
from interlock.model.decision import Balance, Decision
from interlock.model.waiver import Waiver
from interlock.units import Instant

_log = logging.getLogger("interlock")


class UsesLeft:
    """How many uses counted waivers have left for one decision: what was found once stays so."""

    def __init__(self, read: Callable[[WaiverName], int]) -> None:
        self._read = read
        self._found: dict[WaiverName, int] = {}

    def has_left(self, waiver: Waiver) -> bool:
        """Whether `waiver` may be used once more.

        Raises:
            UndecidableError: nobody knows.
        """
        if waiver.max_uses is None:
            return True
        if waiver.name not in self._found:
            self._found[waiver.name] = self._read(waiver.name)
        return self._found[waiver.name] > 0

    @property
    def found(self) -> tuple[Balance, ...]:
        """Those that the decision rests on, by name."""
        return _sorted(self._found) if self._found else ()


class CountedWaivers:
    """The counted waivers of one policy set, and where their uses are counted.

    Raises OperatorError where they can't be.
    """

    def __init__(self, waivers: Iterable[Waiver], store: Uses) -> None:
        quotas = {waiver.name: quota_of(waiver) for waiver in waivers}
        self._quotas = {name: quota for name, quota in quotas.items() if quota is not None}
        self._store = store
        for quota in self._quotas.values():
            store.left(quota, Claim(Instant(0)))

    def uses_left(self, claim: Claim) -> UsesLeft:
        """What whoever makes `claim` finds."""
        return UsesLeft(partial(self._left, claim))

    def recorded(self, uses: Mapping[WaiverName, int]) -> UsesLeft:
        """What a decision found that is known to have rested on `uses`; other waivers have all of theirs."""
        return UsesLeft(lambda name: uses.get(name, self._quotas[name].most))

    def claim(self, now: Instant, request: Mapping[str, Any] | None) -> Claim:
        """The claim of whoever makes `request`, which is equal JSON where one request is made again."""
        return Claim(now, digest_of(request) if self._quotas and request is not None else None)

    def rests_on(self, decision: Decision) -> bool:
        """Whether `decision` is an allowance that takes uses."""
        return bool(self._used(decision))

    def taken(self, decision: Decision, claim: Claim) -> Decision | None:
        """`decision`, and where it allows, a use taken of every counted waiver that it rests on.

        None where another request has taken the last one meanwhile: then none
        is taken, and it is to be decided again. Uses never come back, so that ends.

        Raises:
            UndecidableError: uses can't be counted.
        """
        quotas = self._used(decision)
        if not quotas:
            return decision
        with _counting():
            before = self._store.take(quotas.values(), claim)
        if before is None:
            return None
        found = {balance.waiver: balance.left for balance in decision.uses}
        exact = {name: before[quota.approval] for name, quota in quotas.items()}
        return replace(decision, uses=_sorted({**found, **exact}))

    def _left(self, claim: Claim, name: WaiverName) -> int:
        with _counting():
            return self._store.left(self._quotas[name], claim)

    def _used(self, decision: Decision) -> dict[WaiverName, Quota]:
        """The quotas that `decision` takes from: none unless it allows."""
        if not decision.waived or not self._quotas:
            return {}
        waivers = {verdict.waiver for verdict in decision.waived} if decision.allowed else ()
        return {name: self._quotas[name] for name in waivers if name is not None and name in self._quotas}


@contextmanager
def _counting() -> Iterator[None]:
    """Raises UndecidableError where the store fails; what is wrong with it is for the log alone."""
    try:
        yield
    except OperatorError as error:
        _log.error("a decision failed: %s", error)
        raise UndecidableError("the uses of waivers can't be counted now") from None


def _sorted(left: Mapping[WaiverName, int]) -> tuple[Balance, ...]:
    return tuple(Balance(name, left[name]) for name in sorted(left))
