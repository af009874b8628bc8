"""Decisions of a log, decided again."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from interlock.decisionlog.codes import ReasonCode
from interlock.decisionlog.difference import Difference, apart_from_digests, differences
from interlock.decisionlog.entry import Entry
from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.engine.document import decide_as_it_stands, decide_document
from interlock.foreign.known import Known
from interlock.model.intent import Intent

_UNENFORCED: Final = frozenset({"warnings", "audits", "tried", "untried"})
_TAKEN: Final = frozenset({"hold"})
"""What was taken because of a decision, and is taken once."""


class Comparison(Enum):
    """How a decision stands to the one in the log."""

    SAME = auto()
    DIFFERS = auto()

    NOT_COMPARED = auto()
    """The logged one had failed or run out of time, and what failed is not in the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """The record of a logged decision, that of the decision now, and what differs.

    Where another policy set decided than does now, `changes` leave out digests,
    which differ by that alone.
    """

    intent: Intent
    was: dict[str, Any]
    now: dict[str, Any]
    changes: tuple[Difference, ...]

    @property
    def is_of_same_set(self) -> bool:
        """Whether the same policy set decided both."""
        return bool(self.was["policySet"] == self.now["policySet"])

    @property
    def comparison(self) -> Comparison:
        """Whether the decisions are the same."""
        if _had_failed(self.was):
            return Comparison.NOT_COMPARED
        return Comparison.DIFFERS if self.changes else Comparison.SAME


def replay(engine: Engine, entry: Entry) -> Replayed:
    """What `engine` decides of what `entry` was made of, at its time.

    Raises:
        RequestError: no Intent can be read from its document.
    """
    decide = decide_document if entry.mutates else decide_as_it_stands
    around = Known(entry.surroundings)
    decided = decide(engine, entry.document, now=entry.now, balances=entry.balances, around=around)
    was, now = entry.decision, record(decided.decision)
    return Replayed(intent=decided.intent, was=was, now=now, changes=_changes(_without(was, _TAKEN), now))


def _changes(was: dict[str, Any], now: dict[str, Any]) -> tuple[Difference, ...]:
    is_of_same_set = was["policySet"] == now["policySet"]
    if "untried" in was and was["untried"] != now.get("untried"):
        # As with decisions, what failed, such as time, is not in the log.
        was, now = _without(was, _UNENFORCED), _without(now, _UNENFORCED)
    if is_of_same_set:
        return differences(was, now)
    return differences(apart_from_digests(was), apart_from_digests(now))


def _without(recorded: dict[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    return {field: said for field, said in recorded.items() if field not in fields}


def _had_failed(was: dict[str, Any]) -> bool:
    reasons = was.get("reasons")
    return isinstance(reasons, list) and any(
        isinstance(reason, dict) and reason.get("code") == ReasonCode.FAILED for reason in reasons
    )
