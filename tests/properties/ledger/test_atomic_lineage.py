"""ATOMIC_LINEAGE: wherever a store fails within a step, all of the step is there or nothing of it is.

Who asks again, under the same key or about the same hold, is told which, and
it is done once in the end.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from interlock.errors import OperatorError
from interlock.identity import Digest, HoldId, OrganizationName, RunId
from interlock.ledger.hold import FOREVER, Hold, Memo, RunStep, Taking, hold_id, organization_of
from interlock.ledger.ledger import Ledger
from interlock.ledger.stores.memory import MemoryLedger
from interlock.units import Instant
from support.accounting.faults import FAULTS, Fault
from support.accounting.laws import Law, hold_to
from support.ledgers import EXPIRY, HOUR, NOW, Steps, line, steps, whole

Step: TypeAlias = Callable[[Ledger, OrganizationName], Awaitable[object]]

LINEAGE: Final = tuple(line(name, 10, 100) for name in ("org", "team", "project", "agent", "run"))


def named(organization: OrganizationName, number: int) -> HoldId:
    return hold_id(organization, bytes([number]))


def taking(organization: OrganizationName, *numbers: int) -> Taking:
    """Holds on all accounts of a lineage, two runs that go on, and an answer."""
    first = numbers[0]
    return Taking(
        organization=organization,
        holds=tuple(
            Hold(id=named(organization, number), lines=LINEAGE, expires=EXPIRY, facts={}) for number in numbers
        ),
        steps=tuple(
            RunStep(run=RunId(f"{run}{first}"), version=0, text="text", forgets=EXPIRY) for run in ("r", "q")
        ),
        memo=Memo(key=Digest(f"key {first}"), body=Digest("body"), answer="answer", forgets=FOREVER),
    )


STEPS: Final[dict[str, Step]] = {
    "take": lambda ledger, of: ledger.take(taking(of, 2, 3), NOW),
    "settle": lambda ledger, of: ledger.settle(named(of, 0), whole(tokens=17), NOW),
    "release": lambda ledger, of: ledger.release(named(of, 0), NOW),
    "extend": lambda ledger, of: ledger.extend(named(of, 0), Instant(EXPIRY + HOUR), NOW),
    "sweep": lambda ledger, _of: ledger.sweep(EXPIRY),
}


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
    """How everything is before and after a step that doesn't fail, and what is told who asks once and again."""

    def __init__(self, store: Steps, step: Step, of: OrganizationName) -> None:
        store.do(store.ledger.take(taking(of, 0, 1), NOW))
        self.before = store.do(everything(store.ledger, of))
        self.answer = store.do(step(store.ledger, of))
        self.after = store.do(everything(store.ledger, of))
        self.again = store.do(step(store.ledger, of))
        assert store.do(everything(store.ledger, of)) == self.after != self.before


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.store}-{fault.name}")
def test_a_step_that_fails_anywhere_is_done_or_it_is_not(fault: Fault, name: str, tmp_path: Path) -> None:
    step = STEPS[name]
    with fault.kept(fault.store, tmp_path) as (opened, failing), steps(opened) as store:
        for place in count(0, fault.stride):
            # One of its own for each, as whoever fails may leave something behind.
            of = OrganizationName(f"acme {place:06}")
            with steps(memory) as model:
                told = Told(model, step, of)
            if not fails(store, step, told, of, failing(store.ledger, place)):
                break
        assert place > 0, "nothing failed at all"


def fails(
    store: Steps, step: Step, told: Told, of: OrganizationName, failing: AbstractContextManager[None]
) -> bool:
    """Whether the step of a new organization fails; either way it is whole, and told so to who asks again."""
    store.do(store.ledger.take(taking(of, 0, 1), NOW))
    answer, has_failed = None, False
    try:
        with failing:
            answer = store.do(step(store.ledger, of))
    except OperatorError:
        has_failed = True
    found = store.do(everything(store.ledger, of))
    if has_failed:
        hold_to(Law.ATOMIC_LINEAGE, (found, told), is_kept=found in (told.before, told.after))
    else:
        hold_to(Law.ATOMIC_LINEAGE, (answer, found, told), is_kept=(answer, found) == (told.answer, told.after))
    wanted = told.answer if found == told.before else told.again
    again = store.do(step(store.ledger, of))
    hold_to(Law.EXACTLY_ONCE, (again, wanted), is_kept=again == wanted)
    found = store.do(everything(store.ledger, of))
    hold_to(Law.ATOMIC_LINEAGE, (found, told), is_kept=found == told.after)
    store.do(store.ledger.sweep(FOREVER))
    return has_failed


async def memory() -> Ledger:
    return MemoryLedger()
