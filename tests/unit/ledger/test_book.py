"""What a book drops, and what can be read of it."""

import pytest

from interlock.ledger.book import Book, Kept, forget, take
from interlock.ledger.views import settlement
from interlock.units import Instant
from support.ledgers import HOUR, NOW, hold, line, memo, step, taking


def test_a_book_forgets_all_that_can_not_matter_any_more() -> None:
    book = Book()
    lines = line("a", forgets=NOW + HOUR), line("b", forgets=NOW + 2 * HOUR)
    take(book, taking(hold(1, *lines), steps=[step("r", 0)], memo=memo()), NOW)
    forget(book, Instant(NOW + HOUR - 1))
    assert (len(book.accounts), len(book.runs), len(book.answers)) == (2, 1, 1)
    forget(book, Instant(NOW + HOUR))
    assert (list(book.accounts), len(book.runs), len(book.answers)) == (["b"], 0, 0)
    assert len(book.holds) == 1


def test_only_a_settled_hold_has_a_settlement() -> None:
    with pytest.raises(ValueError, match="not settled"):
        settlement(Kept(hold(1), NOW, NOW))
