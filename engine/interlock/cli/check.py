"""`interlock check`: what would be decided on these documents."""

import json
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from interlock.cel.environment import Evaluator
from interlock.cli.cluster import ClusterOption, described
from interlock.cli.moment import NowOption, instant
from interlock.cli.output import TableOutput
from interlock.cli.policies import EvaluatorOption, loaded
from interlock.cli.render import (
    ALLOWED,
    DENIED,
    assigned,
    changed,
    console,
    due,
    in_one_line,
    limitation,
    line,
    reason,
    report,
    subject,
    visible,
)
from interlock.cli.requests import Answered, answers
from interlock.cli.status import Status
from interlock.decisionlog.changes import changes
from interlock.decisionlog.entry import Entry
from interlock.decisionlog.record import record
from interlock.decisionlog.sink import DecisionLog
from interlock.engine import Engine
from interlock.engine.document import Decided, decide_document


def check(  # noqa: PLR0913, PLR0917 - each is an option of the command
    policies: Annotated[Path, typer.Argument(metavar="POLICIES", help="A policy file, or a folder of them.")],
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="INPUT", help="Files and folders of what is to be decided; - reads standard input."
        ),
    ],
    output: Annotated[
        TableOutput,
        typer.Option(help="A table for people; json, or jsonl with one decision a line, for programs."),
    ] = TableOutput.TABLE,
    cluster: ClusterOption = None,
    now: NowOption = None,
    evaluator: EvaluatorOption = Evaluator.INTERLOCK,
    log: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Append each decision, with the document, to this decision log."),
    ] = None,
) -> None:
    """Decide on manifests, AdmissionReviews and gateway requests.

    Exits with 0 if all are allowed, 1 if one is denied, and 2 if anything
    can't be read, loaded or understood.
    """
    engine = Engine(loaded([policies], evaluator))
    at = instant(now)
    there = described(cluster)
    with DecisionLog(log) if log else nullcontext() as decisions:

        def decide(document: dict[str, Any]) -> Decided:
            asked = there.request(document)
            decided = decide_document(engine, asked, now=at, around=there.around(asked))
            if decisions is not None:
                decisions.append(Entry.of(decided.decision, asked, mutates=True))
            return decided

        found, problems = answers(inputs, decide)
    decided = [_entry(each) for each in found]
    _write(output, decided)
    report(problems)
    if problems:
        raise typer.Exit(Status.BROKEN)
    if any(entry["decision"]["decision"] != "allow" for entry in decided):
        raise typer.Exit(Status.FAILED)


def _entry(each: Answered[Decided]) -> dict[str, Any]:
    return {
        "source": each.place,
        "document": subject(each.answer.intent),
        "decision": record(each.answer.decision),
    }


def _write(output: TableOutput, decided: Sequence[dict[str, Any]]) -> None:
    if output is TableOutput.TABLE:
        _write_table(decided)
    elif output is TableOutput.JSON:
        typer.echo(json.dumps(decided, indent=2, ensure_ascii=False))
    else:
        for entry in decided:
            typer.echo(json.dumps(entry, ensure_ascii=False))


def _write_table(decided: Sequence[dict[str, Any]]) -> None:
    out = console()
    for entry in decided:
        _write_entry(out, entry)
    if decided:
        _write_counts(out, decided)


def _write_entry(out: Console, entry: dict[str, Any]) -> None:
    decision = entry["decision"]
    verdict = ALLOWED if decision["decision"] == "allow" else DENIED
    out.print(line(verdict, f"  {entry['document']}  ", (f"({visible(entry['source'])})", "dim")))
    for each in decision["reasons"]:
        out.print(line(reason(each), indent=2))
        if each.get("remedy"):
            out.print(line(("remedy: ", "bold"), in_one_line(each["remedy"]), indent=3))
    for each in _crossed(decision):
        out.print(line(("limit: ", "cyan"), limitation(each), indent=2))
    for each in changes(decision):
        out.print(line(("changed: ", "cyan"), changed(each), indent=2))
    for each in decision["obligations"]:
        out.print(line(("obligation: ", "cyan"), due(each), indent=2))
    for each in decision["advice"]:
        out.print(line(("advice: ", "cyan"), due(each), indent=2))
    for each in decision["warnings"]:
        out.print(line(("warning: ", "yellow"), reason(each), indent=2))
    for each in decision["waived"]:
        out.print(line(("waived: ", "cyan"), reason(each), f" (waiver {each['waiver']})", indent=2))
    for key, value in decision.get("auditAnnotations", {}).items():
        out.print(line(("audit annotation: ", "cyan"), assigned(key, value), indent=2))


def _crossed(decision: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What is left of measures that a reason of the denial is about."""
    about = {(each["item"], each["of"]) for each in decision["reasons"] if "of" in each}
    return (each for each in decision["limits"] if (each["item"], each["of"]) in about)


def _write_counts(out: Console, decided: Sequence[dict[str, Any]]) -> None:
    allowed = sum(entry["decision"]["decision"] == "allow" for entry in decided)
    noun = "document" if len(decided) == 1 else "documents"
    out.print(line(f"{len(decided)} {noun}: {allowed} allowed, {len(decided) - allowed} denied"))
