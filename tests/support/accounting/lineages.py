"""Steps on a lineage of accounts, and how one ends that may fail: it is done, all of it, or it is not."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from enum import Enum, auto
from typing import Final, TypeAlias

from interlock.errors import OperatorError
from interlock.identity import Digest, HoldId, OrganizationName, RunId
from interlock.ledger.answers import Held
from interlock.ledger.hold import FOREVER, Hold, Memo, RunStep, Taking, hold_id, organization_of
from interlock.ledger.ledger import Ledger
from interlock.ledger.stores.memory import MemoryLedger
from interlock.units import Instant
from support.accounting.laws import Law, hold_to
from support.ledgers import EXPIRY, HOUR, NOW, Steps, line, steps, whole

Step: TypeAlias = Callable[[Ledger, OrganizationName], Awaitable[object]]

LINEAGE: Final = tuple(line(name, 10, 100) for name in ("org", "team", "project", "agent", "run"))


def named(organization: OrganizationName, number: int) -> HoldId:
    """The id of the hold that goes by `number`."""
    return hold_id(organization, bytes([number]))


def taking(organization: OrganizationName, *numbers: int, now: Instant = NOW) -> Taking:
    """Holds on all accounts of a lineage, two runs that go on, and an answer."""
    first, expires = numbers[0], Instant(now + HOUR)
    return Taking(
        organization=organization,
        holds=tuple(
            Hold(id=named(organization, number), lines=LINEAGE, expires=expires, facts={}) for number in numbers
        ),
        steps=tuple(
            RunStep(run=RunId(f"{run}{first}"), version=0, text="text", forgets=expires) for run in ("r", "q")
        ),
        memo=Memo(key=Digest(f"key {first}"), body=Digest("body"), answer="answer", forgets=FOREVER),
    )


STEPS: Final[dict[str, Step]] = {
    "take": lambda ledger, of: ledger.take(taking(of, 2), NOW),
    "take-linked": lambda ledger, of: ledger.take(taking(of, 2, 3), NOW),
    "take-when-due": lambda ledger, of: ledger.take(taking(of, 2, now=EXPIRY), EXPIRY),
    "settle": lambda ledger, of: ledger.settle(named(of, 0), whole(tokens=17), NOW),
    "settle-when-due": lambda ledger, of: ledger.settle(named(of, 0), whole(tokens=17), EXPIRY),
    "release": lambda ledger, of: ledger.release(named(of, 0), NOW),
    "extend": lambda ledger, of: ledger.extend(named(of, 0), Instant(EXPIRY + HOUR), NOW),
    "sweep": lambda ledger, _of: ledger.sweep(EXPIRY),
}
"""All that a ledger writes at, where two holds were taken before, which are due at EXPIRY."""


async def everything(ledger: Ledger, of: OrganizationName) -> Sequence[object]:
    """All that the ledger has of an organization."""
    runs = [RunId(f"{run}{number}") for run in ("r", "q") for number in (0, 2)]
    glance = await ledger.peek(of, LINEAGE, runs, NOW, (Digest("key 2"), Digest("body")))
    accounts = {
        (each.account, each.bucket): each.standing
        for each in await ledger.accounts()
        if each.organization == of
    }
    holds = {
        each.id: (each.expires, each.amounts)
        for each in await ledger.holds(NOW)
        if organization_of(each.id) == of
    }
    settled = [
        (each.hold, each.actual)
        async for each in ledger.settlements(NOW, FOREVER)
        if organization_of(each.hold) == of
    ]
    return glance, accounts, holds, settled


class Told:
    """How everything is before and after a step that doesn't fail, and what is told who asks once and again.

    Before, the holds that go by the numbers `given` were taken.
    """

    def __init__(self, step: Step, of: OrganizationName, given: Sequence[int] = (0, 1)) -> None:
        self.of = of
        self.given = [taking(of, *given)] if given else []
        with steps(remembering) as model:
            give(model, self.given)
            self.before = model.do(everything(model.ledger, of))
            self.answer = model.do(step(model.ledger, of))
            self.after = model.do(everything(model.ledger, of))
            self.again = model.do(step(model.ledger, of))
            assert model.do(everything(model.ledger, of)) == self.after != self.before


class End(Enum):
    """How a step ended in which something may have failed."""

    UNDONE = auto()
    UNHEARD = auto()
    """It was done, and who asked for it was not told."""
    ANSWERED = auto()


def ended(store: Steps, failing: AbstractContextManager[None], witness: Steps, step: Step, told: Told) -> End:
    """How the step ends after what is given; it is whole, and told so to who asks again.

    What is there is seen by `witness`, a ledger of the same store.
    """
    give(store, told.given)
    answer, end = None, End.ANSWERED
    try:
        with failing:
            answer = store.do(step(store.ledger, told.of))
    except OperatorError:
        end = End.UNHEARD
    found = witness.do(everything(witness.ledger, told.of))
    if end is End.ANSWERED:
        hold_to(
            Law.ATOMIC_LINEAGE,
            (answer, found, vars(told)),
            is_kept=(answer, found) == (told.answer, told.after),
        )
    else:
        hold_to(Law.ATOMIC_LINEAGE, (found, vars(told)), is_kept=found in (told.before, told.after))
        end = End.UNDONE if found == told.before else End.UNHEARD
    wanted = told.answer if end is End.UNDONE else told.again
    again = store.do(step(store.ledger, told.of))
    hold_to(Law.EXACTLY_ONCE, (again, wanted), is_kept=again == wanted)
    found = witness.do(everything(witness.ledger, told.of))
    hold_to(Law.ATOMIC_LINEAGE, (found, vars(told)), is_kept=found == told.after)
    return end


def give(store: Steps, takings: Iterable[Taking]) -> None:
    """Take all of them, which there is room for."""
    for each in takings:
        assert isinstance(store.do(store.ledger.take(each, NOW)), Held)


async def remembering() -> Ledger:
    """The ledger that others are compared with."""
    return MemoryLedger()
