"""What the interpreter tells of its steps, for whoever counts what they cost."""

from collections.abc import Sequence
from typing import Any, Protocol

from interlock.cel.ir import Loop, Node


class Charges(Protocol):
    """Is told of each step, and may end the evaluation by raising LimitExceeded."""

    def enter(self, node: Node) -> None:
        """`node` is about to be evaluated."""

    def called(self, node: Node, values: Sequence[Any], result: Any) -> None:
        """A call or a selection was made; None stands for an error, among `values` or as the result."""

    def is_eager(self, node: Node) -> bool:
        """Whether the arguments after one that failed are charged too, and so have to be evaluated."""
        ...

    def start(self, node: Loop) -> None:
        """The range of a loop is known."""

    def turn(self, node: Loop) -> None:
        """There is another element in it."""

    def end(self, node: Loop) -> None:
        """The loop is over."""

    def pay(self, cost: int) -> None:
        """A step was made that has no node."""
