"""`interlock replay`: what the decisions of a log would be now."""

import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, BinaryIO, Final

import typer

from interlock.analysis.replay import Comparison, replay
from interlock.cel.environment import Evaluator
from interlock.cli.differences import write_differences, write_tally
from interlock.cli.output import TableOutput
from interlock.cli.policies import EvaluatorOption, loaded
from interlock.cli.render import console, report
from interlock.cli.replayed import Placed, Tally, detail
from interlock.cli.status import Status
from interlock.decisionlog.read import Logged, read_log
from interlock.engine import Engine
from interlock.errors import OperatorError, Problem, RequestError
from interlock.spans import Span

_STDIN: Final = Path("-")
_MOST_PROBLEMS: Final = 100


def replay_log(
    log: Annotated[Path, typer.Argument(metavar="LOG", help="A decision log; - reads standard input.")],
    policies: Annotated[Path, typer.Argument(metavar="POLICIES", help="A policy file, or a folder of them.")],
    output: Annotated[
        TableOutput,
        typer.Option(help="A table for people; json, or jsonl with one difference a line, for programs."),
    ] = TableOutput.TABLE,
    evaluator: EvaluatorOption = Evaluator.INTERLOCK,
) -> None:
    """Decide again what a log has, each decision at its own time, and say what differs.

    Exits with 0 if nothing differs, 1 if a decision does, and 2 if anything
    can't be read, loaded or understood.
    """
    engine = Engine(loaded([policies], evaluator))
    tally = Tally()
    with _opened(log) as stream:
        _write(output, _differences(engine, _entries(log, stream), tally), tally)
    report(tally.problems)
    if tally.problems:
        raise typer.Exit(Status.BROKEN)
    if tally.of(Comparison.DIFFERS):
        raise typer.Exit(Status.FAILED)


def _opened(log: Path) -> AbstractContextManager[BinaryIO]:
    if log == _STDIN:
        return nullcontext(sys.stdin.buffer)
    # Opening a pipe or a device could wait forever.
    if log.exists() and not log.is_file():
        raise OperatorError(f"`{log}` is no regular file: name a decision log")
    return log.open("rb")


def _entries(log: Path, stream: BinaryIO) -> Iterator[Logged | Problem]:
    """What is in the log. One without entries is a problem: nothing can be said of it."""
    file = "<stdin>" if log == _STDIN else str(log)
    is_empty = True
    for each in read_log(stream, file):
        is_empty = False
        yield each
    if is_empty:
        yield Problem(Span(file, 1, 1), "no decision here: give a log with one")


def _differences(engine: Engine, entries: Iterator[Logged | Problem], tally: Tally) -> Iterator[Placed]:
    """The decisions that differ, in the order of the log. `tally` learns of all, each once."""
    for each in entries:
        if isinstance(each, Logged) and each.entry.repeats:
            continue
        replayed = each if isinstance(each, Problem) else _replayed(engine, each)
        tally.add(replayed)
        if isinstance(replayed, Placed) and replayed.replayed.comparison is Comparison.DIFFERS:
            yield replayed
        if len(tally.problems) == _MOST_PROBLEMS:
            last = tally.problems[-1].span
            tally.add(Problem(last, f"{_MOST_PROBLEMS} lines can't be used up to here: nothing below is read"))
            return


def _replayed(engine: Engine, logged: Logged) -> Placed | Problem:
    try:
        return Placed(replay(engine, logged.entry), logged.span)
    except RequestError as error:
        return Problem(logged.span, str(error))


def _write(output: TableOutput, differences: Iterator[Placed], tally: Tally) -> None:
    if output is TableOutput.TABLE:
        write_differences(console(), differences)
        write_tally(console(), tally)
    elif output is TableOutput.JSON:
        details = list(map(detail, differences))
        typer.echo(json.dumps({**tally.told(), "differences": details}, indent=2, ensure_ascii=False))
    else:
        for difference in differences:
            typer.echo(json.dumps(detail(difference), ensure_ascii=False))
