"""Conditions that are always true or always false, and calls that always fail."""

from collections.abc import Iterator

from interlock.analysis.finding import Finding, Severity
from interlock.cel.cost.charges import Charges
from interlock.cel.cost.meter import Meter
from interlock.cel.cost.tariff import tariff
from interlock.cel.explanation.coverage import branches
from interlock.cel.interpreter.interpret import interpret
from interlock.cel.ir import Call, Const, Node
from interlock.cel.program import Program
from interlock.cel.rewriting.partial import Partial
from interlock.cel.text.unparse import unparse
from interlock.cel.tree import children, is_closed
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.spelling import quoted


def conditions(program: Program, *, decides: bool) -> Iterator[Finding]:
    """What is constant in `program` though it is written as a condition; `decides` where all of it is one."""
    folded = Partial(program.functions, program.repeated)
    found = [branch.condition for branch in branches(program.node) if branch.value]
    for condition in [program.node, *found] if decides else found:
        reduced = folded.reduce(condition)
        if isinstance(reduced, Const) and isinstance(reduced.value, bool) and reduced != condition:
            yield _finding(program, condition, f"is always {str(reduced.value).lower()}")
            if condition is program.node:
                return  # what it is made of would only repeat that


def failures(program: Program) -> Iterator[Finding]:
    """The calls in `program` that fail whatever the request is."""
    for node in _closed_calls(program.node):
        try:
            interpret(node, program.functions, program.repeated, {}, Charges(tariff(node), Meter()))
        except (EvaluationError, LimitExceeded) as error:
            yield _finding(program, node, f"always fails: {error}")


def _closed_calls(node: Node) -> Iterator[Call]:
    """The innermost calls that read nothing, from the outside in."""
    below = children(node)
    inner = [call for child in below for call in _closed_calls(child)]
    yield from inner
    if isinstance(node, Call) and not inner and is_closed(node):
        yield node


def _finding(program: Program, node: Node, what: str) -> Finding:
    return Finding(program.source.at(node.place.offset), Severity.WARNING, f"{quoted(unparse(node))} {what}")
