"""Which policies are asked again after others have changed what they saw. Pure.

Source: k8s.io/apiserver, policy/mutating.policyReinvokeContext.
"""

from dataclasses import dataclass, field
from typing import NamedTuple


class Invocation(NamedTuple):
    """A policy with a binding and its parameters, by name."""

    policy: str
    binding: str
    params: str


@dataclass(slots=True)
class Reinvocations:
    """Those that were asked, and may be asked again; they are `due` once something has changed since."""

    asked: set[Invocation] = field(default_factory=set)
    due: set[Invocation] = field(default_factory=set)
    is_needed: bool = False

    def change(self) -> None:
        """The object is another one than what all that were asked have seen."""
        self.due |= self.asked
        self.asked.clear()
        self.is_needed = True

    def ask(self, invocation: Invocation) -> None:
        """It was asked, and may be asked again."""
        self.asked.add(invocation)
