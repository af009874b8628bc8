"""Compiled rules over one item: verdicts.

This is where CEL's outcomes become the kernel's: an error is a verdict, never
an exception.
"""

from collections.abc import Iterator

from interlock.cel.program import Activation, Program
from interlock.cel.values import EvaluationError, LimitExceeded
from interlock.loading.compile import CompiledPolicy, CompiledRule
from interlock.model.policy import Effect, OnError
from interlock.model.verdict import Outcome, Verdict

NOT_A_BOOL = "the expression is not a bool"

_SPEAKS = {Effect.REQUIRE: False, Effect.FORBID: True, Effect.PERMIT: True}
"""The value of each effect's expression that says something; the other one is silent."""


def judge(compiled: CompiledPolicy, activation: Activation, item: str) -> Iterator[Verdict]:
    """The verdicts of a policy's rules that say something of `item`.

    Satisfied rules and permits that are false say nothing. Where the match's
    `when` fails, nobody knows whether the policy applies: every rule of it
    is errored.
    """
    if compiled.when is not None:
        applies = outcome(compiled.when, activation)
        if applies is False:
            return
        if applies is not True:
            for rule in compiled.rules:
                yield _errored(compiled, rule, item, f"match.when: {applies}")
            return
    for rule in compiled.rules:
        value = outcome(rule.program, activation)
        if value is _SPEAKS[rule.id.effect]:
            yield _spoken(rule, activation, item)
        elif value is not True and value is not False:
            yield _errored(compiled, rule, item, value)


def outcome(program: Program, activation: Activation) -> bool | str:
    """What `program` evaluates to: true, false, or what went wrong."""
    try:
        value = program.evaluate(activation)
    except (EvaluationError, LimitExceeded) as error:
        return str(error)
    return value if value is True or value is False else NOT_A_BOOL


def _spoken(rule: CompiledRule, activation: Activation, item: str) -> Verdict:
    if rule.id.effect is Effect.PERMIT:
        return Verdict(rule=rule.id, outcome=Outcome.PERMITTED, item=item)
    return Verdict(
        rule=rule.id,
        outcome=Outcome.VIOLATED,
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


def _errored(compiled: CompiledPolicy, rule: CompiledRule, item: str, error: str) -> Verdict:
    return Verdict(
        rule=rule.id,
        outcome=Outcome.ERRORED,
        item=item,
        message=f"could not be evaluated: {error}",
        remedy=rule.rule.remedy,
        error=error,
        ignored=compiled.policy.on_error is OnError.IGNORE,
    )
