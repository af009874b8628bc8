"""Recorded usage bodies are read and priced as they were; `price_differences.toml` lists those that aren't."""

from collections import Counter

import pytest

from interlock.prices import published
from interlock.prices.cost import cost
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
