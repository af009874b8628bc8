"""Differences for people: like ones together, the first few by name."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from rich.console import Console

from interlock.analysis.replay import Comparison, Replayed
from interlock.cli.render import bounds, in_one_line, line, subject, visible
from interlock.cli.replayed import Placed, Tally
from interlock.decisionlog.difference import Difference, Kind
from interlock.model.patch import spelled

_MOST_SHOWN: Final = 3
_LONGEST_NAME: Final = 200
_LONGEST_VALUE: Final = 60
_LONGEST_LIMIT: Final = 120
_SIGNS: Final = {Kind.CAME: "+", Kind.WENT: "-", Kind.CHANGED: "~", Kind.REORDERED: "~"}
_STYLES: Final = {"allow → deny": "bold red", "deny → allow": "bold yellow"}


class _Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An entry of what limits leave."""

    of: str
    item: str
    policies: list[str]
    ceiling: int | None = None
    floor: int | None = None
    allowed: list[str] | None = None
    blocked: list[str] | None = None


@dataclass(slots=True)
class _Group:
    """Decisions in which the same changed: the first of them, and how many there are."""

    shown: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, each: Placed) -> None:
        self.size += 1
        if self.size <= _MOST_SHOWN:
            self.shown.append(f"{subject(each.replayed.intent)}  ({visible(each.place)})")


def write_differences(out: Console, differences: Iterable[Placed]) -> None:
    """Write each sort of difference once: defects first, then decisions that turned, then others."""
    groups: dict[tuple[bool, str, tuple[str, ...]], _Group] = {}
    for each in differences:
        replayed = each.replayed
        key = (replayed.is_of_same_set, _turn(replayed), tuple(_lines(replayed.changes)))
        groups.setdefault(key, _Group()).add(each)
    for key in sorted(groups, key=lambda key: (not key[0], key[1] not in _STYLES)):
        is_of_same_set, turn, lines = key
        by = " by the same policy set" if is_of_same_set else ""
        out.print(line((turn, _STYLES.get(turn, "bold")), f"{by}: {_decisions(groups[key].size)}"))
        for text in lines:
            out.print(line(text, indent=1))
        _write_members(out, groups[key])


def _write_members(out: Console, group: _Group) -> None:
    more = group.size - len(group.shown)
    for text in (*group.shown, *([f"and {more} more"] if more else [])):
        out.print(line((text, "dim"), indent=2))


def write_tally(out: Console, tally: Tally) -> None:
    """Write how many decisions are as they were."""
    for is_of_same_set, whose, meaning in (
        (True, "of this policy set", "not: a defect, or another version of Interlock decided"),
        (False, "of other policy sets", "would change"),
    ):
        same, differing = tally.compared(is_of_same_set=is_of_same_set)
        if same or differing:
            change = f", {differing} {meaning}" if differing else ""
            out.print(line(f"{_decisions(same + differing)} {whose}: {same} the same{change}"))
    if failed := tally.of(Comparison.NOT_COMPARED):
        out.print(line(f"{_decisions(failed)} not compared: failed, or out of time, when the log was written"))


def _decisions(count: int) -> str:
    return "1 decision" if count == 1 else f"{count} decisions"


def _turn(replayed: Replayed) -> str:
    was, now = replayed.was["decision"], replayed.now["decision"]
    return f"still {now}" if was == now else f"{was} → {now}"


def _lines(changes: Iterable[Difference]) -> Iterator[str]:
    """What changed, a rule that speaks of several items once. The decision itself is told above."""
    said = (
        f"{_SIGNS[each.kind]} {_cut(visible(each.field), _LONGEST_NAME)}  {_told(each)}"
        for each in changes
        if each.field != "decision"
    )
    yield from dict.fromkeys(said)


def _told(change: Difference) -> str:
    if change.field == "uses":
        return _waivers(change)
    if change.field == "limits" and (words := _limits(change)):
        return words
    match change.kind:
        case Kind.CAME:
            return _stated(change.now)
        case Kind.WENT:
            return _stated(change.was)
        case Kind.REORDERED:
            return "in another order"
        case Kind.CHANGED if keys := change.keys:
            return f"{_named(change.now)}: {', '.join(_turned(key, change) for key in keys)}"
        case Kind.CHANGED:
            return f"{_value(change.was)} → {_value(change.now)}"


def _waivers(change: Difference) -> str:
    """Whose uses they are; how many is another number in each decision."""
    found = (entry for entry in (change.was, change.now) if isinstance(entry, dict))
    names = change.keys or list(dict.fromkeys(name for entry in found for name in entry))
    return _cut(_joined(", ", *names), _LONGEST_NAME)


def _limits(change: Difference) -> str:
    """What is left of which measure, in the words of `interlock check`; nothing of what is no such entry."""
    try:
        found = [msgspec.convert(entry, _Limit) for entry in (change.was, change.now) if entry is not None]
    except msgspec.ValidationError:
        return ""
    if not found:
        return ""
    left = [
        _cut(f"{bounds(msgspec.to_builtins(each))} ({_joined(', ', *each.policies)})", _LONGEST_LIMIT)
        for each in found
    ]
    return f"{_cut(in_one_line(found[-1].of), _LONGEST_NAME)} is {' → '.join(left)}"


def _turned(key: str, change: Difference) -> str:
    """What changed in an entry: values in full, texts by the name of their field."""
    was, now = change.was.get(key), change.now.get(key)
    if isinstance(was, str) or isinstance(now, str):
        return in_one_line(key)
    return f"{in_one_line(key)} {_value(was)} → {_value(now)}"


def _stated(entry: Any) -> str:  # noqa: ANN401  # raw JSON
    """The entry by its names, and its value where it has one."""
    value = f" = {_value(entry['value'])}" if isinstance(entry, dict) and "value" in entry else ""
    return f"{_named(entry)}{value}"


def _named(entry: Any) -> str:  # noqa: ANN401  # raw JSON
    """Whose entry it is and what about, but not of which item; without names the entry itself."""
    if not isinstance(entry, dict):
        return _value(entry)
    named = [
        entry.get("code"),
        entry.get("layer"),
        _joined("/", entry.get("policy"), entry.get("rule")) or entry.get("area"),
        in_one_line(spelled(tuple(_listed(entry.get("path"))))),
        entry.get("of"),
        entry.get("name") or entry.get("obligation"),
        _joined(", ", *_listed(entry.get("policies"))),
    ]
    return _cut(_joined(" ", *named), _LONGEST_NAME) or _value(entry)


def _joined(separator: str, *parts: object) -> str:
    return separator.join(in_one_line(str(part)) for part in parts if part)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _value(value: Any) -> str:  # noqa: ANN401  # raw JSON
    return _cut(in_one_line(json.dumps(value, ensure_ascii=False)), _LONGEST_VALUE)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
