"""What the interpreter tells of its steps, charged by the tariff of the tree that it walks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from interlock.cel.cost.calls import GROWING, call_cost
from interlock.cel.cost.meter import Meter
from interlock.cel.cost.tariff import OPTIONAL_INDEXING, Tariff
from interlock.cel.ir import Call, Loop, Node
from interlock.cel.values import Optional


@dataclass(frozen=True, slots=True)
class Charges:
    """Charges to `meter` what `tariff` says."""

    tariff: Tariff
    meter: Meter

    def enter(self, node: Node) -> None:
        """`node` is about to be evaluated."""
        if cost := self.tariff.entries.get(node.place.id):
            self.meter.pay(cost)

    def called(self, node: Node, values: Sequence[Any], result: Any) -> None:
        """A call or a selection was made; None stands for an error, among `values` or as the result."""
        if node.place.id in self.tariff.qualifiers:
            if not _is_conditional(node, values[0]) or _is_present(result):
                self.meter.pay(1)
        elif (price := self.tariff.calls.get(node.place.id)) is not None:
            self.meter.pay(call_cost(price, values, result))
        if isinstance(node, Call) and node.function in GROWING and isinstance(result, str | bytes | list):
            self.meter.make(len(result))

    def is_eager(self, node: Node) -> bool:
        """Whether the API server evaluates all arguments of `node`, also where the first fails."""
        return node.place.id in self.tariff.eager

    def start(self, node: Loop) -> None:
        """The range of a loop is known."""
        self.meter.check_time()
        self.meter.pay(self.tariff.starts.get(node.place.id, 0))

    def turn(self, node: Loop) -> None:
        """There is another element."""
        self.meter.iterate()
        self.meter.pay(self.tariff.turns.get(node.place.id, 0))

    def end(self, node: Loop) -> None:
        """The loop is over."""
        self.meter.pay(self.tariff.ends.get(node.place.id, 0))

    def pay(self, cost: int) -> None:
        """What has no node of its own: steps of an expanded macro."""
        self.meter.pay(cost)


def _is_conditional(node: Node, operand: Any) -> bool:
    """Whether a part is only asked for, and is paid for if it is there."""
    return isinstance(operand, Optional) or (isinstance(node, Call) and node.function in OPTIONAL_INDEXING)


def _is_present(result: Any) -> bool:
    """Whether the part is there; `has` says so itself."""
    return result is True or (isinstance(result, Optional) and result.is_present)
