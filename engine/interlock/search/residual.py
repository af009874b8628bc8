"""What policies leave open of an access before anybody knows what is sought. Pure.

Partial evaluation over the fixed part of the access tells two things: whether
nothing at all can be allowed, and which ids policies themselves compare with.
Law: an access that is `hopeless` is denied whatever completes it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from interlock.cel.activation import Activation
from interlock.cel.ir import Const, Node
from interlock.cel.program import Program
from interlock.cel.rewriting.partial import Partial
from interlock.cel.tree import Path
from interlock.engine.funds import check_deadline
from interlock.intents.callables import CALLS
from interlock.loading.compiled import CompiledPolicy
from interlock.loading.policyset import PolicySet
from interlock.model.area import Area, items
from interlock.model.intent import Intent
from interlock.model.policy import ENFORCE, Effect, OnError
from interlock.search.literals import literals
from interlock.search.query import Query, Sought

# Of a tool that is called nobody knows the arguments yet, and only what denies whatever they are counts.
_OF_ARGUMENTS: Final = frozenset(
    {("tool", "arguments"), *(("intent", fact) for fact in ("tools", "usage", "data", "unresolved"))}
)
_ALWAYS: Final[frozenset[Path]] = _OF_ARGUMENTS | {("intent", "provenance"), ("intent", "object")}
_UNKNOWN: Final[Mapping[Sought, frozenset[Path]]] = {
    Sought.SUBJECT: _ALWAYS | {("intent", "principal", fact) for fact in ("id", "groups", "claims")},
    Sought.RESOURCE: _ALWAYS
    | {("intent", "resources"), ("intent", "models")}
    | {("resource", "id"), ("resource", "properties"), ("tool",), ("model",)},
    Sought.ACTION: _ALWAYS | {("intent", "operation")},
}
"""What depends on what is sought. What is in no activation, such as `now`, is unknown, too."""

_PLACES: Final[Mapping[Sought, Path]] = {
    Sought.SUBJECT: ("intent", "principal", "id"),
    Sought.RESOURCE: ("resource", "id"),
    Sought.ACTION: ("intent", "operation", "name"),
}


class Residual:
    """What is left of the expressions of one policy over one item; `nodes` are those that are not settled."""

    def __init__(self, compiled: CompiledPolicy, known: Mapping[str, Any], unknown: frozenset[Path]) -> None:
        self._compiled = compiled
        self._known = Activation(known)
        self._unknown = unknown
        self._left: dict[Program, Node] = {}
        for name, program in compiled.deciding:
            left = self._left[program] = self._reduced(program)
            if name in compiled.variables and isinstance(left, Const):
                self._known[name] = left.value
        self.nodes = [node for node in self._left.values() if not isinstance(node, Const)]

    @property
    def denies(self) -> bool:
        """Whether a rule is sure to deny, and no waiver can have a say in it."""
        # What costs too much is errored, and an error may be ignored.
        if self._compiled.policy.on_error is OnError.IGNORE or not self._applies(is_open=False):
            return False
        return any(
            rule.id.effect is not Effect.PERMIT and self._value(rule.program) is rule.id.effect.speaking
            for rule in self._compiled.rules
        )

    @property
    def can_permit(self) -> bool:
        """Whether a rule may permit."""
        return self._applies(is_open=True) and any(
            rule.id.effect is Effect.PERMIT and self._value(rule.program) is not False
            for rule in self._compiled.rules
        )

    def _applies(self, *, is_open: bool) -> bool:
        """Whether the policy applies; where that `is_open`, as told."""
        if self._compiled.when is None:
            return True
        value = self._value(self._compiled.when)
        return value if isinstance(value, bool) else is_open

    def _value(self, program: Program) -> Any:  # noqa: ANN401 - any value of CEL
        left = self._left[program]
        return left.value if isinstance(left, Const) else None

    def _reduced(self, program: Program) -> Node:
        return Partial(program.functions, program.repeated, self._known, self._unknown).reduce(program.node)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is left of all policies: whether nothing can be allowed, and the ids that they compare with."""

    is_hopeless: bool
    named: frozenset[str]


def outlook(policies: PolicySet, query: Query, until: int | None) -> Outlook:
    """What `policies` leave open of `query`.

    Raises:
        UndecidableError: `time.monotonic_ns()` passed `until`.
    """
    intent, place = query.intent, _PLACES[query.sought]
    waived = {rule.digest for waiver in policies.waivers for rule in waiver.rules}
    named: set[str] = set()
    permitted: set[tuple[str, Area]] = set()
    is_denied = False
    for compiled in _asked(policies, intent):
        for item in items(compiled.policy.area, intent):
            check_deadline(until)
            known = {"intent": intent, compiled.policy.area.variable: item}
            residual = Residual(compiled, known, _UNKNOWN[query.sought])
            named |= {text for node in residual.nodes for text in literals(node, place)}
            if residual.can_permit:
                permitted.add((compiled.policy.layer, compiled.policy.area))
            is_denied |= residual.denies and waived.isdisjoint(rule.id.digest for rule in compiled.rules)
    is_lacking = any(
        items(area, intent) and (layer, area) not in permitted for layer, area in policies.layers.closures
    )
    return Outlook(is_uniform(query) and (is_denied or is_lacking), frozenset(named))


def is_uniform(query: Query) -> bool:
    """Whether policies are asked the same whatever is found: some actions on tools and models are calls."""
    return query.sought is not Sought.ACTION or query.type not in CALLS


def _asked(policies: PolicySet, intent: Intent) -> Iterator[CompiledPolicy]:
    for compiled in policies.compiled:
        policy = compiled.policy
        if policy.enforcement is ENFORCE and policy.match.covers(intent["action"], intent["kind"]):
            yield compiled
