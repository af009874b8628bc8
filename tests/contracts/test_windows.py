"""What every ledger keeps of windows, whichever store it is."""

import pytest

from interlock.ledger.account import MOST, PARTS
from interlock.ledger.answers import Ended, Held
from interlock.ledger.hold import Status
from interlock.model.balances import Standing
from interlock.units import Instant
from support.ledgercalls import release, settle, standing, take
from support.ledgers import HOUR, MINUTE, NOW, Steps, hold, line, named


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


@pytest.mark.parametrize("later", [0, 1])
def test_a_bucket_counts_until_it_is_forgotten_and_not_longer(store: Steps, later: int) -> None:
    of_run = line(amount=60, forgets=NOW + HOUR)
    take(store, hold(1, of_run, expires=NOW + 3 * HOUR))
    assert standing(store, of_run, now=NOW + HOUR - 1) == [Standing(held=60)]
    forgotten = NOW + HOUR + later
    assert standing(store, of_run, now=forgotten) == [Standing()]
    anew = line(amount=50, forgets=NOW + 3 * HOUR)
    assert take(store, hold(2, anew, expires=NOW + 3 * HOUR), now=forgotten) == Held((Standing(held=50),))
    assert standing(store, anew, now=forgotten) == [Standing(held=50)]


def test_a_bucket_that_is_used_on_lasts_on(store: Steps) -> None:
    take(store, hold(1, line(forgets=NOW + HOUR), expires=NOW + 3 * HOUR))
    take(store, hold(2, line(forgets=NOW + 2 * HOUR), expires=NOW + 3 * HOUR), now=NOW + MINUTE)
    assert standing(store, line(), now=NOW + HOUR) == [Standing(held=20)]
    assert settle(store, 1, now=NOW + HOUR, tokens=7) == Ended(Status.OPEN, (Standing(7, 0, 10),))
    assert standing(store, line(), now=NOW + 2 * HOUR) == [Standing()]


def test_who_needs_a_bucket_for_less_time_leaves_it_to_who_needs_it_longer(store: Steps) -> None:
    take(store, hold(1, line(forgets=NOW + 2 * HOUR), expires=NOW + 3 * HOUR))
    take(store, hold(2, line(forgets=NOW + HOUR), expires=NOW + 3 * HOUR))
    assert standing(store, line(), now=NOW + HOUR) == [Standing(held=20)]


def test_what_is_taken_later_in_a_window_ends_in_it_as_well(store: Steps) -> None:
    take(store, hold(1))
    take(store, hold(2), hold(3), now=NOW + 1)
    assert settle(store, 2, now=NOW + 2, tokens=7) == Ended(Status.OPEN, (Standing(7, 0, 20),))
    assert release(store, 3, now=NOW + 2) == Ended(Status.OPEN, (Standing(7, 0, 10),))


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


def test_each_window_of_an_account_counts_its_own_buckets(store: Steps) -> None:
    def counted(since: int) -> list[Standing]:
        return standing(store, line(bucket=NOW + 2 * MINUTE, since=since), now=NOW + 2 * MINUTE)

    take(store, hold(1, line(amount=1, bucket=NOW + MINUTE)))
    assert [counted(NOW), counted(NOW + MINUTE), counted(NOW + MINUTE + 1)] == [
        [Standing(held=1)],
        [Standing(held=1)],
        [Standing()],
    ]
    take(store, hold(2, line(amount=2)), hold(3, line(amount=4, bucket=NOW + 2 * MINUTE)))
    assert [counted(NOW), counted(NOW + MINUTE), counted(NOW + MINUTE + 1)] == [
        [Standing(held=7)],
        [Standing(held=5)],
        [Standing(held=4)],
    ]


@pytest.mark.parametrize("later", [0, 1])
def test_a_bucket_that_is_forgotten_does_not_count_beside_others(store: Steps, later: int) -> None:
    take(store, hold(1, line(amount=1, forgets=NOW + MINUTE)), hold(2, line(amount=2, bucket=NOW + 1)))
    both = line(bucket=NOW + 1, since=NOW)
    assert standing(store, both, now=NOW + MINUTE - 1) == [Standing(held=3)]
    assert standing(store, both, now=NOW + MINUTE + later) == [Standing(held=2)]


def test_parts_of_a_unit_add_up_across_buckets(store: Steps) -> None:
    for number, spent in enumerate((3_700_000, 2_900_000, 100_000)):
        take(store, hold(number, line(bucket=NOW + number)))
        store.do(store.ledger.settle(named(number), {"tokens": spent}, NOW))
    assert standing(store, line(bucket=NOW + 2, since=NOW)) == [Standing(6, 700_000)]


def test_what_all_buckets_have_spent_stays_at_the_largest_amount(store: Steps) -> None:
    for number in range(2):
        take(store, hold(number, line(limit=None, bucket=NOW + number, since=NOW)))
        store.do(store.ledger.settle(named(number), {"tokens": (MOST - number) * PARTS}, NOW))
    assert standing(store, line(bucket=NOW + 1, since=NOW)) == [Standing(MOST)]
