"""The document kind Budget: how much of what an account may use."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, PlainValidator, Strict, WithJsonSchema

from interlock.loading.kinds.amounts import US_DOLLARS, Currency, DurationText
from interlock.loading.kinds.common import AtLeastOne, Envelope, Metadata, Shape, Text, broken_rule
from interlock.loading.kinds.policy import MatchShape
from interlock.model.budget import OnExceed, Unit
from interlock.model.window import Period

WINDOWS = ("calendar", "rolling", "lifetime", "run")
"""The sorts of windows, of which a budget has one."""


def _amount(value: object) -> object:
    # Which texts are amounts depends on the unit, which decoding knows.
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise broken_rule("must be a whole number, or a text such as `250.00` or `40h`")
    return value


Amount = Annotated[
    int | str,
    PlainValidator(_amount),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string"}]}),
]
Percentage = Annotated[int, Field(ge=1, le=100)]


class CalendarShape(Shape):
    """A window that starts and ends by the clock and calendar of a place."""

    every: Annotated[Period, Strict(strict=False)]
    """How long a window is."""

    time_zone: Text = "UTC"
    """The IANA time zone whose clock counts, such as `Europe/Berlin`."""

    start_day: Annotated[int, Field(ge=1, le=28)] = 1
    """The day that windows start on: of the month, or of the week, where 1 is Monday."""

    start_month: Annotated[int, Field(ge=1, le=12)] = 1
    """The month that a year, and the first of its quarters, starts with."""


class RunWindowShape(Shape):
    """One window for each run."""

    idle: DurationText = 24 * 60 * 60 * 1000
    """After how long without a request a run is forgotten."""


class WindowShape(Shape):
    """Over which time an account's use is counted: exactly one of these."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [window]} for window in WINDOWS]})

    calendar: CalendarShape | None = None
    """From one date to the next."""

    rolling: DurationText | None = None
    """Always the latest stretch of this length."""

    lifetime: Literal[True] | None = None
    """For ever."""

    run: RunWindowShape | None = None
    """As long as a run lasts."""


class BurstShape(Shape):
    """How much may be used within a short time."""

    limit: Amount
    """The most that may be used in any time of that length."""

    within: DurationText
    """The length of time."""


class UnitLimitShape(Shape):
    """How much of one unit an account has in a window."""

    unit: Annotated[Unit, Strict(strict=False)]
    """What is counted."""

    limit: Amount
    """How much: a whole number; of `cost` money such as "250.00"; of `gpuTime` device time such as `40h`."""

    assume: Amount | None = None
    """What a request uses at most that does not say; without it, such a request is denied."""

    burst: BurstShape | None = None
    """A lower limit for a shorter time."""


class BudgetSpec(Shape):
    """Who may use how much."""

    description: Text
    """What the budget is for."""

    match: MatchShape = MatchShape()
    """The Intents that draw on it."""

    key: Text = ""
    """A CEL expression, a text, of the account that an Intent draws on; without it all draw on one."""

    window: WindowShape
    """Over which time use is counted."""

    limits: AtLeastOne[UnitLimitShape]
    """How much there is of each unit."""

    currency: Currency = US_DOLLARS
    """The currency of limits of `cost`: USD, or one that the PolicySet has a rate of."""

    warn_at: Percentage | None = None
    """From which percentage of a limit on whoever asks is warned."""

    notify_at: Percentage | None = None
    """From which percentage of a limit on the operators are told, once."""

    on_exceed: Annotated[OnExceed, Strict(strict=False)] = OnExceed.DENY
    """What becomes of a request that does not fit."""


class BudgetDocument(Envelope[Metadata]):
    """Accounts, and how much of what they may use."""

    kind: Literal["Budget"]
    """The kind of document."""

    spec: BudgetSpec
    """Who may use how much."""
