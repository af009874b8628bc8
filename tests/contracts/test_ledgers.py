"""What every ledger keeps, whichever store it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from interlock.identity import AccountName, Digest, HoldId, OrganizationName, RunId
from interlock.ledger.account import MOST, PARTS
from interlock.ledger.answers import (
    Closed,
    Ended,
    Extended,
    Held,
    Mismatched,
    Moved,
    Remembered,
    Short,
    Taken,
    Unknown,
)
from interlock.ledger.hold import LATE, REMEMBERED, Hold, Line, RunState, Status, Taking, hold_id
from interlock.model.balances import Standing
from interlock.units import Instant
from support.ledgers import (
    HOUR,
    MINUTE,
    NOW,
    ORGANIZATION,
    Steps,
    hold,
    line,
    memo,
    named,
    step,
    steps,
    taking,
    whole,
)
from support.stores import STORES, opening

LINEAGE: Final = tuple(line(name, 10, limit) for name, limit in (("org", 1000), ("team", 100), ("agent", 15)))
EXPIRY: Final = Instant(NOW + HOUR)


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Steps]:
    """An empty ledger."""
    with opening(request.param, tmp_path) as opened, steps(opened) as own:
        yield own


def take(store: Steps, *holds: Hold, now: int = NOW) -> Taken:
    return store.do(store.ledger.take(taking(*holds), Instant(now)))


def standing(store: Steps, *lines: Line, now: int = NOW) -> list[Standing]:
    return list(store.do(store.ledger.peek(ORGANIZATION, lines, (), Instant(now))).standings)


def settle(store: Steps, number: int, now: int = NOW, **units: int) -> Ended | Closed | Unknown:
    return store.do(store.ledger.settle(named(number), whole(**units), Instant(now)))


def release(store: Steps, number: int, now: int = NOW) -> Ended | Closed | Unknown:
    return store.do(store.ledger.release(named(number), Instant(now)))


def extend(store: Steps, number: int, expires: int, now: int = NOW) -> Extended | Closed | Unknown:
    return store.do(store.ledger.extend(named(number), Instant(expires), Instant(now)))


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


def test_what_ended_long_ago_is_forgotten(store: Steps) -> None:
    take(store, hold(1), hold(2, expires=NOW + MINUTE))
    settle(store, 1, tokens=1)
    store.do(store.ledger.sweep(Instant(NOW + MINUTE)))
    known = NOW + REMEMBERED
    store.do(store.ledger.sweep(Instant(known - 1)))
    assert settle(store, 1, now=known - 1, tokens=1) == Ended(Status.SETTLED, (Standing(1),))
    store.do(store.ledger.sweep(Instant(known)))
    assert settle(store, 1, now=known, tokens=1) == Unknown()
    assert settle(store, 2, now=NOW + MINUTE + LATE - 1, tokens=1) == Ended(Status.EXPIRED, (Standing(2),))


# Windows


def test_a_hold_settles_in_the_window_that_it_was_taken_in(store: Steps) -> None:
    today = line(bucket=NOW, forgets=NOW + 2 * HOUR)
    tomorrow = line(bucket=NOW + HOUR)
    take(store, hold(1, today, expires=NOW + 3 * HOUR))
    settle(store, 1, now=NOW + HOUR, tokens=7)
    assert standing(store, today, tomorrow) == [Standing(7), Standing()]


def test_what_a_window_forgot_is_settled_without_it(store: Steps) -> None:
    today = line(bucket=NOW, forgets=NOW + HOUR)
    tomorrow = line(bucket=NOW + HOUR)
    take(store, hold(1, today, expires=NOW + 3 * HOUR))
    assert isinstance(settle(store, 1, now=NOW + HOUR, tokens=7), Ended)
    assert standing(store, tomorrow, now=NOW + HOUR) == [Standing()]
    assert len(store.every(store.ledger.settlements(NOW, Instant(NOW + 2 * HOUR)))) == 1


def test_a_bucket_counts_until_it_is_forgotten_and_not_longer(store: Steps) -> None:
    of_run = line(amount=60, forgets=NOW + HOUR)
    take(store, hold(1, of_run, expires=NOW + 3 * HOUR))
    assert standing(store, of_run, now=NOW + HOUR - 1) == [Standing(held=60)]
    assert standing(store, of_run, now=NOW + HOUR) == [Standing()]
    anew = line(amount=50, forgets=NOW + 3 * HOUR)
    assert take(store, hold(2, anew, expires=NOW + 3 * HOUR), now=NOW + HOUR) == Held((Standing(held=50),))


def test_a_bucket_that_is_used_on_lasts_on(store: Steps) -> None:
    take(store, hold(1, line(forgets=NOW + HOUR), expires=NOW + 3 * HOUR))
    take(store, hold(2, line(forgets=NOW + 2 * HOUR), expires=NOW + 3 * HOUR), now=NOW + MINUTE)
    assert standing(store, line(), now=NOW + HOUR) == [Standing(held=20)]
    assert settle(store, 1, now=NOW + HOUR, tokens=7) == Ended(Status.OPEN, (Standing(7, 0, 10),))
    assert standing(store, line(), now=NOW + 2 * HOUR) == [Standing()]


def test_what_began_anew_is_not_changed_by_what_was_before(store: Steps) -> None:
    take(store, hold(1, line(forgets=NOW + HOUR), expires=NOW + 3 * HOUR))
    take(store, hold(2, line(forgets=NOW + HOUR), expires=NOW + 3 * HOUR))
    take(store, hold(3, line(forgets=NOW + 3 * HOUR), expires=NOW + 3 * HOUR), now=NOW + HOUR)
    settle(store, 1, now=NOW + HOUR, tokens=7)
    release(store, 2, now=NOW + HOUR)
    assert standing(store, line(), now=NOW + HOUR) == [Standing(held=10)]


def test_who_asks_by_a_clock_that_is_behind_is_booked_all_the_same(store: Steps) -> None:
    take(store, hold(1), now=NOW)
    assert take(store, hold(2), hold(3), now=NOW - 1) == Held((Standing(held=20), Standing(held=30)))
    assert settle(store, 2, tokens=7) == Ended(Status.OPEN, (Standing(7, 0, 20),))
    assert release(store, 3) == Ended(Status.OPEN, (Standing(7, 0, 10),))


def test_all_buckets_of_a_rolling_window_count(store: Steps) -> None:
    for minute in range(3):
        at = NOW + minute * MINUTE
        rolling = line(amount=40, bucket=at, since=at - MINUTE, forgets=at + 2 * MINUTE)
        assert isinstance(take(store, hold(minute, rolling), now=at), Held)
    at = NOW + 2 * MINUTE
    assert standing(store, line(bucket=at, since=at - MINUTE), now=at) == [Standing(held=80)]


# Runs


def test_a_run_goes_on_step_by_step(store: Steps) -> None:
    def run() -> RunState:
        return store.do(store.ledger.peek(ORGANIZATION, (), (RunId("r"),), NOW)).runs[0]

    assert run() == RunState()
    assert store.do(store.ledger.take(taking(steps=[step("r", 0, "one")]), NOW)) == Held(())
    assert run() == RunState(version=1, text="one")
    assert store.do(store.ledger.take(taking(steps=[step("r", 1, "two")]), NOW)) == Held(())
    assert run() == RunState(version=2, text="two")


def test_a_step_from_where_a_run_no_longer_is_takes_nothing(store: Steps) -> None:
    store.do(store.ledger.take(taking(steps=[step("r", 0, "one")]), NOW))
    stale = taking(hold(1), steps=[step("q", 0), step("r", 0, "other")])
    assert store.do(store.ledger.take(stale, NOW)) == Moved((RunId("r"),))
    assert standing(store, line()) == [Standing()]
    assert store.do(store.ledger.peek(ORGANIZATION, (), (RunId("q"), RunId("r")), NOW)).runs == (
        RunState(),
        RunState(version=1, text="one"),
    )


def test_a_run_is_forgotten_at_its_instant(store: Steps) -> None:
    store.do(store.ledger.take(taking(steps=[step("r", 0, "one")]), NOW))
    runs = [
        store.do(store.ledger.peek(ORGANIZATION, (), (RunId("r"),), Instant(at))).runs
        for at in (EXPIRY - 1, EXPIRY)
    ]
    assert runs == [(RunState(version=1, text="one"),), (RunState(),)]


# Answers


def test_who_asks_again_gets_the_same_answer_and_takes_nothing(store: Steps) -> None:
    assert store.do(store.ledger.take(taking(hold(1), memo=memo()), NOW)) == Held((Standing(held=10),))
    settle(store, 1, tokens=3)
    again = taking(hold(2), steps=[step("r", 7)], memo=memo(answer="another"))
    assert store.do(store.ledger.take(again, NOW)) == Remembered("answer", (Standing(held=10),))
    assert standing(store, line()) == [Standing(3)]


def test_a_key_is_not_for_another_body(store: Steps) -> None:
    store.do(store.ledger.take(taking(hold(1), memo=memo()), NOW))
    assert store.do(store.ledger.take(taking(hold(2), memo=memo(body="else")), NOW)) == Mismatched()
    assert standing(store, line()) == [Standing(held=10)]


def test_an_answer_is_kept_where_nothing_is_held(store: Steps) -> None:
    assert store.do(store.ledger.take(taking(memo=memo(answer='{"é": "\\n"}')), NOW)) == Held(())
    assert store.do(store.ledger.take(taking(memo=memo()), NOW)) == Remembered('{"é": "\\n"}', ())


def test_what_was_not_taken_is_not_remembered(store: Steps) -> None:
    assert isinstance(store.do(store.ledger.take(taking(hold(1, line(amount=101)), memo=memo()), NOW)), Short)
    assert isinstance(store.do(store.ledger.take(taking(hold(1), memo=memo()), NOW)), Held)


def test_a_glance_says_what_was_answered(store: Steps) -> None:
    store.do(store.ledger.take(taking(hold(1), memo=memo()), NOW))

    def answered(body: str, now: int = NOW) -> object:
        asked = Digest("key"), Digest(body)
        return store.do(store.ledger.peek(ORGANIZATION, (), (), Instant(now), asked)).answered

    assert answered("body") == Remembered("answer", (Standing(held=10),))
    assert answered("else") == Mismatched()
    assert answered("body", EXPIRY) is None


def test_an_answer_is_forgotten_at_its_instant(store: Steps) -> None:
    store.do(store.ledger.take(taking(memo=memo()), NOW))
    again = taking(hold(1, expires=EXPIRY + HOUR), memo=memo(body="else", forgets=EXPIRY + HOUR))
    assert store.do(store.ledger.take(again, Instant(EXPIRY - 1))) == Mismatched()
    assert isinstance(store.do(store.ledger.take(again, EXPIRY)), Held)


# Reading


def test_everything_that_is_booked_can_be_read(store: Steps) -> None:
    take(store, hold(1, *LINEAGE), hold(2, line("team", 5)))
    settle(store, 1, tokens=7)
    booked = {
        (each.organization, each.account, each.bucket): each.standing
        for each in store.do(store.ledger.accounts())
    }
    assert booked == {
        (ORGANIZATION, AccountName("org"), NOW): Standing(7),
        (ORGANIZATION, AccountName("team"), NOW): Standing(7, 0, 5),
        (ORGANIZATION, AccountName("agent"), NOW): Standing(7),
    }


def test_everything_that_is_held_can_be_read(store: Steps) -> None:
    take(store, hold(1, *LINEAGE), hold(2), hold(3, expires=NOW + 1))
    release(store, 2)
    (held,) = store.do(store.ledger.holds(Instant(NOW + 1)))
    assert (held.id, held.expires, held.facts) == (named(1), EXPIRY, {"team": "search"})
    assert held.amounts == dict.fromkeys(map(AccountName, ("org", "team", "agent")), 10)


def test_settlements_are_read_in_the_order_of_time(store: Steps) -> None:
    take(store, *[hold(number, line(limit=None)) for number in range(5)])
    for number in (3, 1, 4, 0, 2):
        settle(store, number, now=NOW + number * 10, tokens=number)
    read = store.every(store.ledger.settlements(Instant(NOW + 10), Instant(NOW + 40)))
    assert [(each.at - NOW, each.actual) for each in read] == [
        (number * 10, {"tokens": number * PARTS}) for number in (1, 2, 3)
    ]


# At once


def test_of_many_at_once_exactly_those_that_fit_are_taken(store: Steps) -> None:
    lineage = tuple(line(name, 10, limit) for name, limit in (("org", 500), ("team", 370), ("agent", 450)))
    calls = [store.ledger.take(taking(hold(number, *lineage)), NOW) for number in range(64)]
    assert sum(isinstance(answer, Held) for answer in store.all(calls)) == 37
    assert standing(store, *lineage) == [Standing(held=370)] * 3


def test_of_many_who_settle_at_once_one_books(store: Steps) -> None:
    take(store, hold(1))
    answers = store.all([store.ledger.settle(named(1), whole(tokens=7), NOW) for _ in range(20)])
    assert [isinstance(answer, Ended) and answer.was for answer in answers].count(Status.OPEN) == 1
    assert standing(store, line()) == [Standing(7)]


def test_of_many_steps_at_once_one_is_made(store: Steps) -> None:
    calls = [store.ledger.take(taking(steps=[step("r", 0, str(number))]), NOW) for number in range(20)]
    assert sum(isinstance(answer, Held) for answer in store.all(calls)) == 1
