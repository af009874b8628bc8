"""Budgets: amounts in whole units, and windows."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from interlock.documents.document import Document
from interlock.documents.nodes import Path
from interlock.errors import Problem
from interlock.identity import BudgetName
from interlock.loading.decode.match import decode_match
from interlock.loading.decode.names import NAME
from interlock.loading.kinds.amounts import US_DOLLARS, milliseconds, money
from interlock.loading.kinds.budget import WINDOWS, BudgetDocument, BudgetSpec, UnitLimitShape, WindowShape
from interlock.model.budget import Budget, Burst, OnExceed, Unit, UnitLimit
from interlock.model.window import Calendar, Lifetime, PerRun, Rolling, Window
from interlock.spelling import alternatives, quoted
from interlock.units import Milliseconds
from interlock.zones import zone_problem

_LIMITS: Final[Path] = ("spec", "limits")
_MOST: Final = 2**50
"""The largest amount: sums of a few stay exact in every store."""

_MICRO: Final = 1_000_000
_NOTATIONS: Final = {Unit.COST: 'money such as "250.00"', Unit.GPU_TIME: "device time such as `40h`"}
_CLAMPABLE: Final = frozenset({Unit.TOKENS, Unit.OUTPUT_TOKENS, Unit.COST})
"""Units of which a request uses less if it may write fewer tokens."""


def decode_budget(
    document: Document, shape: BudgetDocument, rates: Mapping[str, Decimal] | None
) -> tuple[Budget | None, list[Problem]]:
    """The budget that `shape` describes; `rates` is None where nobody knows what currencies are worth."""
    spec = shape.spec
    rate = Decimal(1) if spec.currency == US_DOLLARS else (rates or {}).get(spec.currency)
    if rate is None and rates is not None:
        return None, [document.problem(("spec", "currency"), _unknown_currency(spec.currency, rates))]
    limits = [_Limit(document, (*_LIMITS, at), each, rate or Decimal(1)) for at, each in enumerate(spec.limits)]
    problems = [
        *_window_problems(document, spec.window),
        *_repetitions(document, spec),
        *_clamp_problems(document, spec),
        *(problem for limit in limits for problem in limit.problems()),
    ]
    if problems:
        return None, problems
    budget = Budget(
        name=BudgetName(shape.metadata.name),
        description=spec.description,
        match=decode_match(document, spec.match),
        key=document.text(("spec", "key")) if spec.key else None,
        window=_window(spec.window),
        limits=tuple(limit.decoded() for limit in limits),
        currency=spec.currency,
        warn_at=spec.warn_at,
        notify_at=spec.notify_at,
        on_exceed=spec.on_exceed,
        span=document.span(NAME),
    )
    return budget, []


class _Limit:
    """One entry of the limits, whose amounts are in the unit that it names."""

    def __init__(self, document: Document, path: Path, shape: UnitLimitShape, rate: Decimal) -> None:
        self._document, self._path, self._shape, self._rate = document, path, shape, rate

    def problems(self) -> Iterator[Problem]:
        """What is wrong with the amounts."""
        shape = self._shape
        for path, value in self._written():
            if self._amount(value) is None:
                notation = _NOTATIONS.get(shape.unit, "a whole number")
                message = f"{quoted(str(value))} is no amount of {quoted(shape.unit)}: write {notation}"
                yield self._document.problem((*self._path, *path), message)
        most = self._amount(shape.limit)
        burst = None if shape.burst is None else self._amount(shape.burst.limit)
        if most is not None and burst is not None and burst >= most:
            message = "the burst is not below the limit, so it limits nothing: lower or remove it"
            yield self._document.problem((*self._path, "burst", "limit"), message)

    def decoded(self) -> UnitLimit:
        """The limit, whose amounts are right."""
        shape = self._shape
        burst = shape.burst
        return UnitLimit(
            unit=shape.unit,
            most=self._sure(shape.limit),
            assumed=None if shape.assume is None else self._sure(shape.assume),
            burst=None if burst is None else Burst(self._sure(burst.limit), Milliseconds(burst.within)),
        )

    def _written(self) -> Iterator[tuple[Path, int | str]]:
        yield ("limit",), self._shape.limit
        if self._shape.assume is not None:
            yield ("assume",), self._shape.assume
        if self._shape.burst is not None:
            yield ("burst", "limit"), self._shape.burst.limit

    def _sure(self, value: int | str) -> int:
        amount = self._amount(value)
        assert amount is not None  # noqa: S101 - else it is a problem
        return amount

    def _amount(self, value: int | str) -> int | None:
        """`value` in whole units; None where it is no amount of the unit."""
        match self._shape.unit:
            case Unit.COST:
                paid = money(value)
                amount = None if paid is None else int(paid * self._rate * _MICRO)
            case Unit.GPU_TIME if value != 0:
                amount = milliseconds(value)
            case _:
                amount = value if isinstance(value, int) else None
        return amount if amount is not None and 0 <= amount <= _MOST else None


def _window_problems(document: Document, shape: WindowShape) -> Iterator[Problem]:
    given = [name for name in WINDOWS if getattr(shape, name) is not None]
    if len(given) != 1:
        message = f"a budget has one window: give exactly one of {alternatives(WINDOWS)}"
        yield document.problem(("spec", "window"), message)
    if shape.calendar is not None and (problem := zone_problem(shape.calendar.time_zone)):
        yield document.problem(("spec", "window", "calendar", "timeZone"), problem)


def _window(shape: WindowShape) -> Window:
    if shape.calendar is not None:
        calendar = shape.calendar
        return Calendar(
            period=calendar.every,
            zone=calendar.time_zone,
            start_day=calendar.start_day,
            start_month=calendar.start_month,
        )
    if shape.rolling is not None:
        return Rolling(Milliseconds(shape.rolling))
    return Lifetime() if shape.run is None else PerRun(Milliseconds(shape.run.idle))


def _repetitions(document: Document, spec: BudgetSpec) -> Iterator[Problem]:
    units = [limit.unit for limit in spec.limits]
    for index, unit in enumerate(units):
        if unit in units[:index]:
            message = f"{quoted(unit)} is limited already: make a budget of its own for another window"
            yield document.problem((*_LIMITS, index, "unit"), message)


def _clamp_problems(document: Document, spec: BudgetSpec) -> Iterator[Problem]:
    if spec.on_exceed is not OnExceed.CLAMP:
        return
    for index, limit in enumerate(spec.limits):
        if limit.unit not in _CLAMPABLE:
            message = f"fewer tokens don't use less of {quoted(limit.unit)}: move it to a budget that denies"
            yield document.problem((*_LIMITS, index, "unit"), message)


def _unknown_currency(currency: str, rates: Mapping[str, Decimal]) -> str:
    known = alternatives([US_DOLLARS, *sorted(rates)])
    said = f"nobody knows what {quoted(currency)} is worth"
    return f"{said}: add it to `money.rates` of the PolicySet, or use {known}"
