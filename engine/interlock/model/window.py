"""Windows: how long what an account has used counts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from interlock.units import Milliseconds


class Period(StrEnum):
    """The windows that calendars and clocks have names for."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """One period after the other, by the calendar and the clock of `zone`, an IANA name.

    A week starts on the ISO weekday `start_day`, 1 for Monday to 7; a month,
    quarter or year on that day of the month, 1 to 28. Quarters and years are
    counted from `start_month`, as those of fiscal years are.
    """

    period: Period
    zone: str = "UTC"
    start_day: int = 1
    start_month: int = 1


@dataclass(frozen=True, slots=True)
class Rolling:
    """The last `length`, at any time."""

    length: Milliseconds


@dataclass(frozen=True, slots=True)
class Lifetime:
    """All time."""


@dataclass(frozen=True, slots=True)
class PerRun:
    """One run of an agent, whose account is forgotten once nothing was held on it for `idle`."""

    idle: Milliseconds


Window: TypeAlias = Calendar | Rolling | Lifetime | PerRun
