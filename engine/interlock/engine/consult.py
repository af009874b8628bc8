"""Every rule and limit of a policy set over every item of one Intent, the silent ones too.

Decisions need only the rules that speak, and find them faster; explanations
and test coverage need all of them. The meaning of a rule's value is the same.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from interlock.cel.activation import Activation
from interlock.cel.program import Program
from interlock.cel.values import Timestamp
from interlock.engine.judge import outcome
from interlock.engine.limits import measure
from interlock.loading.compiled import CompiledLimit, CompiledPolicy, CompiledRule
from interlock.model.area import items, path
from interlock.model.intent import Intent
from interlock.model.limit import Bound
from interlock.model.seen import NOTHING_SEEN, Seen
from interlock.units import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """One rule or limit over one item.

    `is_considered` says whether the policy is about Intents of this action and
    kind, and `applies` what its whole match says: true, false, or what went
    wrong in its condition. `value` is what the rule's expression evaluates to,
    and of a limit whether all is within its `bound`: true, false, or what went
    wrong; where the policy does not apply it is false and means nothing.
    """

    compiled: CompiledPolicy
    rule: CompiledRule | CompiledLimit
    item: str
    activation: Activation
    is_considered: bool
    applies: bool | str
    value: bool | str
    bound: Bound | None = None

    @property
    def is_speaking(self) -> bool:
        """Whether the rule denies or permits."""
        return self.applies is True and self.value is self.rule.id.effect.speaking

    @property
    def program(self) -> Program:
        """What was asked: the rule's condition, or what the limit measures."""
        return self.rule.programs[0]

    @property
    def error(self) -> str:
        """What went wrong, or nothing."""
        if isinstance(self.applies, str):
            return self.applies
        return self.value if isinstance(self.value, str) else ""


def consult(
    policies: Iterable[CompiledPolicy], intent: Intent, now: Instant, seen: Seen = NOTHING_SEEN
) -> Iterator[Consulted]:
    """What each rule of each of `policies` has to say of each item of its area in `intent`."""
    shared = activation_of(intent, now, seen)
    for compiled in policies:
        area = compiled.policy.area
        is_considered = compiled.policy.match.covers(intent["action"], intent["kind"])
        for number, member in enumerate(items(area, intent)):
            own = shared.extended(compiled.variables)
            own[area.variable] = member
            applies = is_considered and _applies(compiled, own)
            for rule in compiled.rules_and_limits:
                value, bound = _asked(rule, own) if applies is True else (False, None)
                yield Consulted(
                    compiled=compiled,
                    rule=rule,
                    item=path(area, number),
                    activation=own,
                    is_considered=is_considered,
                    applies=applies,
                    value=value,
                    bound=bound,
                )


def activation_of(intent: Intent, now: Instant, seen: Seen = NOTHING_SEEN) -> Activation:
    """The variables that every expression can read."""
    activation = Activation(
        intent=intent,
        object=intent["object"],
        now=Timestamp(now * 1_000_000),
        budgets=seen.budgets,
        run=seen.run,
    )
    activation.whole = intent if seen is NOTHING_SEEN else [intent, seen.budgets, seen.run]
    return activation


def _applies(compiled: CompiledPolicy, activation: Activation) -> bool | str:
    return True if compiled.when is None else outcome(compiled.when, activation)


def _asked(rule: CompiledRule | CompiledLimit, activation: Activation) -> tuple[bool | str, Bound | None]:
    if isinstance(rule, CompiledRule):
        return outcome(rule.program, activation), None
    found = measure(rule, activation)
    return (found, None) if isinstance(found, str) else (not found.excess, found.bound)
