"""The policies' mutations of one object: which apply is found here, the kernel says what they come to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from interlock.cel.activation import Activation
from interlock.cel.program import Program
from interlock.engine.judge import outcome
from interlock.kernel.mutation.merges import Proposal
from interlock.kernel.mutation.mutate import Mutated, mutate
from interlock.loading.compile import CompiledPolicy
from interlock.loading.objects import OBJECT
from interlock.model.layers import Layers
from interlock.model.policy import ENFORCE


@dataclass(frozen=True, slots=True)
class Mutator:
    """What enforced policies change in objects that they are about."""

    proposals: tuple[tuple[CompiledPolicy, Proposal, Program | None], ...]

    @classmethod
    def of(cls, policies: Iterable[CompiledPolicy], layers: Layers) -> "Mutator":
        """The mutations of all enforced `policies`."""
        return cls(
            tuple(
                (
                    compiled,
                    Proposal(compiled.policy.name, layers.rank[compiled.policy.layer], each.mutation),
                    each.when,
                )
                for compiled in policies
                if compiled.policy.enforcement is ENFORCE
                for each in compiled.mutations
            )
        )

    def mutated(self, document: dict[str, Any], action: str, kind: str, until: int | None) -> Mutated:
        """`document`, of this action and kind, with all that policies change in it."""
        conditions = {
            proposal: when
            for compiled, proposal, when in self.proposals
            if compiled.policy.match.covers(action, kind)
        }

        def holds(proposal: Proposal, current: dict[str, Any]) -> bool | str:
            when = conditions[proposal]
            if when is None:
                return True
            activation = Activation({OBJECT: current})
            activation.until = until
            return outcome(when, activation)

        return mutate(document, conditions, holds)
