"""What evaluations cost, as the API server plans them or as its tests do, which fold no constants."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from interlock.cel.activation import Activation
from interlock.cel.cost.bounds import Bound
from interlock.cel.cost.ceiling import Extent, bound
from interlock.cel.cost.charges import Charges
from interlock.cel.cost.meter import Meter
from interlock.cel.cost.tariff import tariff
from interlock.cel.interpreter.interpret import interpret
from interlock.cel.ir import Call, Loop, Node
from interlock.cel.program import Program
from interlock.cel.tree import is_closed, is_search
from interlock.cel.values import EvaluationError

NO_LIMIT = 10**15


def cost_of(program: Program, values: Mapping[str, Any], *, folds: bool) -> int:
    meter = Meter(limit=NO_LIMIT)
    charges = Charges(tariff(program.node, folds=folds), meter)
    with suppress(EvaluationError):
        interpret(program.node, program.functions, program.repeated, Activation(values), charges)
    return meter.total


class Turns:
    """Counts the turns of loops whose ranges are open, and the elements that are searched in loops."""

    def __init__(self) -> None:
        self.count = 0

    def enter(self, node: Node) -> None:
        pass

    def called(self, node: Node, values: Sequence[Any], result: Any) -> None:  # noqa: ARG002
        if isinstance(node, Call) and is_search(node) and isinstance(values[1], list):
            self.count += len(values[1])

    def is_eager(self, node: Node) -> bool:  # noqa: ARG002
        return True

    def start(self, node: Loop) -> None:
        pass

    def turn(self, node: Loop) -> None:
        self.count += not is_closed(node.range)

    def end(self, node: Loop) -> None:
        pass

    def pay(self, cost: int) -> None:
        pass


def turns_of(program: Program, values: Mapping[str, Any]) -> int:
    turns = Turns()
    with suppress(EvaluationError):
        interpret(program.node, program.functions, program.repeated, Activation(values), turns)
    return turns.count


def extent(size: int) -> Extent:
    """Data of this size, which may be elements alone."""
    return Extent(size, size)


def size_of(value: Any) -> int:
    """All characters, bytes and elements of a value."""
    match value:
        case str() | bytes():
            return len(value)
        case list():
            return len(value) + sum(map(size_of, value))
        case dict():
            return len(value) + sum(size_of(key) + size_of(each) for key, each in value.items())
        case _:
            return 0


def ceiling(node: Node, extent_: Extent, variables: Mapping[str, Bound] = MappingProxyType({})) -> int:
    """The cost of evaluating `node` at most."""
    return bound(node, extent_, variables).cost
