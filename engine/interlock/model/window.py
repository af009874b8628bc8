"""Over which time a budget counts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from interlock.units import Milliseconds


class Period(StrEnum):
    """How long a window of the calendar is."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """From one date to the next, by the clock of `zone`."""

    period: Period
    zone: str
    start_day: int = 1
    start_month: int = 1


@dataclass(frozen=True, slots=True)
class Rolling:
    """The latest stretch of `length`."""

    length: Milliseconds


@dataclass(frozen=True, slots=True)
class Lifetime:
    """For ever."""


@dataclass(frozen=True, slots=True)
class PerRun:
    """As long as a run lasts, which is forgotten after `idle` without a request."""

    idle: Milliseconds


Window: TypeAlias = Calendar | Rolling | Lifetime | PerRun
