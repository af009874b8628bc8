"""What one call may cost, and how large its result may be, by what is known of its arguments."""

from collections.abc import Mapping, Sequence
from typing import Final

from interlock.cel.cost import limits, list_estimates, text_estimates
from interlock.cel.cost.operands import CallEstimate, Operand, Rule, scan, search
from interlock.cel.cost.prices import Price
from interlock.cel.cost.ranges import ONE, UNKNOWN, Range, exactly

_NOMINAL: Final = CallEstimate(ONE)
_ADDRESS: Final = Range(4, 16)
_FORMAT: Final = "kubernetes.NamedFormat"
_URL: Final = "kubernetes.URL"
_KUBERNETES: Final = ("kubernetes.", "net.")


def _selector(operands: Sequence[Operand]) -> CallEstimate:
    size = operands[1].size
    requirements = size.scaled(0.5).scaled(limits.LIST + limits.STRUCT)
    return CallEstimate(exactly(limits.LIST) + scan(size) + requirements)


def _order(operands: Sequence[Operand]) -> CallEstimate:
    most = min(operand.size.max for operand in operands)
    return CallEstimate(scan(Range(min(most, 1), most)))


def _equality(operands: Sequence[Operand]) -> CallEstimate:
    left, right = operands
    if left.type != right.type or not left.type.name.startswith(_KUBERNETES):
        return _order(operands)
    if left.type.name == _FORMAT:
        return CallEstimate(scan(Range(1, limits.MAX_FORMAT_NAME)))
    if left.type.name == _URL:
        # The API server looks at the right side only, and at neither where it knows nothing of it.
        most = right.size.max if right.size != UNKNOWN else 1
        return CallEstimate(scan(Range(1, most)))
    return _NOMINAL


def _contains(operands: Sequence[Operand], *, network: bool, text: bool) -> CallEstimate:
    cost = scan(_ADDRESS + _ADDRESS)
    if network:
        cost += scan(_ADDRESS) + ONE
    return CallEstimate(cost + scan(operands[1].size) if text else cost)


def _format(operands: Sequence[Operand]) -> CallEstimate:
    pattern = limits.MAX_FORMAT_PATTERN * limits.PATTERN
    return CallEstimate(scan(operands[1].size).scaled(pattern))


def _scanned(operands: Sequence[Operand]) -> CallEstimate:
    return CallEstimate(scan(operands[0].size))


_RULES: Final[Mapping[Price, Rule]] = {
    Price.AUTHORIZATION: lambda _: CallEstimate(exactly(limits.AUTHORIZATION_CHECK)),
    Price.SELECTOR: _selector,
    Price.EQUALITY: _equality,
    Price.ORDER: _order,
    Price.MEMBERSHIP: lambda operands: CallEstimate(operands[1].size),
    Price.CONCATENATION: text_estimates.concatenation,
    Price.LIST_CONCATENATION: list_estimates.list_concatenation,
    Price.SCAN: _scanned,
    Price.COPY: lambda operands: CallEstimate(scan(operands[0].size), operands[0].size),
    Price.ENCODING: text_estimates.encoding,
    Price.DECODING: text_estimates.decoding,
    Price.QUOTING: text_estimates.quoting,
    Price.AFFIX: lambda operands: CallEstimate(scan(operands[1].size)),
    Price.SUBSTRING: text_estimates.substring,
    Price.PATTERN: lambda operands: CallEstimate(search(operands[0].size, operands[1].size)),
    Price.SEARCH: text_estimates.finding,
    Price.CANONICAL: lambda operands: CallEstimate(operands[0].size.scaled(2 * limits.TRAVERSAL)),
    Price.REPLACEMENT: text_estimates.replacement,
    Price.SPLIT: text_estimates.split,
    Price.JOIN: text_estimates.join,
    Price.TRAVERSAL: lambda operands: list_estimates.traversal(operands, limits.TRAVERSAL),
    Price.INCLUSION: lambda operands: list_estimates.traversal(operands, 1),
    Price.CONTAINS_ADDRESS: lambda operands: _contains(operands, network=False, text=False),
    Price.CONTAINS_NETWORK: lambda operands: _contains(operands, network=True, text=False),
    Price.CONTAINS_ADDRESS_TEXT: lambda operands: _contains(operands, network=False, text=True),
    Price.CONTAINS_NETWORK_TEXT: lambda operands: _contains(operands, network=True, text=True),
    Price.FORMAT: _format,
    Price.SETS: lambda operands: CallEstimate(operands[0].size * operands[1].size + ONE),
    Price.EQUAL_SETS: lambda operands: CallEstimate((operands[0].size * operands[1].size).scaled(2) + ONE),
    Price.COPIED_LIST: lambda operands: list_estimates.new_list(operands[0].size, operands[0].size),
    Price.RANGE: list_estimates.counted_up,
    Price.SLICE: list_estimates.sliced,
    Price.FLATTENING: list_estimates.flattening,
    Price.COMPARED_LIST: lambda operands: list_estimates.compared(operands[0]),
    Price.SORTED_BY: lambda operands: list_estimates.compared(operands[1]),
    Price.EXTRACTION: text_estimates.extraction,
    Price.EXTRACTIONS: text_estimates.extractions,
    Price.PATTERN_REPLACEMENT: text_estimates.pattern_replacement,
    Price.WALK: lambda operands: CallEstimate(ONE + list_estimates.traversal(operands, limits.TRAVERSAL).cost),
}


def call_estimate(price: Price, operands: Sequence[Operand]) -> CallEstimate:
    """What a call with these arguments may cost."""
    rule = _RULES.get(price)
    return _NOMINAL if rule is None else rule(operands)
