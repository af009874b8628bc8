"""Who used what, as a table, as CSV, as JSON and as charges of FOCUS."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TextIO

from interlock.analysis.consumption import Consumption, consumed_by, total
from interlock.analysis.focus import COLUMNS, Period, period_of, rows
from interlock.analysis.focus import FACTS as FOCUS_FACTS
from interlock.cli.columns import columns
from interlock.cli.render import console, in_one_line, line
from interlock.cli.spreadsheet import write_csv
from interlock.engine.facts import FACTS
from interlock.errors import OperatorError
from interlock.instants import instant_of, rfc3339
from interlock.ledger.answers import Settlement
from interlock.ledger.decimals import decimal_of, shifted
from interlock.spelling import quoted, suggestion
from interlock.units import Instant

DEFAULT_BY: Final = "team,model"

_USD: Final = 12
_SECONDS: Final = 9
_HOURS: Final = 6
_FIELDS: Final = ("calls", "tokens", "inputTokens", "outputTokens", "costUsd", "gpuHours", "gpuSeconds")
_SHOWN: Final = ("calls", "tokens", "costUsd", "gpuHours")

Consumed = dict[tuple[str, ...], Consumption]


class ReportOutput(StrEnum):
    """For people a table; for programs JSON, CSV, and CSV with the columns of FOCUS."""

    TABLE = "table"
    CSV = "csv"
    FOCUS = "focus"
    JSON = "json"


def facts_named(by: str) -> tuple[str, ...]:
    """The facts in `by`, a list with commas.

    Raises:
        OperatorError: no hold has such a fact.
    """
    named = tuple(dict.fromkeys(filter(None, (name.strip() for name in by.split(",")))))
    for name in named:
        if name not in FACTS:
            raise OperatorError(f"`--by` has {quoted(name)}, which no hold says: {suggestion(name, FACTS)}")
    return named


def month_of(at: Instant) -> Instant:
    """When the month that `at` is in started, in UTC."""
    day = datetime.fromtimestamp(at // 1000, UTC)
    return instant_of(day.replace(day=1, hour=0, minute=0, second=0, microsecond=0))


def write_report(  # noqa: PLR0913, PLR0917 - what a report is of
    out: TextIO,
    output: ReportOutput,
    facts: tuple[str, ...],
    settlements: Iterable[Settlement],
    start: Instant,
    end: Instant,
) -> None:
    """Write who used what of `settlements`, which are all from `start` until `end`, by `facts`."""
    if output is ReportOutput.FOCUS:
        write_csv(out, _charges(facts, settlements, start, end))
        return
    consumed = consumed_by(settlements, lambda each: _values(each, facts))
    match output:
        case ReportOutput.TABLE:
            _write_table(facts, consumed, start, end)
        case ReportOutput.CSV:
            write_csv(out, _cells(facts, consumed))
        case ReportOutput.JSON:
            # Escaped, so that no fact is obeyed by a terminal.
            out.write(json.dumps(_document(facts, consumed, start, end), indent=2) + "\n")


def _values(settled: Settlement, facts: Iterable[str]) -> tuple[str, ...]:
    return tuple([settled.facts.get(name, "") for name in facts])


def _charges(
    facts: tuple[str, ...], settlements: Iterable[Settlement], start: Instant, end: Instant
) -> Iterator[list[str]]:
    names = tuple(dict.fromkeys((*FOCUS_FACTS, *facts)))

    def whose(each: Settlement) -> tuple[Period, tuple[str, ...]]:
        return period_of(each.at, start, end), _values(each, names)

    consumed = consumed_by(settlements, whose)
    yield list(COLUMNS)
    for (period, values), used in sorted(consumed.items(), key=lambda each: (each[0][0].start, each[0][1])):
        for charge in rows(period, dict(zip(names, values, strict=True)), used):
            yield [charge[column] for column in COLUMNS]


def _amounts(used: Consumption) -> dict[str, str]:
    """All exact, but for hours."""
    return {
        "calls": decimal_of(used.calls),
        "tokens": decimal_of(used.tokens),
        "inputTokens": decimal_of(used.input_tokens),
        "outputTokens": decimal_of(used.output_tokens),
        "costUsd": shifted(used.cost, _USD),
        "gpuHours": shifted(used.gpu_hours, _HOURS),
        "gpuSeconds": shifted(used.gpu_time, _SECONDS),
    }


def _ordered(consumed: Consumed) -> list[tuple[tuple[str, ...], Consumption]]:
    """Who used most first."""
    return sorted(
        consumed.items(), key=lambda each: (-each[1].cost, -each[1].tokens, -each[1].gpu_time, each[0])
    )


def _cells(facts: tuple[str, ...], consumed: Consumed) -> Iterator[list[str]]:
    yield [*facts, *_FIELDS]
    for values, used in _ordered(consumed):
        yield [*values, *_amounts(used).values()]


def _document(facts: tuple[str, ...], consumed: Consumed, start: Instant, end: Instant) -> dict[str, Any]:
    groups: list[Mapping[str, Any]] = [
        {"by": dict(zip(facts, values, strict=True)), **_amounts(used)} for values, used in _ordered(consumed)
    ]
    everything = _amounts(total(consumed.values()))
    return {"from": rfc3339(start), "to": rfc3339(end), "groups": groups, "total": everything}


def _write_table(facts: tuple[str, ...], consumed: Consumed, start: Instant, end: Instant) -> None:
    out = console()
    head = [*facts, *_SHOWN]
    told = [
        [in_one_line(value) or "-" for value in values] + _shown(used) for values, used in _ordered(consumed)
    ]
    last = ["total", *[""] * len(facts)][: len(facts)] + _shown(total(consumed.values()))
    for text in columns([head, *told, last], numbers=frozenset(range(len(facts), len(head)))):
        out.print(text)
    out.print(line(f"settled from {rfc3339(start)} until {rfc3339(end)}"))


def _shown(used: Consumption) -> list[str]:
    amounts = _amounts(used)
    return [amounts[field] for field in _SHOWN]
