"""What is remembered of a run from one allowed request to the next. Pure.

A run is kept in the ledger as a text that only this module reads. It is
written in the same step as the holds of the request, and only where nobody
else has written it since it was read: requests of one run are decided one
after the other, however many come at once.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from interlock.digests import digest_of
from interlock.identity import RunId
from interlock.model.area import Area, items
from interlock.model.intent import Action, Intent
from interlock.model.seen import NO_RUN, Call, History
from interlock.units import Instant, Milliseconds

IDLE: Final = Milliseconds(24 * 60 * 60 * 1000)
"""After how long without an allowed request a run is forgotten."""

MOST_CALLS: Final = 64
_MOST_DIGESTS: Final = 256
_LONGEST_NAME: Final = 256
_LONGEST_DIGEST: Final = len("sha256:") + 16

_MODELS: Final = frozenset({Action.MODEL_CHAT, Action.MODEL_EMBED})


class Remembered(Struct, frozen=True, rename="camel", omit_defaults=True):
    """A run so far; `asked` is how often each digest was, the latest last."""

    began: Instant
    depth: int = 0
    turns: int = 0
    tool_calls: int = 0
    context_tokens: int = 0
    asked: dict[str, int] = {}
    calls: list[dict[str, Any]] = []


_decoder: Final = msgspec.json.Decoder(Remembered)


def runs_of(intent: Intent) -> tuple[RunId, ...]:
    """The run of `intent`, and the one that started it."""
    if "run" not in intent:
        return ()
    run = intent["run"]
    return (RunId(run["id"]), *((RunId(run["parent"]),) if "parent" in run else ()))


def history(intent: Intent, states: Mapping[RunId, str], now: Instant) -> History:
    """What the run of `intent` did before, where runs are remembered as in `states`."""
    if "run" not in intent:
        return NO_RUN
    before = _before(intent, states, now)
    return {
        "id": intent["run"]["id"],
        "turns": before.turns,
        "toolCalls": before.tool_calls,
        "depth": before.depth,
        "repeated": before.asked.get(_digest(intent), 0),
        "contextTokens": before.context_tokens,
        "wallTime": max(now - before.began, 0),
        "calls": [_call(each) for each in before.calls],
    }


def gone_on(intent: Intent, states: Mapping[RunId, str], now: Instant) -> str:
    """What is to be remembered of the run of `intent` once that was allowed."""
    before = _before(intent, states, now)
    digest, action = _digest(intent), intent["action"]
    asked = {each: count for each, count in before.asked.items() if each != digest}
    asked[digest] = before.asked.get(digest, 0) + 1
    is_turn = action in _MODELS
    after = replace(
        before,
        turns=before.turns + is_turn,
        tool_calls=before.tool_calls + (action == Action.TOOL_CALL),
        context_tokens=intent["usage"].get("inputTokens", 0) if is_turn else before.context_tokens,
        asked=dict(list(asked.items())[-_MOST_DIGESTS:]),
        calls=[*before.calls, {**_called(intent), "digest": digest, "at": now}][-MOST_CALLS:],
    )
    return msgspec.json.encode(after).decode()


def imagined(seen: History, intent: Intent, now: Instant) -> str:
    """What is remembered of a run of which `intent` sees what is `seen`."""
    remembered = Remembered(
        began=Instant(now - seen["wallTime"]),
        depth=seen["depth"],
        turns=seen["turns"],
        tool_calls=seen["toolCalls"],
        context_tokens=seen["contextTokens"],
        asked={_digest(intent): seen["repeated"]},
        calls=[dict(call) for call in seen["calls"]],
    )
    return msgspec.json.encode(remembered).decode()


def _before(intent: Intent, states: Mapping[RunId, str], now: Instant) -> Remembered:
    run = intent["run"]
    text = states.get(RunId(run["id"]))
    if text:
        return _decoder.decode(text)
    if "parent" not in run:
        return Remembered(began=now)
    above = states.get(RunId(run["parent"]))
    # A parent that nobody remembers is one all the same.
    return Remembered(began=now, depth=1 + (_decoder.decode(above).depth if above else 0))


_CALLED: Final[dict[str, Area]] = {Action.TOOL_CALL: Area.TOOLS, Action.RESOURCE_ACCESS: Area.RESOURCES}
_NAMING: Final[dict[Area, dict[str, str]]] = {
    Area.MODELS: {"name": "name", "class": "class"},
    Area.TOOLS: {"name": "name", "class": "class", "server": "server"},
    Area.RESOURCES: {"name": "id", "class": "type"},
}
"""What a call has of the item that is called, and where the item has it."""


def _called(intent: Intent) -> dict[str, Any]:
    """What is called or accessed: of several models or tools the first."""
    area = _CALLED.get(intent["action"], Area.MODELS)
    found = {"action": intent["action"]}
    for item in items(area, intent)[:1]:
        found |= {key: str(item[of])[:_LONGEST_NAME] for key, of in _NAMING[area].items()}
    return found


def _call(kept: dict[str, Any]) -> Call:
    return {"action": "", "name": "", "server": "", "class": "", "digest": "", "at": 0} | kept  # type: ignore[return-value]


def _digest(intent: Intent) -> str:
    return digest_of([intent["action"], intent["object"]])[:_LONGEST_DIGEST]
