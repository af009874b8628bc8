"""`interlock explain`: why a decision is what it is."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from interlock.cli.cluster import ClusterOption, described
from interlock.cli.explained import explained
from interlock.cli.explanation import written
from interlock.cli.moment import NowOption, instant
from interlock.cli.output import TextOutput
from interlock.cli.render import ALLOWED, DENIED, console, line, report, subject, visible
from interlock.cli.requests import Answered, answers
from interlock.cli.status import Status
from interlock.engine import Engine
from interlock.engine.document import decide_document
from interlock.engine.explain import explain as explained_by
from interlock.engine.explanation import Explanation
from interlock.loading.policyset import load


@dataclass(frozen=True, slots=True)
class Why:
    """The explanation of one document, and what it is about."""

    document: str
    explanation: Explanation


def explain(  # noqa: PLR0913, PLR0917 - each is an option of the command
    policies: Annotated[Path, typer.Argument(metavar="POLICIES", help="A policy file, or a folder of them.")],
    given: Annotated[
        Path, typer.Argument(metavar="INPUT", help="The file of what is decided; - reads standard input.")
    ],
    output: Annotated[
        TextOutput, typer.Option(help="Text for people, or json for programs.")
    ] = TextOutput.TEXT,
    shows_all: Annotated[  # noqa: FBT002  # an option of the command
        bool, typer.Option("--all", help="Show rules that apply and say nothing, too.")
    ] = False,
    cluster: ClusterOption = None,
    now: NowOption = None,
) -> None:
    """Explain a decision: every rule that determines it, with the value of each sub-expression.

    Exits like `interlock check`: with 0 if all is allowed, 1 if something is
    denied, and 2 if anything can't be read, loaded or understood.
    """
    engine = Engine(load([policies]))
    at = instant(now)
    there = described(cluster)

    def why(document: dict[str, Any]) -> Why:
        asked = there.request(document)
        decided = decide_document(engine, asked, now=at, around=there.around(asked))
        explanation = explained_by(engine.policies, decided.intent, decided.decision, decided.request)
        return Why(subject(decided.intent), explanation)

    found, problems = answers([given], why)
    write = _write_json if output is TextOutput.JSON else _write_text
    write(found, shows_all=shows_all)
    report(problems)
    if problems:
        raise typer.Exit(Status.BROKEN)
    if not all(each.answer.explanation.decision.allowed for each in found):
        raise typer.Exit(Status.FAILED)


def _write_json(found: Iterable[Answered[Why]], *, shows_all: bool) -> None:
    entries = [
        {
            "source": each.place,
            "document": each.answer.document,
            **explained(each.answer.explanation, shows_all=shows_all),
        }
        for each in found
    ]
    typer.echo(json.dumps(entries, indent=2, ensure_ascii=False))


def _write_text(found: Iterable[Answered[Why]], *, shows_all: bool) -> None:
    out = console()
    for number, each in enumerate(found):
        if number:
            out.print()
        explanation = each.answer.explanation
        verdict = ALLOWED if explanation.decision.allowed else DENIED
        out.print(line(verdict, f"  {each.answer.document}  ", (f"({visible(each.place)})", "dim")))
        for text in written(explanation, shows_all=shows_all):
            out.print(text)
