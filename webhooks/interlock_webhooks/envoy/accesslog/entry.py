"""One line of an access log, as far as it is about a hold. Pure."""

from msgspec import Struct, field

from interlock.checks.ending import Ending
from interlock.checks.holds import HoldText, Name, Used


class Entry(Struct, frozen=True, kw_only=True):
    """That a request is over, and what became of it. `model` and `provider` say by whose prices it costs."""

    hold: HoldText
    ending: Ending
    used: Used = field(default_factory=Used)
    model: Name | None = None
    provider: Name | None = None
