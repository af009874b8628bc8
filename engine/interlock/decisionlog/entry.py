"""One line of a decision log: a decision, and all that it was made of.

A decision is a pure function of policy set, document, time and balances. An
entry has the last three, so whoever has a policy set can decide again.
docs/reference/decision-log.md describes it. Knows nothing of files.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Self

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from interlock.decisionlog.record import record
from interlock.errors import OperatorError
from interlock.instants import instant_of, rfc3339
from interlock.model.balances import UNTOUCHED, Balances
from interlock.model.decision import Decision
from interlock.model.surroundings import NOWHERE, Surroundings
from interlock.units import Instant

MAX_ENTRY: Final = 16 * 1024 * 1024
"""Bytes of a line: room for the largest document that is decided, and for what is said of it."""

MAX_DEPTH: Final = 128
"""Levels of a document and of a record: more than any document has that is decided."""

_LONGEST_SHOWN: Final = 200


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A decision's record, the document as it came, and what else the decision rests on.

    `mutates` says whether the policies' changes were made to the object before
    it was decided. A field that is not known is refused: the decision may rest on it.
    """

    decision: dict[str, Any]
    mutates: bool
    balances: Balances
    document: dict[str, Any]
    surroundings: Surroundings = NOWHERE
    """What Kubernetes' policies looked at beside the document."""
    repeats: bool = False
    """Whether an answer was only given again: what it rests on has the entry of the first time."""

    @classmethod
    def of(cls, decision: Decision, document: dict[str, Any], *, mutates: bool) -> Self:
        """The entry of `decision`, which was made on `document`."""
        uses = {each.waiver: each.left for each in decision.uses}
        balances = replace(decision.found, uses=uses)
        return cls(
            decision=record(decision),
            mutates=mutates,
            balances=balances,
            document=document,
            surroundings=NOWHERE if decision.kubernetes is None else decision.kubernetes.seen,
        )

    @classmethod
    def again(cls, recorded: dict[str, Any], document: dict[str, Any], *, mutates: bool) -> Self:
        """The entry of an answer that is given again to `document`, as it was `recorded`."""
        return cls(decision=recorded, mutates=mutates, balances=UNTOUCHED, document=document, repeats=True)

    @property
    def now(self) -> Instant:
        """The time that was decided for."""
        return _instant(self.decision["time"])


_ENTRY: Final = msgspec.json.Decoder(Entry)


def encode_entry(entry: Entry) -> bytes:
    """`entry` as one line of JSON, its end included.

    Raises:
        OperatorError: the line is longer than any that is read.
    """
    line = msgspec.json.encode(entry) + b"\n"
    if len(line) > MAX_ENTRY:
        raise OperatorError(f"a decision takes {len(line)} bytes in the decision log: {MAX_ENTRY} is the most")
    return line


def decode_entry(line: bytes) -> Entry:
    """The entry that `line` holds.

    Raises:
        OperatorError: it holds none.
    """
    try:
        entry = _ENTRY.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable(_lowered(str(error)[:_LONGEST_SHOWN])) from None
    except RecursionError:
        raise _too_deep() from None
    if _is_too_deep(entry):
        raise _too_deep()
    _check_record(entry.decision)
    return entry


def _check_record(recorded: dict[str, Any]) -> None:
    """Raise unless `recorded` says what was decided, when, and by which policy set."""
    if recorded.get("decision") not in ("allow", "deny"):
        raise _unreadable("`decision.decision` must be `allow` or `deny`")
    if not isinstance(recorded.get("policySet"), str):
        raise _unreadable("`decision.policySet` must be a text")
    try:
        _instant(recorded.get("time"))
    except (TypeError, ValueError):
        raise _unreadable("`decision.time` must be a time such as `2026-07-01T00:00:00.000Z`") from None


def _instant(text: Any) -> Instant:  # noqa: ANN401  # raw JSON
    """The instant that `rfc3339` writes as `text`. TypeError or ValueError where there is none."""
    instant = instant_of(datetime.fromisoformat(text))
    if rfc3339(instant) != text:
        raise ValueError(text)
    return instant


def _is_too_deep(entry: Entry) -> bool:
    around = entry.surroundings
    objects = [found for each in around.params for found in each.objects]
    level: list[Any] = [entry.decision, entry.document, *objects, *filter(None, around.namespaces.values())]
    for _ in range(MAX_DEPTH):
        level = [part for whole in level for part in _parts(whole) if isinstance(part, dict | list)]
    return bool(level)


def _parts(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _lowered(message: str) -> str:
    """`message` as ours begin; an abbreviation stays."""
    return message if message[1:2].isupper() else message[:1].lower() + message[1:]


def _too_deep() -> OperatorError:
    return _unreadable(f"nests deeper than {MAX_DEPTH} levels")


def _unreadable(reason: str) -> OperatorError:
    return OperatorError(f"not an entry of a decision log: {reason}")
