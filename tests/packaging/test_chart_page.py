"""What the page of the chart says is so."""

from support import valuespage


def test_every_value_is_described_where_it_stands() -> None:
    assert [path for path in valuespage.defaults() if path not in valuespage.described()] == []


def test_the_page_lists_all_values_with_their_defaults(*, update_golden: bool) -> None:
    if update_golden:
        valuespage.write()
    assert valuespage.page() == valuespage.renewed(), "renew it: pytest --update-golden"
