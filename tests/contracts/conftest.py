"""Every store that ledgers are kept in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.ledgers import Steps, steps
from support.stores import STORES, opening


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Steps]:
    """An empty ledger."""
    with opening(request.param, tmp_path) as opened, steps(opened) as own:
        yield own
