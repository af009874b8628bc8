"""What expressions see beside the Intent: how its accounts stand, and what its run did before."""

from typing import Final

from msgspec import Struct
from typing_extensions import TypedDict


class Headroom(TypedDict):
    """How one account that the request draws on stands without it, in whole units."""

    budget: str
    unit: str
    key: str
    limit: int
    spent: int
    held: int
    left: int
    usedPercent: int


Call = TypedDict(
    "Call",
    {"action": str, "name": str, "server": str, "class": str, "digest": str, "at": int},
)
"""A request of a run that was allowed: the model or the tool that it called, and when, in milliseconds.

`digest` is equal where all that was asked is.
"""


class History(TypedDict):
    """What the run did before this request: calls to models and tools, the latest last, at most 64.

    `depth` is how many runs are above it, `repeated` how often exactly this was
    asked before, `contextTokens` what the last call to a model read, and `wallTime`
    the milliseconds since the run began. Of a request of no run all is empty.
    """

    id: str
    turns: int
    toolCalls: int
    depth: int
    repeated: int
    contextTokens: int
    wallTime: int
    calls: list[Call]


class Seen(Struct, frozen=True):
    """Both."""

    budgets: list[Headroom]
    run: History


NO_RUN: Final[History] = {
    "id": "",
    "turns": 0,
    "toolCalls": 0,
    "depth": 0,
    "repeated": 0,
    "contextTokens": 0,
    "wallTime": 0,
    "calls": [],
}
NOTHING_SEEN: Final = Seen([], NO_RUN)
