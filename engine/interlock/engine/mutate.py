"""The policies' mutations of one object: which apply is found here, the kernel says what they come to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from interlock.cel.activation import Activation
from interlock.cel.program import Program
from interlock.cel.tree import variables
from interlock.engine.funds import UndecidableError, check_deadline
from interlock.engine.judge import outcome
from interlock.errors import RequestError
from interlock.kernel.mutation.merges import Proposal
from interlock.kernel.mutation.mutate import Mutated, mutate
from interlock.loading.compiled import CompiledPolicy
from interlock.loading.environments import SEEN
from interlock.loading.objects import OBJECT
from interlock.model.decision import Conflict
from interlock.model.intent import Intent
from interlock.model.layers import Layers
from interlock.model.patch import Patch
from interlock.model.seen import Seen


@dataclass(frozen=True, slots=True)
class Changes:
    """What policies changed in an object, and what they could not; any of the latter denies."""

    patches: tuple[Patch, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    failure: str = ""
    """Why nobody knows what they change; then there is no decision."""
    object: Mapping[str, Any] | None = None
    """The object with these changes; None where it is as it came."""


NO_CHANGES: Final = Changes()


@dataclass(frozen=True, slots=True)
class Mutator:
    """What enforced policies change in objects that they are about."""

    proposals: tuple[tuple[CompiledPolicy, Proposal, Program | None], ...]

    @classmethod
    def of(cls, policies: Iterable[CompiledPolicy], layers: Layers) -> "Mutator":
        """The mutations of `policies`, all of which are enforced."""
        return cls(
            tuple(
                (
                    compiled,
                    Proposal(compiled.policy.name, layers.rank[compiled.policy.layer], each.mutation),
                    each.when,
                )
                for compiled in policies
                for each in compiled.mutations
            )
        )

    @property
    def reads_seen(self) -> bool:
        """Whether what is changed depends on how accounts stand, or on what runs did."""
        conditions = (when for _, _, when in self.proposals if when is not None)
        return any(not SEEN.keys().isdisjoint(variables(when.node)) for when in conditions)

    def changed(
        self,
        document: dict[str, Any],
        extract: Callable[[dict[str, Any]], Intent],
        until: int | None,
        seen: Seen,
    ) -> tuple[Intent, Changes]:
        """The Intent of `document` with all that policies change in it where that is `seen`, and those changes.

        Where the changed document has none, or one that other policies would
        be about, the Intent is that of the document as it came, and the
        changes are in conflict.
        """
        intent = extract(document)
        try:
            mutated = self._mutated(document, intent, until, seen)
        except UndecidableError as error:
            return intent, Changes(failure=str(error))
        if not mutated.patches:
            return intent, Changes(conflicts=mutated.conflicts)
        try:
            read = extract(mutated.document)
        except RequestError as error:
            return intent, _spoiled(mutated, str(error))
        was, would_be = (f"{each['action']} of {each['kind']}" for each in (intent, read))
        if was != would_be:
            return intent, _spoiled(mutated, f"it was {was} and would be {would_be}")
        return read, Changes(mutated.patches, mutated.conflicts, object=mutated.document)

    def _mutated(self, document: dict[str, Any], intent: Intent, until: int | None, seen: Seen) -> Mutated:
        conditions = {
            proposal: when
            for compiled, proposal, when in self.proposals
            if compiled.policy.match.covers(intent["action"], intent["kind"])
        }

        def holds(proposal: Proposal, current: dict[str, Any]) -> bool | str:
            when = conditions[proposal]
            check_deadline(until)
            if when is None:
                return True
            activation = Activation({OBJECT: current, "budgets": seen.budgets, "run": seen.run})
            activation.until = until
            return outcome(when, activation)

        mutated = mutate(document, conditions, holds)
        check_deadline(until)
        return mutated


def _spoiled(mutated: Mutated, reason: str) -> Changes:
    """Changes that make an object unfit to be decided."""
    conflict = Conflict(
        subject="the object with its changes",
        reason=reason,
        policies=tuple(sorted({policy for patch in mutated.patches for policy in patch.policies})),
        remedy="let the owners of these policies mend their changes",
    )
    return Changes(mutated.patches, (*mutated.conflicts, conflict))
