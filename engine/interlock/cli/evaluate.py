"""`interlock eval`: one expression, tried out."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.frontend import RejectedError
from interlock.cel.literal import literal
from interlock.cel.picture import picture
from interlock.cel.program import Activation, Program
from interlock.cel.trace import trace
from interlock.cel.types import DYN, TIMESTAMP
from interlock.cel.values import EvaluationError, LimitExceeded, Timestamp, type_of
from interlock.cli.moment import NowOption, instant
from interlock.cli.render import console, in_one_line, line, visible
from interlock.cli.requests import Answered, answers
from interlock.cli.status import Status
from interlock.engine.consult import activation_of
from interlock.errors import AuthorError, OperatorError, RequestError
from interlock.intents.bounds import check_bounds
from interlock.intents.context import ExtractionContext
from interlock.intents.extract import extract
from interlock.loading.catalogs import shipped
from interlock.loading.compile import environments
from interlock.loading.libraries import with_newest
from interlock.loading.policyset import PolicySet, load
from interlock.model.area import Area, items, path
from interlock.model.intent import Intent
from interlock.model.labels import DEFAULT_LABELS
from interlock.spans import typed_in
from interlock.spelling import quoted
from interlock.units import Instant

_NOW: Final = "now"


@dataclass(frozen=True, slots=True)
class Try:
    """Values to evaluate with, and what to call them where there are several."""

    label: str
    values: Mapping[str, Any]


def evaluate(  # noqa: PLR0913, PLR0917  # each is an option of the command
    expression: Annotated[str, typer.Argument(metavar="EXPRESSION", help="A CEL expression.")],
    given: Annotated[
        Path | None,
        typer.Option(
            "--input",
            metavar="FILE",
            help="Evaluate over the Intent of every document here; - reads standard input.",
        ),
    ] = None,
    area: Annotated[
        Area, typer.Option(help="Evaluate once for every item of this area of the Intent.")
    ] = Area.INTENT,
    variables: Annotated[
        list[str] | None, typer.Option("--var", metavar="NAME=JSON", help="A variable, instead of an Intent.")
    ] = None,
    policies: Annotated[
        Path | None,
        typer.Option(
            help="Read the catalog and the labels of these policies for the Intent, and their libraries."
        ),
    ] = None,
    traced: Annotated[  # noqa: FBT002  # an option of the command
        bool, typer.Option("--trace", help="Show what each sub-expression evaluates to.")
    ] = False,
    now: NowOption = None,
) -> None:
    """Evaluate an expression and print its value and type.

    Expressions over an input read `intent`, `now` and the item of the area,
    such as `tool`. Exits with 0, with 1 on an evaluation error, and with 2 if
    the expression does not compile or the input can't be understood.
    """
    if given is not None and variables:
        raise OperatorError("`--input` and `--var` exclude each other: give one of them")
    if given is None and (policies is not None or area is not Area.INTENT):
        raise OperatorError("`--area` and `--policies` say how to read an input: give `--input`, too")
    at = instant(now)
    if given is None:
        named = dict(map(_variable, variables or ()))
        scope = _dynamic(named)
        tries = [Try("", {**named, _NOW: Timestamp(at * 1_000_000)})]
    else:
        loaded = None if policies is None else load([policies])
        scope = environments()[area] if loaded is None else with_newest(environments()[area], loaded.libraries)
        tries = _tries(_requests(given, loaded), area, at)
    program = _compile(scope, expression)
    shown = [_show(program, each, traced=traced) for each in tries]
    if not all(shown):
        raise typer.Exit(Status.FAILED)


def _variable(text: str) -> tuple[str, Any]:
    """Name and value of `name=JSON`."""
    name, equals, written = text.partition("=")
    if not equals or not name.isidentifier():
        raise OperatorError(f"`--var` is {quoted(text)}: give a name and its JSON value, such as `x=[1, 2]`")
    if name == _NOW:
        raise OperatorError(f"`--var {name}` can't be used: give the time with `--now`")
    try:
        value = json.loads(written)
        check_bounds(value)
    except (ValueError, RecursionError):
        raise OperatorError(f"`--var {name}` is {quoted(written)}: this is no JSON, quote texts") from None
    except RequestError as error:
        raise OperatorError(f"`--var {name}` can't be used: {error}") from None
    return name, value


def _dynamic(named: Iterable[str]) -> Environment:
    """Variables that may be anything, and `now`."""
    sure = {_NOW: TIMESTAMP}
    return Environment(declare([]), {**dict.fromkeys(named, DYN), **sure}, sure)


def _requests(given: Path, loaded: PolicySet | None) -> tuple[Answered[Intent], ...]:
    context = ExtractionContext(shipped(), DEFAULT_LABELS)
    if loaded is not None:
        context = ExtractionContext(loaded.catalog, loaded.labels)
    found, problems = answers([given], lambda document: extract(document, context))
    if problems:
        raise AuthorError(problems)
    return found


def _tries(found: Iterable[Answered[Intent]], area: Area, at: Instant) -> list[Try]:
    tries = [
        Try(f"{request.place} {path(area, number)}", {**activation_of(request.answer, at), area.variable: item})
        for request in found
        for number, item in enumerate(items(area, request.answer))
    ]
    if not tries:
        raise OperatorError(f"the input has nothing of area `{area}`: choose another `--area`")
    return tries if len(tries) > 1 else [replace(tries[0], label="")]


def _compile(scope: Environment, expression: str) -> Program:
    """The program of `expression`; its problems point into it."""
    if any("\ud800" <= character <= "\udfff" for character in expression):
        raise OperatorError("the expression is not UTF-8: check the terminal's encoding")
    try:
        return scope.compile(typed_in(expression))
    except RejectedError as error:
        rows = [*expression.split("\n"), ""]
        raise AuthorError(
            replace(problem, line=rows[min(problem.span.line, len(rows)) - 1]) for problem in error.problems
        ) from None


def _show(program: Program, each: Try, *, traced: bool) -> bool:
    """Print what `program` evaluates to; whether it evaluates at all."""
    out = console()
    activation = Activation(each.values)
    prefix = f"{visible(each.label)}: " if each.label else ""
    error = ""
    try:
        value = program.evaluate(activation)
        out.print(line(prefix, visible(literal(value)), (f"  {_type(program, value)}", "dim")))
    except (EvaluationError, LimitExceeded) as raised:
        error = str(raised)
    if traced:
        for row in picture(trace(program, activation)):
            out.print(line(visible(row), indent=1))
    if error:
        typer.echo(f"{prefix}evaluation error: {in_one_line(error)}", err=True)
    return not error


def _type(program: Program, value: Any) -> str:  # noqa: ANN401  # a CEL value is any value
    """The type that the checker inferred, or that of the value where it inferred none."""
    found = type_of(value) if program.type == DYN else program.type
    return str(found).replace("interlock.", "")
