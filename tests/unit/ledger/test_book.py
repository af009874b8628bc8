"""What a book drops, what it knows again, and what can be read of it."""

import pytest

from interlock.identity import AccountName
from interlock.ledger.account import Bucket
from interlock.ledger.answers import Extended, Held
from interlock.ledger.book import Book, Kept, expire, extend, forget, release, restore, take
from interlock.ledger.views import settlement
from interlock.model.balances import Standing
from interlock.units import Instant
from support.ledgers import EXPIRY, HOUR, MINUTE, NOW, hold, line, memo, named, step, taking

# What it drops


@pytest.mark.parametrize("later", [0, 1])
def test_a_book_forgets_all_that_can_not_matter_any_more(later: int) -> None:
    book = Book()
    lines = line("a", forgets=NOW + HOUR), line("b", forgets=NOW + 2 * HOUR)
    take(book, taking(hold(1, *lines), steps=[step("r", 0)], memo=memo()), NOW)
    forget(book, Instant(NOW + HOUR - 1))
    assert (len(book.accounts), len(book.runs), len(book.answers)) == (2, 1, 1)
    forget(book, Instant(NOW + HOUR + later))
    assert (list(book.accounts), len(book.runs), len(book.answers)) == (["b"], 0, 0)
    assert len(book.holds) == 1


@pytest.mark.parametrize("later", [0, 1])
def test_an_account_drops_the_buckets_that_it_forgets_when_another_begins(later: int) -> None:
    book = Book()
    take(book, taking(hold(1, line(forgets=NOW + MINUTE))), NOW)
    take(book, taking(hold(2, line(bucket=NOW + 1))), Instant(NOW + MINUTE - 1))
    assert list(book.accounts[AccountName("team")]) == [NOW, NOW + 1]
    take(book, taking(hold(3, line(bucket=NOW + 2))), Instant(NOW + MINUTE + later))
    assert list(book.accounts[AccountName("team")]) == [NOW + 1, NOW + 2]


def test_a_hold_that_is_extended_no_further_is_due_once() -> None:
    book = Book()
    take(book, taking(hold(1)), NOW)
    assert extend(book, named(1), EXPIRY, NOW) == Extended(EXPIRY)
    assert book.due == [(EXPIRY, named(1))]


def test_a_run_goes_on_however_long_it_has_been() -> None:
    book = Book()
    for version in range(1000):
        assert take(book, taking(steps=[step("r", version)]), NOW) == Held(())


# What it knows again


def known_again(bucket: Bucket) -> Book:
    """A book that has `bucket`, and knows a hold again that was taken in it or in one before."""
    book = Book({AccountName("team"): {NOW: bucket}})
    restore(book, Kept(hold(1, line(forgets=NOW + 2 * HOUR)), NOW, EXPIRY))
    return book


def test_a_hold_that_is_known_again_is_held_until_it_ends() -> None:
    book = known_again(Bucket(NOW, EXPIRY, 7))
    assert book.standing(line(), NOW) == Standing(7, 0, 10)
    release(book, named(1), NOW)
    assert book.standing(line(), NOW) == Standing(7)


def test_a_hold_that_is_known_again_expires() -> None:
    book = known_again(Bucket(NOW, EXPIRY))
    assert expire(book, Instant(EXPIRY - 1)) == []
    assert [kept.hold.id for kept in expire(book, EXPIRY)] == [named(1)]


@pytest.mark.parametrize("forgets", [NOW + HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR])
def test_a_bucket_lasts_at_least_as_long_as_a_hold_that_is_known_again_needs_it(forgets: int) -> None:
    bucket = Bucket(NOW, Instant(forgets))
    known_again(bucket)
    assert bucket.forgets == max(forgets, NOW + 2 * HOUR)


def test_a_hold_that_is_known_again_changes_nothing_of_what_began_anew_since() -> None:
    bucket = Bucket(Instant(NOW + 1), EXPIRY)
    known_again(bucket)
    assert bucket == Bucket(Instant(NOW + 1), EXPIRY)


# What can be read of it


def test_only_a_settled_hold_has_a_settlement() -> None:
    with pytest.raises(ValueError, match="not settled"):
        settlement(Kept(hold(1), NOW, NOW))
