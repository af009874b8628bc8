"""Which accounts an Intent draws on, and how much of each: the lines of its hold.

A budget whose condition or key fails, or that nobody knows the amount for, is
not passed over: it is a reason for a denial.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from msgspec import Struct

from interlock.cel.activation import Activation
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.engine.accounts import burst_account, key_of_run, window_account
from interlock.engine.amounts import amount_of
from interlock.engine.consult import activation_of
from interlock.engine.funds import paid
from interlock.engine.judge import outcome
from interlock.identity import AccountName, OrganizationName
from interlock.ledger.hold import Line
from interlock.ledger.windows import span
from interlock.loading.compiled import CompiledBudget
from interlock.model.balances import Standing
from interlock.model.budget import Budget, OnExceed, Unit, UnitLimit
from interlock.model.charge import Charge, Uncharged
from interlock.model.intent import Intent
from interlock.model.window import PerRun, Rolling, Window
from interlock.units import Instant, Milliseconds

_LONGEST_KEY: Final = 512
_UNTOUCHED: Final = Standing()
_MEND: Final = "ask the owners of the budget to mend it"
_NAME_RUN: Final = "say in `run` which run the request belongs to"


class Draw(Struct, frozen=True, kw_only=True):
    """One line of a hold, and what it is for."""

    line: Line
    budget: Budget
    unit: Unit
    limit: int
    key: str
    ends: Instant | None
    within: Milliseconds | None = None

    def charge(self, standing: Standing) -> Charge:
        """What is drawn on the account as it stands."""
        budget = self.budget
        return Charge(
            budget=budget.name,
            unit=self.unit,
            key=self.key,
            amount=self.line.amount,
            limit=self.limit,
            spent=standing.spent + (standing.parts > 0),
            held=standing.held,
            on_exceed=budget.on_exceed,
            warn_at=budget.warn_at,
            notify_at=budget.notify_at,
            within=self.within,
            ends=self.ends,
        )


class Drawn(Struct, frozen=True):
    """All that an Intent draws on the accounts of `organization`."""

    organization: OrganizationName
    draws: tuple[Draw, ...] = ()
    uncharged: tuple[Uncharged, ...] = ()

    @property
    def names(self) -> tuple[AccountName, ...]:
        """The accounts."""
        return tuple([draw.line.account for draw in self.draws])

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of the hold."""
        return tuple([draw.line for draw in self.draws])

    def charges(self, accounts: Mapping[AccountName, Standing]) -> tuple[Charge, ...]:
        """What is drawn on `accounts` as they stand; on what is not among them nothing was."""
        return tuple([draw.charge(accounts.get(draw.line.account, _UNTOUCHED)) for draw in self.draws])

    def accounts(self, standings: Sequence[Standing]) -> dict[AccountName, Standing]:
        """`standings`, which are those of the lines, by account."""
        return {draw.line.account: each for draw, each in zip(self.draws, standings, strict=True)}


class _Limit(Struct, frozen=True, kw_only=True):
    """A limit of a budget, or the burst of one: what lines have in common, whoever draws and whenever."""

    budget: Budget
    unit: Unit
    unit_name: str
    assumed: int | None
    most: int
    bound: int | None
    """`most`, or None where what does not fit goes on."""
    window: Window
    within: Milliseconds | None
    account: AccountName
    """The account of the empty key: others' end in their key."""

    def draw(self, key: str, amount: int, now: Instant) -> Draw:
        """The line of a request that may use `amount`."""
        place = span(self.window, now)
        line = Line(
            account=AccountName(self.account + key),
            unit=self.unit_name,
            amount=amount,
            limit=self.bound,
            bucket=place.bucket,
            since=place.since,
            forgets=place.forgets,
        )
        return Draw(
            line=line,
            budget=self.budget,
            unit=self.unit,
            limit=self.most,
            key=key,
            ends=place.ends,
            within=self.within,
        )


@dataclass(frozen=True, slots=True)
class Budgets:
    """The budgets of one policy set, each with its limits, of which each is before its burst."""

    members: tuple[tuple[CompiledBudget, tuple[_Limit, ...]], ...]

    @classmethod
    def of(cls, compiled: Iterable[CompiledBudget]) -> Self:
        """The `compiled` budgets."""
        return cls(tuple((each, tuple(_limits(each.budget))) for each in compiled))

    def drawn(self, intent: Intent, now: Instant, until: int | None) -> Drawn:
        """All that `intent` draws on accounts at `now`.

        Raises:
            UndecidableError: time ran out.
        """
        organization = OrganizationName(intent["attribution"].get("organization", ""))
        if not self.members:
            return Drawn(organization)
        activation = activation_of(intent, now)
        activation.until = until
        draws: list[Draw] = []
        uncharged: list[Uncharged] = []
        action, kind = intent["action"], intent["kind"]
        for each, limits in self.members:
            if each.budget.match.covers(action, kind):
                found = _drawn(each, limits, intent, activation, now)
                if isinstance(found, Uncharged):
                    uncharged.append(found)
                else:
                    draws += found
        return Drawn(organization, tuple(draws), tuple(uncharged))


def _limits(budget: Budget) -> Iterator[_Limit]:
    for limit in budget.limits:
        unit = limit.unit
        yield _limit(budget, limit, limit.most, budget.window, None, window_account(budget.name, unit, ""))
        if limit.burst is not None:
            most, within = limit.burst.most, limit.burst.within
            account = burst_account(budget.name, unit, "")
            yield _limit(budget, limit, most, Rolling(within), within, account)


def _limit(  # noqa: PLR0913, PLR0917 - what a limit and its burst differ in
    budget: Budget,
    limit: UnitLimit,
    most: int,
    window: Window,
    within: Milliseconds | None,
    account: AccountName,
) -> _Limit:
    return _Limit(
        budget=budget,
        unit=limit.unit,
        unit_name=limit.unit.value,
        assumed=limit.assumed,
        most=most,
        bound=None if budget.on_exceed is OnExceed.WARN else most,
        window=window,
        within=within,
        account=account,
    )


def _drawn(
    compiled: CompiledBudget, limits: Iterable[_Limit], intent: Intent, activation: Activation, now: Instant
) -> list[Draw] | Uncharged:
    """The lines that `intent` draws on one budget; none where it is not matched."""
    budget = compiled.budget
    applies = True if compiled.when is None else outcome(compiled.when, activation)
    if applies is False:
        return []
    if applies is not True:
        return _unknown(budget, f"`match.when` could not be evaluated: {applies}", _MEND)
    key, problem = _key(compiled, activation)
    if problem:
        return _unknown(budget, problem, _MEND)
    if isinstance(budget.window, PerRun):
        if "run" not in intent:
            return _unknown(budget, "it counts each run for itself, and the request names none", _NAME_RUN)
        key = key_of_run(intent["run"]["id"], key)
    draws: list[Draw] = []
    for limit in limits:
        needed = amount_of(limit.unit, intent)
        amount = limit.assumed if needed is None else needed
        if amount is None:
            return _unknown(budget, f"nobody knows how much `{limit.unit}` it may use", _remedy(limit.unit))
        draws.append(limit.draw(key, amount, now))
    return draws


def _key(compiled: CompiledBudget, activation: Activation) -> tuple[str, str]:
    """The account that is drawn on, and what is wrong with it."""
    if compiled.key is None:
        return "", ""
    try:
        key = paid(compiled.key, activation, ())
    except (EvaluationError, LimitExceeded) as error:
        return "", f"`key` could not be evaluated: {error}"
    if not isinstance(key, str):
        return "", "`key` is not a text"
    return (key, "") if len(key) <= _LONGEST_KEY else ("", f"`key` is longer than {_LONGEST_KEY} characters")


def _unknown(budget: Budget, reason: str, remedy: str) -> Uncharged:
    return Uncharged(budget=budget.name, reason=reason, remedy=remedy)


def _remedy(unit: Unit) -> str:
    match unit:
        case Unit.COST:
            return "set the most tokens that may be written, and ask the platform for the model's price"
        case Unit.GPU_TIME:
            return "set `activeDeadlineSeconds`"
        case _:
            return "set the most tokens that may be written"
