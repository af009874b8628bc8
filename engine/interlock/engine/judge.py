"""Compiled rules and limits over one item: verdicts.

This is where CEL's outcomes become the kernel's: an error is a verdict, never
an exception. Rules that are satisfied, and permits that are false, say
nothing and give no verdict.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from interlock.cel.activation import Activation
from interlock.cel.program import Program
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.engine.funds import Funds, SharedFunds, UndecidableError, measured
from interlock.engine.index import Batch, Candidates, Line
from interlock.engine.limits import measure
from interlock.loading.compile import CompiledPolicy, CompiledRule
from interlock.loading.limits import CompiledLimit
from interlock.model.costs import CostLimits
from interlock.model.policy import PERMIT, OnError
from interlock.model.verdict import ERRORED, PERMITTED, SATISFIED, VIOLATED, Verdict

NOT_A_BOOL: Final = "the expression is not a bool"


def judge(
    candidates: Candidates,
    activation: Activation,
    item: str,
    *,
    costs: CostLimits,
    shared: SharedFunds | None,
) -> list[Verdict]:
    """What the rules and limits of `candidates` say of `item`.

    `shared` is what all expressions of the decision may cost from now on,
    where they are not sure to cost less.

    Raises:
        UndecidableError: `time.monotonic_ns()` passed `activation.until`, or `shared` is overdrawn.
    """
    said: list[Verdict] = []
    funds = () if shared is None else (shared,)
    for batch in candidates.open:
        said += (
            _sieved(batch, activation, item) if shared is None else _ask(batch.lines, activation, item, funds)
        )
    for compiled, lines in candidates.guarded:
        own = activation.extended(compiled.variables)
        if compiled.policy.name in candidates.tight:
            said += _within(Funds(costs.policy), lines, compiled, own, item, funds)
        else:
            said += _guarded(lines, compiled, own, item, funds)
    return said


def _within(  # noqa: PLR0913, PLR0917  # what one policy over one item is
    fund: Funds,
    lines: Sequence[Line],
    compiled: CompiledPolicy,
    activation: Activation,
    item: str,
    funds: Sequence[Funds],
) -> list[Verdict]:
    """What the policy says of `item`; if it takes more than `fund` has, all of it is errored.

    All and not the last ones, since the order of rules means nothing.
    """
    limit = fund.left
    said = _guarded(lines, compiled, activation, item, (*funds, fund))
    if fund.is_overdrawn:
        return _all_errored(compiled, item, f"the policy costs more than {limit} over one item")
    return said


def _guarded(
    lines: Sequence[Line],
    compiled: CompiledPolicy,
    activation: Activation,
    item: str,
    funds: Sequence[Funds],
) -> list[Verdict]:
    applies = True if compiled.when is None else outcome(compiled.when, activation, funds)
    if applies is True:
        heard = _heard(lines, activation, funds)
        bounded = list(_bounded(compiled, activation, item, funds))
        # Messages come last: they are free, and what they read would be free for rules that read it after them.
        return [*_told(heard, activation, item), *bounded]
    # Nobody knows whether a policy whose condition fails applies: every rule of it is errored.
    return [] if applies is False else _all_errored(compiled, item, f"match.when: {applies}")


def _sieved(batch: Batch, activation: Activation, item: str) -> list[Verdict]:
    _keep(activation.until)
    found, failed = batch.sieve(activation)
    said = [_spoken(batch.lines[number].rule, activation, item) for number in found]
    if failed:
        said += _ask([batch.lines[number] for number in failed], activation, item, ())
    return said


def _ask(lines: Iterable[Line], activation: Activation, item: str, funds: Sequence[Funds]) -> list[Verdict]:
    return _told(_heard(lines, activation, funds), activation, item)


def _heard(
    lines: Iterable[Line], activation: Activation, funds: Sequence[Funds]
) -> list[tuple[Line, bool | str]]:
    """The lines that are not silent, each with what its rule evaluates to."""
    heard: list[tuple[Line, bool | str]] = []
    for line in lines:
        _keep(activation.until)
        said = outcome(line.rule.program, activation, funds)
        if said is not line.silent:
            heard.append((line, said))
    return heard


def _told(heard: Iterable[tuple[Line, bool | str]], activation: Activation, item: str) -> list[Verdict]:
    return [
        _spoken(line.rule, activation, item)
        if isinstance(said, bool)
        else _errored(line.compiled, line.rule, item, said)
        for line, said in heard
    ]


def _bounded(
    compiled: CompiledPolicy, activation: Activation, item: str, funds: Sequence[Funds]
) -> Iterator[Verdict]:
    """What the policy's limits say of `item`, the satisfied ones too: their bounds meet those of others."""
    for limit in compiled.limits:
        _keep(activation.until)
        found = measure(limit, activation, funds)
        if isinstance(found, str):
            yield _errored(compiled, limit, item, found)
        elif found.excess:
            yield Verdict(
                rule=limit.id,
                outcome=VIOLATED,
                item=item,
                message=limit.limit.message or found.excess,
                remedy=limit.remedy,
                bound=found.bound,
            )
        else:
            yield Verdict(rule=limit.id, outcome=SATISFIED, item=item, bound=found.bound)


def _keep(until: int | None) -> None:
    """Raises UndecidableError past `until`."""
    if until is not None and time.monotonic_ns() > until:
        raise UndecidableError("the decision ran out of time")


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
        remedy=rule.remedy,
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


def _all_errored(compiled: CompiledPolicy, item: str, error: str) -> list[Verdict]:
    return [_errored(compiled, clause, item, error) for clause in compiled.clauses]


def _errored(compiled: CompiledPolicy, clause: CompiledRule | CompiledLimit, item: str, error: str) -> Verdict:
    is_due = clause.id.effect is PERMIT and clause.id.obligations
    unknown = ", so nobody knows whether its obligations are due" if is_due else ""
    return Verdict(
        rule=clause.id,
        outcome=ERRORED,
        item=item,
        message=f"could not be evaluated{unknown}: {error}",
        remedy=clause.remedy,
        error=error,
        ignored=compiled.policy.on_error is OnError.IGNORE and not is_due,
    )
