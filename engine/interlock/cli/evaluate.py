"""`interlock eval`: one expression, tried out."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from interlock.cel.activation import Activation
from interlock.cel.cost.meter import Meter
from interlock.cel.environment import Environment
from interlock.cel.explanation.picture import picture
from interlock.cel.explanation.trace import trace
from interlock.cel.frontend import RejectedError
from interlock.cel.libraries.kubernetes.versions import mutation_libraries
from interlock.cel.literals import problems
from interlock.cel.program import Program
from interlock.cel.rewriting.partial import Partial
from interlock.cel.text.literal import literal
from interlock.cel.text.unparse import unparse
from interlock.cel.tree import Path as FieldPath
from interlock.cel.types import DYN
from interlock.cel.values import EvaluationError, LimitExceeded, type_of
from interlock.cli.moment import NowOption, instant
from interlock.cli.release import ReleaseOption, release_of
from interlock.cli.render import console, in_one_line, line, visible
from interlock.cli.status import Status
from interlock.cli.tries import Try, over_input, over_variables
from interlock.errors import AuthorError, OperatorError
from interlock.model.area import Area
from interlock.spans import typed_in


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
    unknown: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Print what is left of the expression where this, such as intent.models, is unknown.",
        ),
    ] = None,
    traced: Annotated[  # noqa: FBT002  # an option of the command
        bool, typer.Option("--trace", help="Show the expression with its values under it, and its cost.")
    ] = False,
    kubernetes: ReleaseOption = None,
    now: NowOption = None,
) -> None:
    """Evaluate an expression and print its value and type.

    Expressions over an input read `intent`, `object`, `now` and the item of
    the area, such as `tool`. Exits with 0, with 1 on an evaluation error, and
    with 2 if the expression does not compile or the input can't be understood.
    """
    if given is not None and variables:
        raise OperatorError("`--input` and `--var` exclude each other: give one of them")
    if given is None and (policies is not None or area is not Area.INTENT):
        raise OperatorError("`--area` and `--policies` say how to read an input: give `--input`, too")
    at = instant(now)
    left = [tuple(path.split(".")) for path in unknown or ()]
    named = [*(f"{path[0]}=null" for path in left), *(variables or ())]
    trial = over_variables(named, at) if given is None else over_input(given, policies, area, at)
    release = release_of(kubernetes)
    scope = trial.scope if release is None else replace(trial.scope, libraries=mutation_libraries(release))
    program = _compile(scope, expression)
    if left:
        for each in trial.tries:
            _show_residual(program, each, left)
        return
    shown = [_show(program, each, traced=traced) for each in trial.tries]
    if not all(shown):
        raise typer.Exit(Status.FAILED)


def _compile(scope: Environment, expression: str) -> Program:
    """The program of `expression`; its problems point into it."""
    if any("\ud800" <= character <= "\udfff" for character in expression):
        raise OperatorError("the expression is not UTF-8: check the terminal's encoding")
    source = typed_in(expression)
    try:
        program = scope.compile(source)
    except RejectedError as error:
        wrong = list(error.problems)
    else:
        wrong = problems(source, program.node, program.functions)
        if not wrong:
            return program
    rows = [*expression.split("\n"), ""]
    raise AuthorError(
        replace(problem, line=rows[min(problem.span.line, len(rows)) - 1]) for problem in wrong
    ) from None


def _show(program: Program, each: Try, *, traced: bool) -> bool:
    """Print what `program` evaluates to; whether it evaluates at all."""
    out = console()
    prefix = _prefix(each)
    error = ""
    try:
        value = program.evaluate(each.activation)
        out.print(line(prefix, visible(literal(value)), (f"  {_type(program, value)}", "dim")))
    except (EvaluationError, LimitExceeded) as raised:
        error = str(raised)
    if traced:
        for row in picture(trace(program, each.activation)):
            out.print(line(visible(row), indent=1))
        out.print(line(f"cost {_cost(program, each.activation):,}", indent=1))
    if error:
        typer.echo(f"{prefix}evaluation error: {in_one_line(error)}", err=True)
    return not error


def _show_residual(program: Program, each: Try, unknown: Iterable[FieldPath]) -> None:
    """Print what is left of `program` where the parts at `unknown` are."""
    partial = Partial(program.functions, program.repeated, each.activation, frozenset(unknown))
    console().print(line(_prefix(each), visible(unparse(partial.reduce(program.node)))))


def _prefix(each: Try) -> str:
    return f"{visible(each.label)}: " if each.label else ""


def _cost(program: Program, activation: Activation) -> int:
    meter = Meter(limit=program.guard.limit)
    with suppress(EvaluationError, LimitExceeded):
        program.measure(activation, meter)
    return meter.total


def _type(program: Program, value: Any) -> str:  # noqa: ANN401  # a CEL value is any value
    """The type that the checker inferred, or that of the value where it inferred none."""
    found = type_of(value) if program.type == DYN else program.type
    return str(found).replace("interlock.", "")
