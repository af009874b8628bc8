"""What an account counts, and up to which amount."""

from sys import float_info

from interlock.ledger.account import MOST, standing
from interlock.model.balances import Standing
from support.ledgers import NOW


def test_the_largest_amount_is_the_last_that_a_double_tells_from_the_next_two() -> None:
    assert 2**float_info.mant_dig == MOST + 1


def test_on_an_account_without_buckets_nothing_is_spent() -> None:
    assert standing({}, NOW, NOW) == Standing()
