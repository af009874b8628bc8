"""What a case says was there before its request: how accounts stand, and what its run did."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from interlock.engine.history import imagined
from interlock.identity import AccountName, RunId
from interlock.loading.kinds.amounts import DurationText
from interlock.loading.kinds.common import Many, Name, Shape
from interlock.model.balances import Balances, Standing
from interlock.model.intent import Intent
from interlock.model.seen import Call
from interlock.policytest.around import AroundShape
from interlock.units import Instant

Count = Annotated[int, Field(ge=0, le=2**50)]


class AccountShape(Shape):
    """How one account stands, in whole units: micro-USD of `cost`, milliseconds of `gpuTime`."""

    budget: Name
    """The budget's name."""

    unit: str
    """The unit."""

    key: str = ""
    """Whose account it is."""

    spent: Count = 0
    """What is spent of it."""

    held: Count = 0
    """What is held of it."""


class CallShape(Shape):
    """A request that the run made before."""

    action: str = ""
    """What it was, such as `tool.call`."""

    name: str = ""
    """The tool or the model."""

    server: str = ""
    """The tool's server."""

    class_name: str = Field(default="", alias="class")
    """Its class."""

    digest: str = ""
    """What tells it from requests that are not the same."""


class RunShape(Shape):
    """What the run of the request did before; the input has to name the run in `caller.run`."""

    turns: Count = 0
    """Calls to models."""

    tool_calls: Count = 0
    """Calls of tools."""

    depth: Count = 0
    """Runs above it."""

    repeated: Count = 0
    """How often exactly this request was made."""

    context_tokens: Count = 0
    """Tokens that the last call to a model read."""

    wall_time: DurationText = 0
    """How long ago the run began."""

    calls: Many[CallShape] = ()
    """Its requests, the latest last."""


class GivenShape(AroundShape):
    """What was there before the request, and what is around it; what is left out is untouched."""

    accounts: Many[AccountShape] = ()
    """How accounts stand."""

    run: RunShape | None = None
    """What the run of the request did."""


def balances_of(given: GivenShape, intent: Intent, now: Instant) -> Balances:
    """What the decision on `intent` finds."""
    accounts = {
        AccountName(f"{each.budget}/{each.unit}/{each.key}"): Standing(each.spent, 0, each.held)
        for each in given.accounts
    }
    runs = (
        {}
        if given.run is None or "run" not in intent
        else {RunId(intent["run"]["id"]): _text(given.run, intent, now)}
    )
    return Balances(accounts=accounts, runs=runs)


def _text(run: RunShape, intent: Intent, now: Instant) -> str:
    return imagined(
        {
            "id": intent["run"]["id"],
            "turns": run.turns,
            "toolCalls": run.tool_calls,
            "depth": run.depth,
            "repeated": run.repeated,
            "contextTokens": run.context_tokens,
            "wallTime": run.wall_time,
            "calls": list(_calls(run)),
        },
        intent,
        now,
    )


def _calls(run: RunShape) -> Iterator[Call]:
    for each in run.calls:
        yield {
            "action": each.action,
            "name": each.name,
            "server": each.server,
            "class": each.class_name,
            "digest": each.digest,
            "at": 0,
        }
