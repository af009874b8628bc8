"""How two records of one decision differ. Pure.

Records are JSON whose fields may be more than are known here: a list is
compared entry by entry, anything else as a whole.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec

_Record = dict[str, Any]

_NAMING: Final = (
    *("code", "layer", "area", "policy", "rule", "item", "path", "of", "name", "obligation"),
    *("budget", "unit", "key", "within", "kind", "binding", "params"),
)
"""Fields that say what an entry is about; the others say what it says of that."""


class Kind(StrEnum):
    """What became of a field or of an entry in it."""

    CAME = "came"
    WENT = "went"
    CHANGED = "changed"
    REORDERED = "reordered"
    """All entries are the same, in another order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: of `field` as a whole, or of one entry of the list that it is.

    `was` is nothing where it came, `now` where it went, and both where entries changed places.
    """

    field: str
    kind: Kind
    was: Any = None
    now: Any = None

    @property
    def keys(self) -> list[str]:
        """Of an entry that changed, the keys whose values differ."""
        if not isinstance(self.was, dict) or not isinstance(self.now, dict):
            return []
        parts = [{key: _canonical(value) for key, value in entry.items()} for entry in (self.was, self.now)]
        return [key for key in {**self.was, **self.now} if parts[0].get(key) != parts[1].get(key)]


def differences(was: _Record, now: _Record) -> tuple[Difference, ...]:
    """What makes `now` another record than `was`; nothing exactly where both have the same canonical JSON."""
    return tuple(change for field in {**was, **now} for change in _of_field(field, was, now))


def apart_from_digests(record: _Record) -> _Record:
    """`record` without what names the texts of policies, which says nothing of what they decide."""
    return {field: _without_digests(value) for field, value in record.items() if field != "policySet"}


def _without_digests(value: Any) -> Any:  # noqa: ANN401  # raw JSON
    if not isinstance(value, list):
        return value
    return [
        {key: said for key, said in entry.items() if key != "digest"} if isinstance(entry, dict) else entry
        for entry in value
    ]


def _of_field(field: str, was: _Record, now: _Record) -> Iterable[Difference]:
    if field not in was:
        return (Difference(field=field, kind=Kind.CAME, now=now[field]),)
    if field not in now:
        return (Difference(field=field, kind=Kind.WENT, was=was[field]),)
    before, after = was[field], now[field]
    if _canonical(before) == _canonical(after):
        return ()
    if isinstance(before, list) and isinstance(after, list):
        return _of_lists(field, before, after)
    return (Difference(field=field, kind=Kind.CHANGED, was=before, now=after),)


def _of_lists(field: str, was: list[Any], now: list[Any]) -> Iterator[Difference]:
    went, came = _beyond(was, now), _beyond(now, was)
    if not went and not came:
        yield Difference(field=field, kind=Kind.REORDERED)
    waiting: dict[bytes, list[Any]] = {}
    for entry in came:
        waiting.setdefault(_about(entry), []).append(entry)
    for entry in went:
        if meant := waiting.get(_about(entry)):
            yield Difference(field=field, kind=Kind.CHANGED, was=entry, now=meant.pop(0))
        else:
            yield Difference(field=field, kind=Kind.WENT, was=entry)
    for entries in waiting.values():
        for entry in entries:
            yield Difference(field=field, kind=Kind.CAME, now=entry)


def _beyond(entries: list[Any], others: list[Any]) -> list[Any]:
    """The `entries` that `others` don't have, each as often as they lack it."""
    left = Counter(map(_canonical, others))
    beyond = []
    for entry in entries:
        canonical = _canonical(entry)
        if left[canonical]:
            left[canonical] -= 1
        else:
            beyond.append(entry)
    return beyond


def _about(entry: Any) -> bytes:  # noqa: ANN401  # raw JSON
    if not isinstance(entry, dict):
        return _canonical(entry)
    return _canonical({key: entry[key] for key in _NAMING if key in entry})


def _canonical(value: Any) -> bytes:  # noqa: ANN401  # raw JSON
    """Equal for equal JSON, whatever the order of fields, and for nothing else: 1, 1.0 and true differ."""
    return msgspec.json.encode(value, order="deterministic")
