"""What is left of one policy over one item, where only some of what it reads is known. Pure."""

from collections.abc import Mapping
from typing import Any

from interlock.cel.activation import Activation
from interlock.cel.ir import Const, Node
from interlock.cel.program import Program
from interlock.cel.rewriting.partial import Partial
from interlock.cel.tree import Path
from interlock.loading.compiled import CompiledPolicy
from interlock.model.policy import Effect, OnError


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
