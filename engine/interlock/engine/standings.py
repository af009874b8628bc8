"""How the accounts of a policy set's budgets stand at one moment, whoever asks. Pure.

What is counted is what a request at that moment would find. Entries are those
of a ledger that was swept at that moment: what is forgotten is not among them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

from interlock.engine.accounts import Account, account_of, run_and_key
from interlock.engine.forecast import exhausted_at
from interlock.identity import AccountName, BudgetName, OrganizationName
from interlock.ledger.account import Bucket, standing
from interlock.ledger.answers import AccountEntry
from interlock.ledger.hold import FOREVER
from interlock.ledger.windows import Span, span
from interlock.model.balances import Standing
from interlock.model.budget import Budget, Unit
from interlock.model.charge import Charge
from interlock.model.window import Calendar, Lifetime, PerRun, Rolling, Window
from interlock.units import Instant, Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStanding:
    """An account of a budget in force: `charge` is one that draws nothing on it.

    `run` is whose account it is where each run has its own. `starts` is from
    when on use counts, and `exhausted_at` when the limit is reached if use goes on.
    """

    organization: OrganizationName
    charge: Charge
    run: str | None
    starts: Instant | None
    exhausted_at: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remainder:
    """What is booked on an account that no budget in force has: nothing limits it."""

    organization: OrganizationName
    account: AccountName
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """All accounts: those of budgets in force, and what is left of others.

    Budgets `of_runs` count each run for itself.
    """

    accounts: tuple[AccountStanding, ...]
    others: tuple[Remainder, ...]
    of_runs: frozenset[BudgetName]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One limit of a budget, or the burst of one."""

    budget: Budget
    most: int
    window: Window
    within: Milliseconds | None = None


_Lines: TypeAlias = Mapping[tuple[BudgetName, Unit, bool], _Line]
_Buckets: TypeAlias = dict[Instant, Bucket]
_NOTHING: Final = Standing()
_FIRST: Final = Instant(0)


def standings(budgets: Sequence[Budget], entries: Iterable[AccountEntry], now: Instant) -> Standings:
    """How all accounts stand at `now` that anything counts on, a window before its burst."""
    lines = {key: line for budget in budgets for key, line in _lines(budget)}
    accounts: list[AccountStanding] = []
    others: list[Remainder] = []
    for (organization, name), buckets in _by_account(entries).items():
        found = _standing(lines, organization, name, buckets, now)
        if isinstance(found, AccountStanding):
            accounts.append(found)
        elif found is not None:
            others.append(found)
    of_runs = frozenset(budget.name for budget in budgets if isinstance(budget.window, PerRun))
    return Standings(
        accounts=tuple(sorted(accounts, key=_place)),
        others=tuple(sorted(others, key=lambda each: (each.organization, each.account))),
        of_runs=of_runs,
    )


def _place(account: AccountStanding) -> tuple[str | int, ...]:
    charge = account.charge
    whose = account.organization, charge.budget, charge.unit, account.run or "", charge.key
    return (*whose, charge.within or 0)


def _lines(budget: Budget) -> Iterator[tuple[tuple[BudgetName, Unit, bool], _Line]]:
    for limit in budget.limits:
        window = _Line(budget=budget, most=limit.most, window=budget.window)
        yield (budget.name, limit.unit, False), window
        if limit.burst is not None:
            most, within = limit.burst.most, limit.burst.within
            burst = _Line(budget=budget, most=most, window=Rolling(within), within=within)
            yield (budget.name, limit.unit, True), burst


def _by_account(entries: Iterable[AccountEntry]) -> dict[tuple[OrganizationName, AccountName], _Buckets]:
    found: defaultdict[tuple[OrganizationName, AccountName], _Buckets] = defaultdict(dict)
    for entry in entries:
        booked = entry.standing
        bucket = Bucket(entry.bucket, FOREVER, booked.spent, booked.parts, booked.held)
        found[entry.organization, entry.account][entry.bucket] = bucket
    return found


def _standing(
    lines: _Lines, organization: OrganizationName, name: AccountName, buckets: _Buckets, now: Instant
) -> AccountStanding | Remainder | None:
    """How one account stands; None where nothing counts."""
    account = account_of(name)
    line = None if account is None else lines.get((account.budget, account.unit, account.is_of_burst))
    since = _FIRST if line is None else span(line.window, now).since
    found = standing(buckets, since, now)
    if found == _NOTHING:
        return None
    if account is None or line is None:
        return Remainder(organization=organization, account=name, standing=found)
    return _of_line(line, organization, account, buckets, found, now)


def _of_line(  # noqa: PLR0913, PLR0917 - what is known of one account
    line: _Line,
    organization: OrganizationName,
    account: Account,
    buckets: _Buckets,
    found: Standing,
    now: Instant,
) -> AccountStanding:
    place = span(line.window, now)
    run, key = run_and_key(account.key) if isinstance(line.budget.window, PerRun) else (None, account.key)
    began, ends = _pace(line.window, place, buckets, now)
    return AccountStanding(
        organization=organization,
        charge=_charge(line, account.unit, key, found, place),
        run=run,
        starts=place.since if isinstance(line.window, Calendar | Rolling) else None,
        exhausted_at=exhausted_at(found, line.most, began=began, ends=ends, now=now),
    )


def _pace(window: Window, place: Span, buckets: _Buckets, now: Instant) -> tuple[Instant, Instant | None]:
    """Since when what is counted was spent, and until when more is counted at that pace.

    A rolling window fills up only while it is younger than long. From then on
    what comes takes the place of what goes.
    """
    match window:
        case Calendar():
            return place.since, place.ends
        case Rolling(length):
            counted = (start for start, each in buckets.items() if start >= place.since and _is_spent(each))
            first = min(counted, default=now)
            return first, Instant(first + length)
        case Lifetime() | PerRun():
            return place.since, None
        case _:
            assert_never(window)


def _is_spent(bucket: Bucket) -> bool:
    return bucket.spent > 0 or bucket.parts > 0


def _charge(line: _Line, unit: Unit, key: str, found: Standing, place: Span) -> Charge:
    budget = line.budget
    return Charge(
        budget=budget.name,
        unit=unit,
        key=key,
        amount=0,
        limit=line.most,
        spent=found.spent + (found.parts > 0),
        held=found.held,
        on_exceed=budget.on_exceed,
        warn_at=budget.warn_at,
        notify_at=budget.notify_at,
        within=line.within,
        ends=place.ends if isinstance(line.window, Calendar) else None,
    )
