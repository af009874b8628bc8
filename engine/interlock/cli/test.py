"""`interlock test`: policy unit tests, run and reported."""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from interlock.cel.environment import Evaluator
from interlock.cli.policies import EvaluatorOption, loaded
from interlock.cli.render import console, in_one_line, line, visible
from interlock.cli.status import Status
from interlock.errors import OperatorError
from interlock.policytest.coverage import ExpressionCoverage, RuleCoverage, ValidationCoverage
from interlock.policytest.junit import junit
from interlock.policytest.read import read_suites
from interlock.policytest.run import Report, Trial, run
from interlock.policytest.suite import Case, Suite
from interlock.spelling import quoted


def run_tests(
    policies: Annotated[
        list[Path],
        typer.Argument(metavar="POLICIES", help="Test files, and folders with tests beside policies."),
    ],
    junit_file: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write the report as JUnit XML too.")
    ] = None,
    wanted: Annotated[
        str,
        typer.Option("--filter", metavar="TEXT", help="Run only cases whose `suite: case` contains this text."),
    ] = "",
    coverage: Annotated[  # noqa: FBT002  # an option of the command
        bool,
        typer.Option(
            "--coverage", help="List how often each rule was true, false or failed, and branches never taken."
        ),
    ] = False,
    evaluator: EvaluatorOption = Evaluator.INTERLOCK,
) -> None:
    """Run the policy tests that lie beside the policies.

    Exits with 0 if all cases pass, 1 if one fails, and 2 if tests or policies
    can't be loaded, or there is nothing to run.
    """
    found = run(read_suites(policies), _chosen(wanted), partial(loaded, evaluator=evaluator))
    if not found.trials:
        raise OperatorError(f"no case contains {quoted(wanted)}: choose another `--filter`")
    _write(found, is_partial=bool(wanted))
    if coverage:
        _write_coverage(found)
    if junit_file is not None:
        junit_file.write_text(junit(found), encoding="utf-8")
    if any(trial.failures for trial in found.trials):
        raise typer.Exit(Status.FAILED)


def _chosen(wanted: str) -> Callable[[Suite, Case], bool]:
    text = wanted.casefold()
    return lambda suite, case: text in f"{suite.name}: {case.name}".casefold()


def _write(found: Report, *, is_partial: bool) -> None:
    out = console()
    suites = 0
    for suite, group in groupby(found.trials, key=lambda trial: trial.suite):
        suites += 1
        _write_suite(out, suite, tuple(group))
    cases = "1 case" if len(found.trials) == 1 else f"{len(found.trials)} cases"
    out.print(line(f"{cases} in {suites} {'suite' if suites == 1 else 'suites'}: {_counts(found.trials)}"))
    silent = [] if is_partial else [each for each in found.coverage if not each.is_exercised]
    for each in silent:
        out.print(line(("never exercised: ", "yellow"), _rule(each)))
    untried = [] if is_partial else [each for each in found.validations if not each.failures]
    for untold in untried:
        out.print(line(("never exercised: ", "yellow"), _validation(untold)))


def _write_suite(out: Console, suite: Suite, trials: tuple[Trial, ...]) -> None:
    failed = [trial for trial in trials if trial.failures]
    mark = ("✗ ", "bold red") if failed else ("✓ ", "green")
    out.print(line(mark, suite.name, f"  {_counts(trials)}  ", (f"({visible(suite.span.file)})", "dim")))
    for trial in failed:
        out.print(line(("✗ ", "bold red"), in_one_line(trial.case.name), indent=1))
        for failure in trial.failures:
            span = trial.case.span(*failure.place)
            out.print(line(visible(f"{span.file}:{span.line}"), indent=3))
            out.print(line("expected  ", in_one_line(failure.expected), indent=4))
            out.print(line("came      ", in_one_line(failure.came), indent=4))


def _counts(trials: tuple[Trial, ...]) -> str:
    failed = sum(bool(trial.failures) for trial in trials)
    passed = f"{len(trials) - failed} passed"
    return f"{passed}, {failed} failed" if failed else passed


def _write_coverage(found: Report) -> None:
    out = console()
    out.print(line("coverage: how often each rule was true, false or failed"))
    names = [*map(_name, found.coverage), *map(_numbered, found.validations)]
    width = max(map(len, names), default=0)
    for each in found.coverage:
        counts = f"true {each.true}, false {each.false}, errors {each.errors}"
        out.print(line(f"{_name(each):{width}}  {counts}", indent=1))
    for told in found.validations:
        out.print(line(f"{visible(_numbered(told)):{width}}  not true {told.failures}", indent=1))
    _write_branches(out, found.branches)


def _write_branches(out: Console, expressions: Iterable[ExpressionCoverage]) -> None:
    found = tuple(expressions)
    taken, missed = sum(each.taken for each in found), sum(len(each.missed) for each in found)
    if found:
        out.print(line(f"branches: {taken} of {taken + missed} taken"))
    for each in found:
        if each.missed:
            out.print(line(visible(f"{each.policy}/{each.clause}"), indent=1))
        for branch in each.missed:
            never = (f"never {str(branch.value).lower()}: ", "yellow")
            place = (visible(f"  ({branch.span})"), "dim")
            out.print(line(never, in_one_line(branch.condition), place, indent=2))


def _name(coverage: RuleCoverage) -> str:
    return f"{coverage.rule.policy}/{coverage.rule.rule}"


def _numbered(coverage: ValidationCoverage) -> str:
    return f"{coverage.policy}/validations[{coverage.index}]"


def _validation(coverage: ValidationCoverage) -> str:
    return visible(f"{_numbered(coverage)}  ({coverage.span.file}:{coverage.span.line})")


def _rule(coverage: RuleCoverage) -> str:
    span = coverage.rule.span
    return visible(f"{_name(coverage)}  ({span.file}:{span.line})")
