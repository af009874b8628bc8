"""Calls to a ledger, one after another, as random as they can be and still about the same few things."""

from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, TypeVar

from interlock.identity import AccountName, Digest, HoldId, OrganizationName, RunId
from interlock.ledger.account import MOST, PARTS
from interlock.ledger.hold import FOREVER, LATE, REMEMBERED, Hold, Line, Memo, RunStep, Taking
from interlock.units import Instant
from support.ledgers import HOUR, MINUTE, NOW, Steps, named

_ORGANIZATIONS: Final = tuple(map(OrganizationName, ("acme", "acme", "acme", "\x00{}é")))
_TEXTS: Final = ("a", "b\x00", "{c}:\\u0000\N{SNOWMAN}", "d" * 300)
_AMOUNTS: Final = (0, 1, 1, 2, 10, 10, MOST)
_LIMITS: Final = (None, None, None, 0, 8, 25, MOST)
_PAUSES: Final = (0, 0, 0, 0, 1, MINUTE, MINUTE, HOUR // 2, HOUR, REMEMBERED, LATE)
_LATER: Final = (0, 1, MINUTE, HOUR, 2 * HOUR, 2 * HOUR)
_PARTS: Final = (1, PARTS - 1, 7 * PARTS + 3, MOST * PARTS)

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Call:
    """A method of a ledger and what it is called with."""

    method: str
    arguments: tuple[Any, ...]

    def made(self, store: Steps) -> object:
        """What the ledger answers."""
        return store.do(getattr(store.ledger, self.method)(*self.arguments))


@dataclass
class Walk:
    """What `random` asks of a ledger, as time goes on."""

    random: Random
    now: Instant = NOW
    taken: list[HoldId] = field(default_factory=list)

    def wait(self) -> None:
        """Let time go on, or not yet."""
        self.now = Instant(self.now + self._one(_PAUSES))

    def call(self) -> Call:
        """The next of all calls, the more often the more there is to it."""
        calls = (*(self._take,) * 4, *(self._settle,) * 4, self._peek, self._release, self._extend, self._sweep)
        return self._one(calls)()

    def _take(self) -> Call:
        organization = self._one(_ORGANIZATIONS)
        # Now and then somebody wants an id that was taken.
        first = max(0, len(self.taken) - (self.random.random() < 0.1))
        holds = tuple(self._hold(named(first + n, organization)) for n in range(self._one((0, 1, 1, 1, 2))))
        steps = tuple(map(self._step, self._few(_TEXTS, (0, 0, 0, 1, 2))))
        memo = self._one((None, None, self._memo()))
        return Call("take", (Taking(organization=organization, holds=holds, steps=steps, memo=memo), self.now))

    def _settle(self) -> Call:
        actual = {unit: self._one(_PARTS) for unit in self._few(_TEXTS, (0, 0, 1, 2))}
        return Call("settle", (self._known(), actual, self.now))

    def _peek(self) -> Call:
        runs = [RunId(text) for text in self._few(_TEXTS, (0, 1, 2))]
        memo = self._one((None, (Digest(self._one(_TEXTS)), Digest(self._one(_TEXTS)))))
        return Call("peek", (self._one(_ORGANIZATIONS), self._lines(), runs, self.now, memo))

    def _release(self) -> Call:
        return Call("release", (self._known(), self.now))

    def _extend(self) -> Call:
        return Call("extend", (self._known(), self._later(), self.now))

    def _sweep(self) -> Call:
        return Call("sweep", (self.now,))

    def _hold(self, hold: HoldId) -> Hold:
        self.taken.append(hold)
        facts = {text: text for text in self._few(_TEXTS, (0, 1, 2))}
        return Hold(id=hold, lines=self._lines(), expires=self._later(), facts=facts)

    def _lines(self) -> tuple[Line, ...]:
        return tuple(map(self._line, self._few(_TEXTS, (0, 1, 2, 3))))

    def _line(self, account: str) -> Line:
        bucket, since, forgets = self._window()
        return Line(
            account=AccountName(account),
            unit=self._one(_TEXTS),
            amount=self._one(_AMOUNTS),
            limit=self._one(_LIMITS),
            bucket=Instant(bucket),
            since=Instant(since),
            forgets=Instant(forgets),
        )

    def _window(self) -> tuple[int, int, int]:
        """Start, first bucket that counts and end of a window, which may have none, roll or be over at once."""
        minute, hour = self.now // MINUTE * MINUTE, self.now // HOUR * HOUR
        return self._one(
            (
                (NOW, NOW, FOREVER),
                (minute, minute - 2 * MINUTE, minute + 3 * MINUTE),
                (minute, minute - 2 * MINUTE, minute + HOUR),
                (hour, hour, hour + HOUR),
                (minute, minute, self.now + 1),
            )
        )

    def _step(self, run: str) -> RunStep:
        return RunStep(
            run=RunId(run), version=self._one((0, 0, 1, 2)), text=self._one(_TEXTS), forgets=self._later()
        )

    def _memo(self) -> Memo:
        key, body, answer = (self._one(_TEXTS) for _ in range(3))
        return Memo(key=Digest(key), body=Digest(body), answer=answer, forgets=self._later())

    def _known(self) -> HoldId:
        return self._one(self.taken[-6:] or [named(0)])

    def _later(self) -> Instant:
        return Instant(self.now + self._one(_LATER))

    def _few(self, items: tuple[_Item, ...], counts: tuple[int, ...]) -> list[_Item]:
        return self.random.sample(items, self._one(counts))

    def _one(self, items: "tuple[_Item, ...] | list[_Item]") -> _Item:
        return self.random.choice(items)


def everything(store: Steps) -> tuple[object, ...]:
    """All that can be read of a ledger."""
    ledger = store.ledger
    return (
        sorted(store.do(ledger.accounts()), key=repr),
        sorted(store.do(ledger.holds(NOW)), key=repr),
        sorted(store.every(ledger.settlements(Instant(0), FOREVER)), key=lambda each: (each.at, each.hold)),
    )
