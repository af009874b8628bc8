"""Compiled rules and limits over one item: verdicts.

This is where CEL's outcomes become the kernel's: an error is a verdict, never
an exception. Rules that are satisfied, and permits that are false, say
nothing and give no verdict; a limit gives one also where it is satisfied,
because what it sets meets what others set.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from interlock.cel.activation import Activation
from interlock.cel.program import Program
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.engine.funds import Funds, SharedFunds, check_deadline, paid
from interlock.engine.index import Batch, Candidates, Line
from interlock.engine.limits import measure
from interlock.engine.verdicts import all_errored, errored, limited, spoken
from interlock.loading.compiled import CompiledPolicy
from interlock.model.costs import CostLimits
from interlock.model.verdict import Verdict

_NOT_A_BOOL: Final = "the expression is not a bool"


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
        return all_errored(compiled, item, f"the policy costs more than {limit} over one item")
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
    return [] if applies is False else all_errored(compiled, item, f"match.when: {applies}")


def _sieved(batch: Batch, activation: Activation, item: str) -> list[Verdict]:
    check_deadline(activation.until)
    found, failed = batch.sieve(activation)
    said = [spoken(batch.lines[number].rule, activation, item) for number in found]
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
        check_deadline(activation.until)
        said = outcome(line.rule.program, activation, funds)
        if said is not line.silent:
            heard.append((line, said))
    return heard


def _told(heard: Iterable[tuple[Line, bool | str]], activation: Activation, item: str) -> list[Verdict]:
    return [
        spoken(line.rule, activation, item)
        if isinstance(said, bool)
        else errored(line.compiled, line.rule, item, said)
        for line, said in heard
    ]


def _bounded(
    compiled: CompiledPolicy, activation: Activation, item: str, funds: Sequence[Funds]
) -> Iterator[Verdict]:
    """What the policy's limits say of `item`, the satisfied ones too: their bounds meet those of others."""
    for limit in compiled.limits:
        check_deadline(activation.until)
        found = measure(limit, activation, funds)
        yield errored(compiled, limit, item, found) if isinstance(found, str) else limited(limit, found, item)


def outcome(program: Program, activation: Activation, funds: Sequence[Funds] = ()) -> bool | str:
    """What `program` evaluates to: true, false, or what went wrong; it is paid for out of `funds`."""
    try:
        value = paid(program, activation, funds)
    except (EvaluationError, LimitExceeded) as error:
        return str(error)
    return value if value is True or value is False else _NOT_A_BOOL
