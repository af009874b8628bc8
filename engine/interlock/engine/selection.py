"""Which accounts somebody wants to see. Pure."""

from collections.abc import Set as AbstractSet

from msgspec import Struct

from interlock.engine.accounts import account_of, run_and_key
from interlock.identity import AccountName, BudgetName


class Selection(Struct, frozen=True, kw_only=True):
    """Which accounts are wanted: those of one organization, budget and key, or of any."""

    organization: str | None = None
    budget: str | None = None
    key: str | None = None

    def has(self, organization: str | None, budget: str | None, key: str | None) -> bool:
        """Whether an account is wanted; None is what it has no name for."""
        wanted = (self.organization, organization), (self.budget, budget), (self.key, key)
        return all(want is None or want == given for want, given in wanted)

    def has_named(self, organization: str | None, name: AccountName, of_runs: AbstractSet[BudgetName]) -> bool:
        """Whether the account of that name is wanted; budgets `of_runs` have a key for each run."""
        account = account_of(name)
        if account is None:
            return self.has(organization, None, None)
        key = run_and_key(account.key)[1] if account.budget in of_runs else account.key
        return self.has(organization, account.budget, key)
