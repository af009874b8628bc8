"""How accounts are called: made here for holds, and read here by who reports on them. Pure.

Budgets and units have no slash in their names, and a run is escaped: a name is
that of one account. Whether a budget counts each run for itself the name does
not say.
"""

from typing import Final

from msgspec import Struct

from interlock.identity import AccountName, BudgetName
from interlock.model.budget import Unit

_BURST: Final = ".burst"
_UNITS: Final = {unit.value: unit for unit in Unit}


class Account(Struct, frozen=True, kw_only=True):
    """What the name of an account says; the `key` of one that is for a run alone has the run, too."""

    budget: BudgetName
    unit: Unit
    key: str
    is_of_burst: bool


def window_account(budget: BudgetName, unit: Unit, key: str) -> AccountName:
    """The account that a limit of `budget` is for."""
    return AccountName(f"{budget}/{unit}/{key}")


def burst_account(budget: BudgetName, unit: Unit, key: str) -> AccountName:
    """The account that the burst of a limit of `budget` is for."""
    return AccountName(f"{budget}/{unit}{_BURST}/{key}")


def account_of(name: AccountName) -> Account | None:
    """What `name` says; None where no budget gives such a name."""
    budget, _, rest = name.partition("/")
    counted, slash, key = rest.partition("/")
    unit = _UNITS.get(counted.removesuffix(_BURST))
    if unit is None or not slash:
        return None
    return Account(budget=BudgetName(budget), unit=unit, key=key, is_of_burst=counted.endswith(_BURST))


def key_of_run(run: str, key: str) -> str:
    """The key of one run under `key`; no other run and key have the same."""
    escaped = run.replace("%", "%25").replace("/", "%2F")
    return f"{escaped}/{key}" if key else escaped


def run_and_key(text: str) -> tuple[str, str]:
    """The run and the key that `key_of_run` made `text` of."""
    escaped, _, key = text.partition("/")
    return escaped.replace("%2F", "/").replace("%25", "%"), key
