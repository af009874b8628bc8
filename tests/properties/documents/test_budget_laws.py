"""The laws of budgets, from document to what the ledger has: an allowance is never more than there is.

tests/properties/ledger states those of the ledger alone.
"""

from collections import Counter
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from interlock.analysis.replay import Comparison, replay
from interlock.decisionlog.entry import Entry
from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.identity import HoldId
from interlock.ledger.answers import Ended
from interlock.model.balances import Balances, Standing
from interlock.model.decision import Decision
from support.admitting import at_once
from support.budgeting import BUDGETS, READ, REQUESTS, SPECS, Budgets, Request, Service, Spec
from support.decisionlog import written_and_read
from support.documents import policy
from support.ledgers import NOW, whole

_STANDINGS: Final = st.builds(Standing, st.integers(0, 100), st.sampled_from((0, 1)), st.integers(0, 9))
_NEVER: Final = "    - {name: never, forbid: 'true', message: never}\n"


def recorded(decision: Decision) -> dict[str, Any]:
    """The record of `decision` apart from its hold, whose name is new each time."""
    return {**record(decision), "hold": None}


# What is allowed


@given(BUDGETS, REQUESTS)
def test_budget_allow_iff_all_have_room(budgets: Budgets, requests: list[Request]) -> None:
    """Allowed is what has room on every account that it draws on, and it holds on all of them."""
    service, used = Service.of(budgets), Counter[tuple[int, tuple[str, ...]]]()
    for request in requests:
        service.goes_on(request.wait)
        drawn = [
            ((number, budget.account(request, service.now)), budget)
            for number, budget in enumerate(budgets)
            if budget.matches(request)
        ]
        fits = all(
            used[account] + budget.amount(request) <= budget.most
            for account, budget in drawn
            if budget.on_exceed == "deny"
        )
        (decision,) = service.admit(request)
        assert decision.allowed is fits
        assert (decision.held is not None) is (fits and bool(drawn))
        if fits:
            used.update({account: budget.amount(request) for account, budget in drawn})
    held = Counter[int]()
    for hold in at_once(service.ledger.holds(service.now)):
        for account, amount in hold.amounts.items():
            held[int(account.split("/")[0].removeprefix("b"))] += amount
    assert all(held[number] == sum(used[each] for each in used if each[0] == number) for number in range(4))


@given(BUDGETS, REQUESTS, st.sampled_from((0, 1, 7, 500)))
def test_budget_settled_is_used(budgets: Budgets, requests: list[Request], written: int) -> None:
    """What was really used counts in place of what was held, so debt stops the next."""
    service = Service.of([budget for budget in budgets if budget.window == "lifetime"])
    for request in requests:
        (decision,) = service.admit(request)
        if decision.held is not None:
            actual = whole(calls=1, inputTokens=READ, outputTokens=written, tokens=READ + written, cost=written)
            assert isinstance(at_once(service.ledger.settle(HoldId(decision.held.id), actual, NOW)), Ended)
        after = service.consider(request)
        for charge in after.charges:
            assert charge.held == 0
            is_over = charge.spent + charge.amount > charge.limit
            assert not (is_over and after.allowed and charge.on_exceed == "deny")


# What holds nothing


@given(BUDGETS, REQUESTS)
def test_budget_deny_holds_nothing(budgets: Budgets, requests: list[Request]) -> None:
    """A denial, and whoever only considers, leave the ledger as it is, to the byte."""
    service = Service.of(budgets)
    for request in requests:
        service.goes_on(request.wait)
        before = service.all_that_is_kept()
        considered = service.consider(request)
        assert service.all_that_is_kept() == before
        (decision,) = service.admit(request)
        assert decision.allowed is considered.allowed
        assert (service.all_that_is_kept() == before) is (decision.held is None)
        assert recorded(decision) == {**record(considered), "hold": None}


@given(BUDGETS, REQUESTS)
def test_budget_policy_denial_holds_nothing(budgets: Budgets, requests: list[Request]) -> None:
    """Everything else is decided first: what a policy denies takes nothing."""
    never = policy(rules=_NEVER, layer="platform")
    service = Service.of(budgets, never)
    for request in requests:
        before = service.all_that_is_kept()
        assert not any(decision.allowed for decision in service.admit(request, request))
        assert service.all_that_is_kept() == before


@given(BUDGETS, REQUESTS, st.sampled_from(("warn", "audit")))
def test_budget_unenforced_holds_nothing(budgets: Budgets, requests: list[Request], enforcement: str) -> None:
    """What a policy says that is not enforced changes neither decisions nor what is held."""
    never = policy(
        spec=f"  enforcement: {enforcement}\n",
        rules=_NEVER,
        layer="platform",
    )
    service, shadowed = Service.of(budgets), Service.of(budgets, never)
    for request in requests:
        (decision,), (other,) = service.admit(request), shadowed.admit(request)
        assert (other.allowed, other.charges) == (decision.allowed, decision.charges)
    assert Counter(at_once(shadowed.ledger.accounts())) == Counter(at_once(service.ledger.accounts()))


@given(BUDGETS, st.lists(REQUESTS, min_size=1, max_size=3))
def test_budget_group_whole_or_nothing(budgets: Budgets, groups: list[list[Request]]) -> None:
    """A group is held whole or not at all; where it fits, so do its requests one after the other."""
    service, one_by_one = Service.of(budgets), Service.of(budgets)
    for group in groups:
        before = service.all_that_is_kept()
        decisions = service.admit(*group)
        assert len({decision.allowed for decision in decisions}) == 1
        if decisions[0].allowed:
            assert all(one_by_one.admit(each)[0].allowed for each in group)
            booked = Counter(at_once(one_by_one.ledger.accounts()))
            assert Counter(at_once(service.ledger.accounts())) == booked
        else:
            assert service.all_that_is_kept() == before


# What more budgets do, and what names do not


@given(st.data(), BUDGETS, SPECS, REQUESTS)
def test_budget_more_narrows(
    data: st.DataObject, budgets: Budgets, another: Spec, requests: list[Request]
) -> None:
    """However accounts stand, a further Budget never allows what was denied without it."""
    fewer, more = Service.of(budgets), Service.of([*budgets, another])
    for request in requests:
        intent = fewer.ask(request).intent
        names = more.engine.drawn(intent, now=NOW, until=None).names
        standings = st.builds(Standing, st.integers(0, 100), st.sampled_from((0, 1)), st.integers(0, 9))
        balances = Balances(
            accounts=data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(names, standings)))
        )
        before = fewer.engine.decide(intent, now=NOW, balances=balances)
        after = more.engine.decide(intent, now=NOW, balances=balances)
        assert before.allowed or not after.allowed
        assert {(each.budget, each.unit) for each in before.charges} <= {
            (each.budget, each.unit) for each in after.charges
        }


@given(st.data(), BUDGETS, REQUESTS)
def test_budget_order_and_names_are_nothing(
    data: st.DataObject, budgets: Budgets, requests: list[Request]
) -> None:
    documents = [budget.document(f"b{number}") for number, budget in enumerate(budgets)]
    renamed = [budget.document(f"x{-number % 7}") for number, budget in enumerate(budgets)]
    service = Service(*documents)
    ordered, other = (
        Service(*data.draw(st.permutations(documents))),
        Service(*data.draw(st.permutations(renamed))),
    )
    assert ordered.engine.policies.digest == service.engine.policies.digest
    for request in requests:
        (decision,), (same,), (named,) = (each.admit(request) for each in (service, ordered, other))
        assert recorded(same) == recorded(decision)
        assert named.allowed is decision.allowed
        drawn = [
            Counter((each.unit, each.amount, each.left) for each in of.charges) for of in (named, decision)
        ]
        assert drawn[0] == drawn[1]


# What is decided again


@given(BUDGETS, REQUESTS)
def test_budget_replays_from_balances(budgets: Budgets, requests: list[Request]) -> None:
    """The log has all that a decision on budgets rests on, so it is made again without the ledger."""
    service = Service.of(budgets)
    for request in requests:
        service.goes_on(request.wait)
        (decision,) = service.admit(request)
        entry = Entry.of(decision, request.document, mutates=True)
        (read,) = written_and_read(entry)
        assert read == entry
        replayed = replay(Engine(service.engine.policies), read)
        assert (replayed.changes, replayed.comparison) == ((), Comparison.SAME)
        again = service.engine.decide(service.ask(request).intent, now=entry.now, balances=read.balances)
        assert recorded(again) == recorded(decision)
