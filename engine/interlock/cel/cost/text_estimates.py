"""What calls on texts may cost, and how long what they make may be."""

import math
from collections.abc import Sequence

from interlock.cel.cost import limits
from interlock.cel.cost.operands import CallEstimate, Operand, scan, search
from interlock.cel.cost.ranges import MAX, ONE, ZERO, Range, exactly, saturated


def replacement(operands: Sequence[Operand]) -> CallEstimate:
    """`text.replace(old, new)`: the shortest or longest old parts replaced as often as may be."""
    text, old, new = (operand.size for operand in operands[:3])
    size = Range(_least_replaced(text, old, new), _most_replaced(text, old, new))
    return CallEstimate(text.scaled(2 * limits.TRAVERSAL), size)


def _most_replaced(text: Range, old: Range, new: Range) -> int:
    if old.min == 0:
        return saturated(saturated(text.max + 1) * new.max + text.max)
    if new.max <= old.min:
        return text.max
    return saturated(math.ceil(text.max / old.min) * new.max)


def _least_replaced(text: Range, old: Range, new: Range) -> int:
    if old.max == 0:
        return saturated(saturated(text.min + 1) * new.min + text.min)
    if old.max <= new.min:
        return text.min
    return saturated(math.ceil(text.min / old.max) * new.min)


def split(operands: Sequence[Operand]) -> CallEstimate:
    """`text.split(separator, limit)`."""
    size = operands[0].size
    limit = operands[2].literal if len(operands) > 2 else None  # noqa: PLR2004  # text, separator, limit
    most = limit % (MAX + 1) if type(limit) is int else size.max
    return CallEstimate(size.scaled(2 * limits.TRAVERSAL), Range(0, most))


def join(operands: Sequence[Operand]) -> CallEstimate:
    """`list.join(separator)`."""
    target = operands[0]
    size = target.size * target.items if target.type.parameters else ZERO
    if len(operands) > 1:
        separators = Range(max(target.size.min - 1, 0), max(target.size.max - 1, 0))
        size += operands[1].size * separators
    return CallEstimate(scan(size), size)


def finding(operands: Sequence[Operand]) -> CallEstimate:
    """`text.find(pattern)` and `text.findAll(pattern)`, which may find each character."""
    text = operands[0].size
    return CallEstimate(search(text, operands[1].size), Range(0, text.max))


def encoding(operands: Sequence[Operand]) -> CallEstimate:
    """`bytes(text)`, of up to four bytes a character."""
    size = operands[0].size
    return CallEstimate(scan(size), Range(size.min, saturated(size.max * 4)))


def decoding(operands: Sequence[Operand]) -> CallEstimate:
    """`string(bytes)`."""
    size = operands[0].size
    return CallEstimate(scan(size), Range(size.min // 4, size.max))


def quoting(operands: Sequence[Operand]) -> CallEstimate:
    """`strings.quote(text)`, which may put an escape for each character."""
    size = operands[0].size
    return CallEstimate(scan(size), Range(saturated(size.min + 2), saturated(size.max * 2 + 2)))


def concatenation(operands: Sequence[Operand]) -> CallEstimate:
    """`text + text`."""
    size = operands[0].size + operands[1].size
    return CallEstimate(scan(size), size)


def substring(operands: Sequence[Operand]) -> CallEstimate:
    """`text.contains(part)`."""
    return CallEstimate(scan(operands[0].size) * scan(operands[1].size))


def _extracted(operands: Sequence[Operand]) -> Range:
    return scan(operands[0].size + ONE) * (operands[1].size + ONE).scaled(limits.PATTERN)


def extraction(operands: Sequence[Operand]) -> CallEstimate:
    """`regex.extract(text, pattern)`."""
    size = Range(0, operands[0].size.max)
    return CallEstimate(_extracted(operands) + size + ONE, size)


def extractions(operands: Sequence[Operand]) -> CallEstimate:
    """`regex.extractAll(text, pattern)`."""
    size = Range(0, operands[0].size.max)
    return CallEstimate(_extracted(operands) + size + exactly(limits.LIST + 1), size)


def pattern_replacement(operands: Sequence[Operand]) -> CallEstimate:
    """`regex.replace(text, pattern, new)`."""
    text, new = operands[0].size, operands[2].size
    size = Range(0, saturated(text.max * max(new.max, 1)))
    return CallEstimate(_extracted(operands) + size + ONE, size)
