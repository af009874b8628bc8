"""What every ledger keeps of holds, whichever store it is."""

import pytest

from interlock.identity import HoldId, OrganizationName
from interlock.ledger.account import MOST, PARTS
from interlock.ledger.answers import Closed, Ended, Extended, Held, Mismatched, Short, Unknown
from interlock.ledger.hold import LATE, REMEMBERED, Hold, Status, Taking, hold_id
from interlock.model.balances import Standing
from interlock.units import Instant
from support.ledgercalls import extend, release, settle, standing, take
from support.ledgers import EXPIRY, HOUR, LINEAGE, MINUTE, NOW, Steps, hold, line, named, whole

# Taking


def test_a_hold_takes_its_amount_on_every_account(store: Steps) -> None:
    assert take(store, hold(1, *LINEAGE)) == Held((Standing(held=10),) * 3)
    assert standing(store, *LINEAGE) == [Standing(held=10)] * 3


def test_a_hold_that_fits_everywhere_but_once_takes_nothing(store: Steps) -> None:
    take(store, hold(1, *LINEAGE))
    assert take(store, hold(2, *LINEAGE)) == Short((Standing(held=10),) * 3)
    assert standing(store, *LINEAGE) == [Standing(held=10)] * 3


def test_the_last_unit_can_be_held_and_no_more(store: Steps) -> None:
    assert isinstance(take(store, hold(1, line(amount=100, limit=100))), Held)
    assert isinstance(take(store, hold(2, line(amount=1, limit=100))), Short)
    assert isinstance(take(store, hold(3, line(amount=0, limit=100))), Held)


def test_an_account_without_a_limit_is_counted(store: Steps) -> None:
    assert take(store, hold(1, line(amount=1000, limit=None))) == Held((Standing(held=1000),))


def test_a_group_is_taken_whole_or_not_at_all(store: Steps) -> None:
    assert isinstance(take(store, hold(1, line(amount=60)), hold(2, line(amount=50))), Short)
    assert standing(store, line()) == [Standing()]
    assert take(store, hold(1, line(amount=60)), hold(2, line(amount=40))) == Held(
        (Standing(held=60), Standing(held=100))
    )


def test_an_id_is_taken_once(store: Steps) -> None:
    take(store, hold(1))
    assert take(store, hold(1)) == Mismatched()
    assert standing(store, line()) == [Standing(held=10)]


def test_organizations_share_nothing(store: Steps) -> None:
    other = OrganizationName("umbrella {}")
    take(store, hold(1, line(amount=100)))
    theirs = Taking(
        organization=other,
        holds=(Hold(id=hold_id(other, b"1"), lines=(line(amount=100),), expires=EXPIRY, facts={}),),
    )
    assert isinstance(store.do(store.ledger.take(theirs, NOW)), Held)


@pytest.mark.parametrize("name", ["", "a{b}c", "ünï/\x00 ~%", "x" * 200])
def test_any_text_names_an_organization_and_an_account(store: Steps, name: str) -> None:
    organization = OrganizationName(name)
    hold_of = hold_id(organization, b"1")
    lines = (line(name),)
    request = Taking(
        organization=organization, holds=(Hold(id=hold_of, lines=lines, expires=EXPIRY, facts={"a": name}),)
    )
    assert store.do(store.ledger.take(request, NOW)) == Held((Standing(held=10),))
    assert isinstance(store.do(store.ledger.settle(hold_of, whole(tokens=3), NOW)), Ended)
    assert store.do(store.ledger.peek(organization, lines, (), NOW)).standings == (Standing(3),)
    (settled,) = store.every(store.ledger.settlements(NOW, Instant(NOW + 1)))
    assert (settled.hold, settled.facts) == (hold_of, {"a": name})


# Settling


def test_settling_books_what_was_used_and_gives_back_the_rest(store: Steps) -> None:
    take(store, hold(1, *LINEAGE))
    assert settle(store, 1, tokens=7) == Ended(Status.OPEN, (Standing(7),) * 3)


def test_a_unit_that_nobody_states_is_booked_as_it_was_held(store: Steps) -> None:
    lines = line("calls", 1, unit="calls"), line("tokens")
    take(store, hold(1, *lines))
    assert settle(store, 1, tokens=7) == Ended(Status.OPEN, (Standing(1), Standing(7)))


def test_what_was_used_beyond_the_hold_is_debt_that_stops_the_next(store: Steps) -> None:
    take(store, hold(1, line(amount=10)))
    settle(store, 1, tokens=250)
    assert standing(store, line()) == [Standing(250)]
    assert isinstance(take(store, hold(2, line(amount=0))), Short)


def test_settling_again_with_the_same_use_books_nothing(store: Steps) -> None:
    take(store, hold(1))
    settle(store, 1, tokens=7)
    assert settle(store, 1, tokens=7) == Ended(Status.SETTLED, (Standing(7),))
    assert len(store.every(store.ledger.settlements(NOW, Instant(NOW + 1)))) == 1


def test_settling_again_with_another_use_is_refused(store: Steps) -> None:
    take(store, hold(1))
    settle(store, 1, tokens=7)
    assert settle(store, 1, tokens=8) == Closed(Status.SETTLED)
    assert standing(store, line()) == [Standing(7)]


def test_parts_of_a_unit_add_up_exactly_and_take_the_whole_of_it(store: Steps) -> None:
    cost = line(unit="cost", amount=1, limit=2)
    for number in range(3):
        take(store, hold(number, cost))
        store.do(store.ledger.settle(named(number), {"cost": PARTS // 3}, NOW))
    assert standing(store, cost) == [Standing(0, 999_999)]
    assert standing(store, cost)[0].used == 1
    take(store, hold(4, cost))
    store.do(store.ledger.settle(named(4), {"cost": 1}, NOW))
    assert standing(store, cost) == [Standing(1, 0)]


def test_the_largest_amounts_are_exact(store: Steps) -> None:
    huge = line(amount=MOST - 1, limit=MOST)
    assert isinstance(take(store, hold(1, huge)), Held)
    assert isinstance(take(store, hold(2, line(amount=2, limit=MOST))), Short)
    assert isinstance(take(store, hold(3, line(amount=1, limit=MOST))), Held)
    store.do(store.ledger.settle(named(1), {"tokens": (MOST - 1) * PARTS + 1}, NOW))
    assert standing(store, line()) == [Standing(MOST - 1, 1, 1)]


def test_spending_past_the_largest_amount_stays_there(store: Steps) -> None:
    take(store, hold(1, line(amount=1, limit=None)), hold(2, line(amount=1, limit=None)))
    for number in (1, 2):
        store.do(store.ledger.settle(named(number), {"tokens": MOST * PARTS}, NOW))
    assert standing(store, line()) == [Standing(MOST)]


# Releasing


def test_releasing_gives_everything_back(store: Steps) -> None:
    take(store, hold(1, *LINEAGE))
    assert release(store, 1) == Ended(Status.OPEN, (Standing(),) * 3)


def test_releasing_again_gives_nothing_more(store: Steps) -> None:
    take(store, hold(1), hold(2))
    release(store, 1)
    assert release(store, 1) == Ended(Status.RELEASED, (Standing(held=10),))


def test_what_is_settled_is_not_released(store: Steps) -> None:
    take(store, hold(1))
    settle(store, 1, tokens=7)
    assert release(store, 1) == Closed(Status.SETTLED)


def test_what_is_released_is_not_settled(store: Steps) -> None:
    take(store, hold(1))
    release(store, 1)
    assert settle(store, 1, tokens=7) == Closed(Status.RELEASED)
    assert standing(store, line()) == [Standing()]


@pytest.mark.parametrize("name", ["", "nobody", "YWNtZQ.AAAAAAAAAAk", "%%%.x", "YWNtZQ.", "YWNtZR.AAAA"])
def test_a_hold_that_nobody_took_is_unknown(store: Steps, name: str) -> None:
    take(store, hold(1))
    other = HoldId(name)
    assert store.do(store.ledger.settle(other, {}, NOW)) == Unknown()
    assert store.do(store.ledger.release(other, NOW)) == Unknown()
    assert store.do(store.ledger.extend(other, EXPIRY, NOW)) == Unknown()


# Expiring


def test_a_hold_expires_at_its_instant_and_not_before(store: Steps) -> None:
    take(store, hold(1))
    assert standing(store, line(), now=EXPIRY - 1) == [Standing(held=10)]
    assert standing(store, line(), now=EXPIRY) == [Standing()]


def test_what_expired_makes_room(store: Steps) -> None:
    take(store, hold(1, line(amount=100)))
    assert isinstance(take(store, hold(2), now=EXPIRY - 1), Short)
    assert isinstance(take(store, hold(3, expires=EXPIRY + HOUR), now=EXPIRY), Held)


def test_a_sweep_expires_what_nobody_asks_about(store: Steps) -> None:
    take(store, hold(1), hold(2, expires=EXPIRY + 1))
    assert store.do(store.ledger.sweep(EXPIRY)) == 1
    assert store.do(store.ledger.sweep(EXPIRY)) == 0


def test_a_late_settlement_is_booked_once(store: Steps) -> None:
    take(store, hold(1, *LINEAGE))
    late = Instant(EXPIRY + MINUTE)
    assert settle(store, 1, now=late, tokens=7) == Ended(Status.EXPIRED, (Standing(7),) * 3)
    assert settle(store, 1, now=late, tokens=7) == Ended(Status.SETTLED, (Standing(7),) * 3)
    assert standing(store, *LINEAGE, now=late) == [Standing(7)] * 3


def test_an_expired_hold_is_released_already(store: Steps) -> None:
    take(store, hold(1))
    assert release(store, 1, now=EXPIRY) == Ended(Status.EXPIRED, (Standing(),))


def test_a_hold_is_extended_and_expires_then(store: Steps) -> None:
    take(store, hold(1))
    assert extend(store, 1, EXPIRY + MINUTE) == Extended(Instant(EXPIRY + MINUTE))
    assert standing(store, line(), now=EXPIRY) == [Standing(held=10)]
    assert standing(store, line(), now=EXPIRY + MINUTE) == [Standing()]


def test_extending_never_shortens(store: Steps) -> None:
    take(store, hold(1))
    assert extend(store, 1, EXPIRY - MINUTE) == Extended(EXPIRY)


def test_what_has_ended_is_not_extended(store: Steps) -> None:
    take(store, hold(1), hold(2), hold(3))
    settle(store, 1, tokens=1)
    release(store, 2)
    assert extend(store, 1, EXPIRY + 1) == Closed(Status.SETTLED)
    assert extend(store, 2, EXPIRY + 1) == Closed(Status.RELEASED)
    assert extend(store, 3, EXPIRY + HOUR, now=EXPIRY) == Closed(Status.EXPIRED)


@pytest.mark.parametrize("later", [0, 1])
def test_what_ended_long_ago_is_forgotten(store: Steps, later: int) -> None:
    take(store, hold(1), hold(2, expires=NOW + MINUTE))
    settle(store, 1, tokens=1)
    store.do(store.ledger.sweep(Instant(NOW + MINUTE)))
    known = NOW + REMEMBERED
    store.do(store.ledger.sweep(Instant(known - 1)))
    assert settle(store, 1, now=known - 1, tokens=1) == Ended(Status.SETTLED, (Standing(1),))
    store.do(store.ledger.sweep(Instant(known + later)))
    assert settle(store, 1, now=known + later, tokens=1) == Unknown()
    assert settle(store, 2, now=NOW + MINUTE + LATE - 1, tokens=1) == Ended(Status.EXPIRED, (Standing(2),))


def test_what_expired_can_be_settled_as_long_as_it_may_be_late(store: Steps) -> None:
    take(store, hold(1), hold(2))
    store.do(store.ledger.sweep(EXPIRY))
    late = EXPIRY + LATE
    store.do(store.ledger.sweep(Instant(late - 1)))
    assert settle(store, 1, now=late - 1, tokens=7) == Ended(Status.EXPIRED, (Standing(7),))
    store.do(store.ledger.sweep(Instant(late)))
    assert settle(store, 2, now=late, tokens=7) == Unknown()


def test_an_id_that_is_forgotten_can_be_taken_again_and_expires_once(store: Steps) -> None:
    lasting = hold(1, expires=NOW + 2 * REMEMBERED)
    take(store, lasting)
    settle(store, 1, tokens=7)
    store.do(store.ledger.sweep(Instant(NOW + REMEMBERED)))
    assert take(store, lasting, now=NOW + REMEMBERED) == Held((Standing(7, 0, 10),))
    assert standing(store, line(), now=NOW + 2 * REMEMBERED) == [Standing(7)]
