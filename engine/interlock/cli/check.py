"""`interlock check`: what would be decided on these documents."""

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from interlock.cel.environment import Evaluator
from interlock.cli.moment import NowOption, instant
from interlock.cli.policies import EvaluatorOption, loaded
from interlock.cli.render import ALLOWED, DENIED, console, in_one_line, line, reason, report, subject, visible
from interlock.cli.requests import Answered, answers
from interlock.cli.status import Status
from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.engine.document import Decided, decide_document


class Output(StrEnum):
    """How decisions are written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"


def check(
    policies: Annotated[Path, typer.Argument(metavar="POLICIES", help="A policy file, or a folder of them.")],
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="INPUT", help="Files and folders of what is to be decided; - reads standard input."
        ),
    ],
    output: Annotated[
        Output, typer.Option(help="A table for people; json, or jsonl with one decision a line, for programs.")
    ] = Output.TABLE,
    now: NowOption = None,
    evaluator: EvaluatorOption = Evaluator.INTERLOCK,
) -> None:
    """Decide on manifests, AdmissionReviews and gateway requests.

    Exits with 0 if all are allowed, 1 if one is denied, and 2 if anything
    can't be read, loaded or understood.
    """
    engine = Engine(loaded([policies], evaluator))
    at = instant(now)
    found, problems = answers(inputs, lambda document: decide_document(engine, document, now=at))
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


def _write(output: Output, decided: Sequence[dict[str, Any]]) -> None:
    if output is Output.TABLE:
        _write_table(decided)
    elif output is Output.JSON:
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
    for each in decision["patches"]:
        out.print(line(("default: ", "cyan"), _default(each), indent=2))
    for each in decision["warnings"]:
        out.print(line(("warning: ", "yellow"), reason(each), indent=2))
    for each in decision["waived"]:
        out.print(line(("waived: ", "cyan"), reason(each), f" (waiver {each['waiver']})", indent=2))


def _default(patch: dict[str, Any]) -> str:
    """What was added where, and who asked for it."""
    value = json.dumps(patch["value"], ensure_ascii=False)
    return visible(f"{'.'.join(patch['path'])} = {value} ({', '.join(patch['policies'])})")


def _write_counts(out: Console, decided: Sequence[dict[str, Any]]) -> None:
    allowed = sum(entry["decision"]["decision"] == "allow" for entry in decided)
    noun = "document" if len(decided) == 1 else "documents"
    out.print(line(f"{len(decided)} {noun}: {allowed} allowed, {len(decided) - allowed} denied"))
