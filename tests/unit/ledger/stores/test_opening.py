"""Which store a URL leads to."""

import asyncio
import re
from pathlib import Path

import pytest

from interlock.errors import OperatorError
from interlock.ledger.ledger import Ledger
from interlock.ledger.stores.memory import MemoryLedger
from interlock.ledger.stores.opening import open_ledger, shown, url_of
from interlock.ledger.stores.sqlite.ledger import SqliteLedger


async def _closed(url: str) -> Ledger:
    ledger = await open_ledger(url)
    await ledger.close()
    return ledger


@pytest.mark.parametrize("options", ["", "?durability=power", "?durability=process"])
def test_a_file_is_opened_wherever_it_is(tmp_path: Path, options: str) -> None:
    path = tmp_path / "a b?c%20#ü" / "ledger.sqlite"
    assert isinstance(asyncio.run(_closed(url_of(path) + options)), SqliteLedger)
    assert path.exists()


def test_memory_needs_nothing() -> None:
    assert isinstance(asyncio.run(_closed("memory:")), MemoryLedger)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "no ledger is kept at ``"),
        ("ledger.sqlite", "no ledger is kept at ``"),
        ("mysql://host", "no ledger is kept at `mysql`"),
        ("sqlite://ledger.sqlite", "names no file: write three slashes"),
        ("sqlite:", "names no file"),
        ("sqlite:///x?durability=none", "`durability` is `power` or `process`"),
        ("sqlite:///x?mode=ro", "says more than a ledger knows"),
    ],
)
def test_what_leads_nowhere_is_refused(url: str, told: str) -> None:
    with pytest.raises(OperatorError, match=re.escape(told)):
        asyncio.run(_closed(url))


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("postgresql://me:secret@host:5432/name?a=b", "postgresql://me:***@host:5432/name?a=b"),
        ("valkey://:se@cret@host/0", "valkey://:***@host/0"),
        ("sqlite:///var/ledger", "sqlite:///var/ledger"),
    ],
)
def test_a_password_is_not_shown(url: str, seen: str) -> None:
    assert shown(url) == seen
