"""What was expected beside what came: pure, over the stable JSON of a decision.

A test reads what users read, so what it pins down is what they rely on.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from interlock.decisionlog.changes import changes
from interlock.documents.nodes import Path
from interlock.model.patch import spelled
from interlock.policytest.shapes import ExpectShape, PatchShape, ReasonShape

_LISTS: Final = ("reasons", "warnings", "audits", "waived", "patches")
_DUES: Final = ("obligations", "advice")
_CONTAINED: Final = frozenset({"message", "remedy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An expectation that did not hold; `place` is where it stands below its case."""

    place: Path
    expected: str
    came: str


def failures(expect: ExpectShape, decided: dict[str, Any]) -> tuple[Failure, ...]:
    """Every expectation that the record `decided` does not meet, in the order of the document."""
    return (
        *_of_decision(expect, decided),
        *(f for name in _LISTS for f in _of_list(name, expect, decided)),
        *(f for name in _DUES for f in _of_dues(name, expect, decided)),
        *_of_annotations(expect, decided),
    )


def _of_decision(expect: ExpectShape, decided: dict[str, Any]) -> Iterator[Failure]:
    if expect.decision and expect.decision != decided["decision"]:
        came = f"{decided['decision']}{_because(decided['reasons'])}"
        yield Failure(place=("expect", "decision"), expected=f"decision {expect.decision}", came=came)


def _of_list(name: str, expect: ExpectShape, decided: dict[str, Any]) -> Iterator[Failure]:
    entries: list[dict[str, Any]] = list(changes(decided)) if name == "patches" else decided[name]
    wanted: tuple[ReasonShape | PatchShape, ...] = getattr(expect, name)
    came = "; ".join(map(written, entries)) or "none"
    for number, reason in enumerate(wanted):
        if not any(_fits(reason, entry) for entry in entries):
            expected = f"{name} with {_described(reason)}"
            yield Failure(place=("expect", name, number), expected=expected, came=came)
    if expect.exactly:
        for entry in entries:
            if not any(_fits(reason, entry) for reason in wanted):
                place = ("expect", name) if wanted else ("expect", "exactly")
                yield Failure(place=place, expected=f"no other {name}", came=written(entry))


def _of_dues(name: str, expect: ExpectShape, decided: dict[str, Any]) -> Iterator[Failure]:
    if name not in expect.model_fields_set:
        return
    given: dict[str, Any] = getattr(expect, name)
    # The order of names means nothing, and nor does how often one of them is listed.
    wanted = {
        key: sorted(set(value)) if isinstance(value, list) else value for key, value in sorted(given.items())
    }
    came = {due["name"]: due["value"] for due in decided[name]}
    # Python takes True for 1, and JSON does not.
    if json.dumps(wanted) != json.dumps(came):
        yield Failure(place=("expect", name), expected=f"{name} {_dues(wanted)}", came=_dues(came))


def _of_annotations(expect: ExpectShape, decided: dict[str, Any]) -> Iterator[Failure]:
    wanted, came = expect.audit_annotations, decided.get("auditAnnotations", {})
    if "audit_annotations" in expect.model_fields_set and wanted != came:
        place = ("expect", "auditAnnotations")
        yield Failure(place=place, expected=f"audit annotations {_dues(wanted)}", came=_dues(came))


def _dues(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {json.dumps(value)}" for name, value in values.items()) or "none"


def _fits(wanted: ReasonShape | PatchShape, entry: dict[str, Any]) -> bool:
    """Whether `entry` has every field that `wanted` gives."""
    if isinstance(wanted, PatchShape):
        return _is_same_place(wanted, entry) and _is_same_value(wanted, entry)
    return all(
        value in str(entry.get(field, "")) if field in _CONTAINED else value == entry.get(field)
        for field, value in _given(wanted)
    )


def _is_same_place(wanted: PatchShape, entry: dict[str, Any]) -> bool:
    # Where Kubernetes' policies name a place, digits may be a key or an index.
    if "kind" in entry:
        return [*map(str, wanted.path)] == [*map(str, entry["path"])]
    return bool(list(wanted.path) == entry["path"])


def _is_same_value(wanted: PatchShape, entry: dict[str, Any]) -> bool:
    if wanted.removed or "value" not in entry:
        return wanted.removed and "value" not in entry
    # Python takes True for 1, and JSON does not.
    return json.dumps(wanted.value, sort_keys=True) == json.dumps(entry["value"], sort_keys=True)


def _given(reason: ReasonShape) -> list[tuple[str, str]]:
    return [(field, getattr(reason, field)) for field in type(reason).model_fields if getattr(reason, field)]


def _described(wanted: ReasonShape | PatchShape) -> str:
    if isinstance(wanted, PatchShape):
        now = "removed" if wanted.removed else json.dumps(wanted.value)
        return f"`{spelled(wanted.path)}` = {now}"
    return ", ".join(
        f"{field} containing `{value}`" if field in _CONTAINED else f"{field} `{value}`"
        for field, value in _given(wanted)
    )


def _because(reasons: Sequence[dict[str, Any]]) -> str:
    return f": {'; '.join(map(written, reasons))}" if reasons else ""


def written(entry: dict[str, Any]) -> str:
    """One entry of a decision in one line: code, layer, whose rule, item and message; of a patch its value."""
    if "code" not in entry:
        now = json.dumps(entry["value"]) if "value" in entry else "removed"
        return f"{spelled(tuple(entry['path']))} = {now}"
    named = [entry[field] for field in ("policy", "rule", "binding") if field in entry]
    rule = "/".join(named)
    words = (entry["code"], entry.get("layer", ""), rule, entry.get("item", ""))
    head = " ".join(word for word in words if word)
    return f"{head}: {entry['message']}" if entry.get("message") else head
