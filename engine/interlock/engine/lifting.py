"""What waivers lift in one decision."""

from msgspec import Struct

from interlock.cel.activation import Activation
from interlock.engine.judge import outcome
from interlock.engine.uses import UsesLeft
from interlock.kernel.waivers import lift
from interlock.loading.policyset import PolicySet
from interlock.model.verdict import Verdict
from interlock.model.waiver import Waiver
from interlock.units import Instant


class Lifting(Struct, frozen=True):
    """The waivers of a policy set, when the decision is made, and what uses it finds left."""

    policies: PolicySet
    now: Instant
    uses_left: UsesLeft

    def lifted(self, said: list[Verdict], activation: Activation) -> list[Verdict]:
        """What was `said`, naming the waivers that lift it.

        Raises:
            UndecidableError: nobody knows how many uses one of them has left.
        """
        policies = self.policies
        if not policies.waivers:
            return said

        def covers(waiver: Waiver) -> bool:
            # An error is not true. Uses are asked for last: a decision rests on those that could matter to it.
            return outcome(policies.scopes[waiver.name], activation) is True and self.uses_left.has_left(waiver)

        return [lift(each, policies.waivers, policies.layers, now=self.now, covers=covers) for each in said]
