"""Recorded usage bodies are read and priced as they were; `price_differences.toml` lists those that aren't."""

from collections import Counter

import pytest

from interlock.engine.pricing import Told, reported
from interlock.ledger.account import PARTS
from interlock.ledger.stores.memory import MemoryLedger
from interlock.model.catalog import Catalog
from interlock.prices import published
from interlock.prices.cost import cost
from support.admitting import at_once
from support.ledgers import NOW, hold, line, named, taking
from support.pricerecords import CORPUS, RECORDED_AT, Recorded, known, records

pytestmark = pytest.mark.skipif(
    not CORPUS.is_file(), reason="the third-party test data is not beside this clone"
)


@pytest.fixture(scope="module")
def rows() -> list[Recorded]:
    return list(records())


def test_all_rows_are_there(rows: list[Recorded]) -> None:
    assert len(rows) == 19_321
    assert sum(row.prices is not None for row in rows) == 3_474


def test_counts_and_prices_are_as_recorded_but_for_the_rows_that_are_listed(rows: list[Recorded]) -> None:
    found = Counter(difference for row in rows if (difference := row.difference()) is not None)
    assert found == known()


def test_without_a_flavor_a_body_costs_what_it_does_in_any_that_reads_as_much_of_it(
    rows: list[Recorded],
) -> None:
    for row in rows:
        told = row.read()
        found = told.model and published.find(told.model, row.provider, RECORDED_AT)
        if found:
            untold = published.read(row.body, provider=row.provider)
            reads_less = len(told.usage.counts) < len(untold.usage.counts)
            assert reads_less or cost(found, untold.usage) == cost(found, told.usage)


def test_settling_with_the_bodies_books_exactly_what_was_recorded(rows: list[Recorded]) -> None:
    ledger, expected = MemoryLedger(), 0
    priced = [row for row in rows if row.prices is not None and row.difference() is None]
    for number, row in enumerate(priced):
        at_once(ledger.take(taking(hold(number, line("all", 1, None, unit="cost"))), NOW))
        told = Told(provider=row.provider, flavor=row.flavor)
        settled = reported(row.body, Catalog(), RECORDED_AT, told)
        assert settled.price is not None
        at_once(ledger.settle(named(number), settled.actual, NOW))
        assert row.prices is not None
        expected += row.prices.get("total_price") or sum(row.prices.values())
    (booked,) = at_once(ledger.accounts())
    assert len(priced) > 3_400
    assert booked.standing.spent * PARTS + booked.standing.parts == expected
