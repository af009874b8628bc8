"""What calls on lists may cost, and how long the lists that they make may be."""

from collections.abc import Sequence

from interlock.cel.cost import limits
from interlock.cel.cost.operands import CallEstimate, Operand, scan
from interlock.cel.cost.ranges import MAX, ONE, Range, exactly
from interlock.cel.types import BYTES, STRING


def traversal(operands: Sequence[Operand], of_text: float) -> CallEstimate:
    """A look at all elements of a list, or at a text, whose characters cost `of_text` each."""
    target = operands[0]
    if not target.type.parameters:
        return CallEstimate(target.size.scaled(of_text))
    each = ONE
    if target.type.parameters[0] in {STRING, BYTES}:
        each += scan(target.items)
    return CallEstimate(target.size * each)


def list_concatenation(operands: Sequence[Operand]) -> CallEstimate:
    """`list + list`."""
    return CallEstimate(ONE, operands[0].size + operands[1].size)


def new_list(size: Range, cost: Range) -> CallEstimate:
    """The making of a list of `size`, at `cost`."""
    return CallEstimate(cost + ONE + exactly(limits.LIST), size)


def _counted(operand: Operand, default: int) -> int:
    literal = operand.literal
    return max(literal, 0) if type(literal) is int else default


def counted_up(operands: Sequence[Operand]) -> CallEstimate:
    """`lists.range(n)`."""
    size = exactly(_counted(operands[0], MAX))
    return new_list(size, size)


def sliced(operands: Sequence[Operand]) -> CallEstimate:
    """`list.slice(start, end)`."""
    target, start, end = operands
    size = exactly((_counted(end, target.size.max) - _counted(start, 0)) % (MAX + 1))
    return new_list(size, size)


def flattening(operands: Sequence[Operand]) -> CallEstimate:
    """`list.flatten(levels)`."""
    levels = _counted(operands[1], MAX) if len(operands) > 1 else 1
    size = operands[0].size
    return new_list(size, size.scaled(levels))


def compared(operand: Operand) -> CallEstimate:
    """A comparison of each element of a list with each other."""
    is_text = bool(operand.type.parameters) and operand.type.parameters[0] in {STRING, BYTES}
    factor = 2 + limits.TRAVERSAL if is_text else 2
    squared = operand.size * operand.size
    return new_list(squared, squared.scaled(factor))
