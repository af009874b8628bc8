"""Compiled rules over one item: verdicts.

This is where CEL's outcomes become the kernel's: an error is a verdict, never
an exception. Rules that are satisfied, and permits that are false, say
nothing and give no verdict.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Final

from interlock.cel.activation import Activation
from interlock.cel.program import Program
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.engine.funds import Funds, measured
from interlock.engine.index import Batch, Candidates, Line
from interlock.loading.compile import CompiledRule
from interlock.model.costs import CostLimits
from interlock.model.policy import PERMIT, OnError
from interlock.model.verdict import ERRORED, PERMITTED, VIOLATED, Verdict

NOT_A_BOOL: Final = "the expression is not a bool"


class DeadlineError(Exception):
    """The time that the caller gave ran out."""


def judge(
    candidates: Candidates,
    activation: Activation,
    item: str,
    *,
    costs: CostLimits,
    shared: Funds | None,
) -> list[Verdict]:
    """What the rules of `candidates` say of `item`.

    `shared` is what all expressions of the decision may cost from now on,
    where they are not sure to cost less.

    Raises:
        DeadlineError: `time.monotonic_ns()` passed `activation.until`.
    """
    said: list[Verdict] = []
    funds = () if shared is None else (shared,)
    for batch in candidates.open:
        said += (
            _sieved(batch, activation, item) if shared is None else _ask(batch.lines, activation, item, funds)
        )
    for compiled, lines in candidates.guarded:
        own = activation.extended(compiled.variables)
        is_tight = compiled.policy.name in candidates.tight
        ours = (*funds, Funds(costs.policy)) if is_tight else funds
        applies = True if compiled.when is None else outcome(compiled.when, own, ours)
        if applies is True:
            said += _ask(lines, own, item, ours)
        elif applies is not False:
            # Nobody knows whether the policy applies: every rule of it is errored.
            said += [_errored(line, item, f"match.when: {applies}") for line in lines]
    return said


def _sieved(batch: Batch, activation: Activation, item: str) -> list[Verdict]:
    _keep(activation.until)
    found, failed = batch.sieve(activation)
    said = [_spoken(batch.lines[number].rule, activation, item) for number in found]
    if failed:
        said += _ask([batch.lines[number] for number in failed], activation, item, ())
    return said


def _ask(lines: Iterable[Line], activation: Activation, item: str, funds: Sequence[Funds]) -> list[Verdict]:
    said: list[Verdict] = []
    for line in lines:
        _keep(activation.until)
        said_by_rule = outcome(line.rule.program, activation, funds)
        if said_by_rule is line.silent:
            continue
        if isinstance(said_by_rule, bool):
            said.append(_spoken(line.rule, activation, item))
        else:
            said.append(_errored(line, item, said_by_rule))
    return said


def _keep(until: int | None) -> None:
    """Raises DeadlineError past `until`."""
    if until is not None and time.monotonic_ns() > until:
        raise DeadlineError


def outcome(program: Program, activation: Activation, funds: Sequence[Funds] = ()) -> bool | str:
    """What `program` evaluates to: true, false, or what went wrong; it is paid for out of `funds`."""
    try:
        value = measured(program, activation, funds) if funds else program.evaluate(activation)
    except (EvaluationError, LimitExceeded) as error:
        return str(error)
    return value if value is True or value is False else NOT_A_BOOL


def _spoken(rule: CompiledRule, activation: Activation, item: str) -> Verdict:
    if rule.id.effect is PERMIT:
        return Verdict(rule=rule.id, outcome=PERMITTED, item=item)
    return Verdict(
        rule=rule.id,
        outcome=VIOLATED,
        item=item,
        message=_message(rule, activation),
        remedy=rule.rule.remedy,
    )


def _message(rule: CompiledRule, activation: Activation) -> str:
    """The rule's message; the fixed one where the computed one fails."""
    if rule.message is not None:
        try:
            value = rule.message.evaluate(activation)
        except (EvaluationError, LimitExceeded):
            value = None
        if isinstance(value, str) and value.strip():
            return value.strip()
    return rule.rule.message or f"failed: {rule.rule.expression.text.strip()}"


def _errored(line: Line, item: str, error: str) -> Verdict:
    return Verdict(
        rule=line.rule.id,
        outcome=ERRORED,
        item=item,
        message=f"could not be evaluated: {error}",
        remedy=line.rule.rule.remedy,
        error=error,
        ignored=line.compiled.policy.on_error is OnError.IGNORE,
    )
