"""Whether a tool call that is denied without its arguments may be allowed with some: pure.

Whoever lists tools knows none. What is denied for good is what a policy says
whatever the arguments are, and whenever the call is made: expressions are
reduced by partial evaluation over all that is known, and count only where that
settles them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec.structs import replace

from interlock.cel.activation import Activation
from interlock.cel.ir import Const
from interlock.cel.program import Program
from interlock.cel.reads import reads
from interlock.cel.rewriting.partial import Partial
from interlock.cel.tree import Path, variables
from interlock.intents.check import is_without_arguments
from interlock.loading.compiled import CompiledLimit, CompiledPolicy, CompiledRule
from interlock.loading.policyset import PolicySet
from interlock.model.area import items, path
from interlock.model.decision import Decision, Demand
from interlock.model.intent import Intent
from interlock.model.policy import ENFORCE, Effect
from interlock.model.verdict import Verdict

_LATER: Final = frozenset({"now", "budgets", "run", "object"})
"""Variables whose values are those of the call, when it is made."""

_UNKNOWN: Final = frozenset(
    {
        ("tool", "arguments"),
        *(("intent", fact) for fact in ("tools", "usage", "data", "unresolved", "provenance", "object")),
    }
)
"""What arguments may change of the Intent of a call."""


def answered(policies: PolicySet, check: Any, intent: Intent, decision: Decision) -> Decision:  # noqa: ANN401 - raw JSON
    """`decision` on the `intent` of `check`, or what is `possible` where that is without arguments."""
    return possible(policies, intent, decision) if is_without_arguments(check) else decision


def possible(policies: PolicySet, intent: Intent, decision: Decision) -> Decision:
    """`decision` on a call without its arguments, or an allowance where nothing denies whatever they are.

    Law: where it is a denial, `policies` deny the call with any arguments.
    """
    if decision.allowed or decision.failure:
        return decision
    known = _Known(policies, intent)
    if any(map(known.denies, decision.denials)) or any(map(known.lacks, decision.missing)):
        return decision
    return replace(
        decision,
        allowed=True,
        denials=(),
        missing=(),
        conflicts=(),
        undischarged=(),
        charges=(),
        uncharged=(),
        obligations=(),
        advice=(),
    )


class _Known:
    """What is known of a call to a tool, and what policies are sure to say of it."""

    def __init__(self, policies: PolicySet, intent: Intent) -> None:
        self._policies = policies
        self._intent = intent
        self._items = {
            path(area, number): {"intent": intent, area.variable: item}
            for area in {compiled.policy.area for compiled in policies.compiled}
            for number, item in enumerate(items(area, intent))
        }

    def denies(self, verdict: Verdict) -> bool:
        """Whether the rule or limit of `verdict` denies whatever the arguments are."""
        # A waiver may be for some arguments, or from some time on.
        if any(
            each.digest == verdict.rule.digest for waiver in self._policies.waivers for each in waiver.rules
        ):
            return False
        compiled, rule = self._spoken(verdict)
        if not any(_is_open(program) for program in _behind(compiled, rule)):
            return True
        scope = _Scope.of(compiled, self._items[verdict.item])
        if not scope.applies or isinstance(rule, CompiledLimit):
            return False
        return scope.value(rule.program) is rule.id.effect.speaking

    def lacks(self, demand: Demand) -> bool:
        """Whether no rule can permit what `demand` wants, whatever the arguments are."""
        known = self._items.get(demand.item, {"intent": self._intent})
        return not any(
            _can_permit(_Scope.of(compiled, known), compiled)
            for compiled in self._policies.compiled
            if compiled.policy.enforcement is ENFORCE
            and compiled.policy.layer == demand.layer
            and compiled.policy.area == demand.area
            and compiled.policy.match.covers(self._intent["action"], self._intent["kind"])
        )

    def _spoken(self, verdict: Verdict) -> tuple[CompiledPolicy, CompiledRule | CompiledLimit]:
        return next(
            (compiled, rule)
            for compiled in self._policies.compiled
            if compiled.policy.name == verdict.rule.policy
            for rule in compiled.rules_and_limits
            if rule.id == verdict.rule
        )


class _Scope:
    """What the expressions of one policy are sure to be over one item."""

    def __init__(self, compiled: CompiledPolicy, known: Mapping[str, Any]) -> None:
        self._compiled = compiled
        self._known = dict(known)

    @classmethod
    def of(cls, compiled: CompiledPolicy, known: Mapping[str, Any]) -> "_Scope":
        """The scope in which the policy's variables are known that are settled."""
        scope = cls(compiled, known)
        for name, program in compiled.variables.items():
            value = scope.value(program)
            if value is not None:
                scope._known[name] = value
        return scope

    @property
    def applies(self) -> bool:
        """Whether the policy is sure to apply."""
        return self._compiled.when is None or self.value(self._compiled.when) is True

    @property
    def can_apply(self) -> bool:
        """Whether the policy is not sure not to apply."""
        return self._compiled.when is None or self.value(self._compiled.when) is not False

    def value(self, program: Program) -> Any:  # noqa: ANN401 - any value of CEL
        """The value of `program`; None where what is known does not settle it."""
        partial = Partial(program.functions, program.repeated, Activation(self._known), _UNKNOWN)
        left = partial.reduce(program.node)
        return left.value if isinstance(left, Const) else None


def _can_permit(scope: _Scope, compiled: CompiledPolicy) -> bool:
    permits = [rule for rule in compiled.rules if rule.rule.effect is Effect.PERMIT]
    return bool(permits) and scope.can_apply and any(scope.value(rule.program) is not False for rule in permits)


def _behind(compiled: CompiledPolicy, rule: CompiledRule | CompiledLimit) -> Iterator[Program]:
    """Every expression that what `rule` says can depend on."""
    if compiled.when is not None:
        yield compiled.when
    yield from compiled.variables.values()
    yield from rule.programs


def _is_open(program: Program) -> bool:
    """Whether `program` reads anything that is known only when the call is made."""
    read = variables(program.node)
    if read & _LATER:
        return True
    return any(
        _overlap(below, unknown[1:]) for unknown in _UNKNOWN for below in reads(program.node, unknown[0])
    )


def _overlap(one: Path, other: Path) -> bool:
    return all(ours == theirs for ours, theirs in zip(one, other, strict=False))
