"""What a decision on an object says of each rule that was asked about it. Pure.

The words are those of OpenReports (openreports.io/v1alpha1, `ReportResult`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from interlock.decisionlog.codes import ReasonCode

_ENGINE: Final = "interlock"


class Result(StrEnum):
    """What became of a rule, the gravest first."""

    FAIL = "fail"
    """It would deny."""

    ERROR = "error"
    """It can't be evaluated."""

    WARN = "warn"
    """It would deny, if its policy were enforced."""

    SKIP = "skip"
    """A waiver lifts what it says."""

    PASS = "pass"  # noqa: S105 - no password
    """It has nothing against the object."""


_GRAVITY: Final = {result: place for place, result in enumerate(Result)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule says of one object; `category` is its area, `layer` whose authority it has."""

    result: Result
    policy: str
    rule: str
    layer: str = ""
    category: str = ""
    message: str = ""


def findings(recorded: Mapping[str, Any], asked: Iterable[Finding]) -> tuple[Finding, ...]:
    """What the record of a decision says of each rule, and of the rules that were `asked` and say nothing.

    Each rule is there once, with the gravest that it says of any item; the gravest rules come first.
    """
    found: dict[tuple[str, str, str], Finding] = {}
    for each in (*_said(recorded), *asked):
        key = (each.layer, each.policy, each.rule)
        known = found.get(key)
        if known is None or _GRAVITY[each.result] < _GRAVITY[known.result]:
            found[key] = each
    return tuple(sorted(found.values(), key=lambda each: (_GRAVITY[each.result], each.policy, each.rule)))


def _said(recorded: Mapping[str, Any]) -> Iterator[Finding]:
    for reason in recorded["reasons"]:
        is_error = reason["code"] in {ReasonCode.ERRORED, ReasonCode.FAILED} or "error" in reason
        yield _finding(Result.ERROR if is_error else Result.FAIL, reason)
    for entry in (*recorded["warnings"], *recorded["audits"]):
        yield _finding(Result.WARN, entry)
    for entry in recorded["errors"]:
        yield _finding(Result.ERROR, entry)
    for entry in recorded["waived"]:
        yield _finding(Result.SKIP, entry, f"waived by `{entry['waiver']}`")


def _finding(result: Result, entry: Mapping[str, Any], said: str = "") -> Finding:
    """What `entry` says; where it is of no rule, what else it is of stands for one."""
    policy = entry.get("policy") or ", ".join(entry.get("policies", ())) or entry.get("budget")
    return Finding(
        result=result,
        policy=str(policy or entry.get("layer") or _ENGINE),
        rule=str(entry.get("rule") or entry.get("binding") or entry.get("area") or entry["code"]),
        layer=str(entry.get("layer", "")),
        category=str(entry.get("area", "")),
        message=said or str(entry.get("message") or entry.get("error") or entry["code"]),
    )
