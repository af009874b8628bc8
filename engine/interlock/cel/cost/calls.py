"""What one call costs, by the values that it was made with."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from interlock.cel.cost import limits
from interlock.cel.cost.prices import Price
from interlock.cel.cost.ranges import scaled
from interlock.cel.libraries.kubernetes.format import Format
from interlock.cel.libraries.network import CIDR, IP
from interlock.cel.values import Opaque, Optional

_BITS: Final = 8

_PATTERNS: Final = {
    "dns1123Label": 30,
    "dns1123Subdomain": 60,
    "dns1035Label": 30,
    "qualifiedName": 60,
    "dns1123LabelPrefix": 30,
    "dns1123SubdomainPrefix": 60,
    "dns1035LabelPrefix": 30,
    "labelValue": 40,
    "uri": 1080,
    "uuid": 70,
    "byte": 84,
    "date": 71,
    "datetime": 71,
}
"""How long the API server takes the pattern of each format to be."""

LONGEST_PATTERN: Final = max(_PATTERNS.values())


def size_of(value: Any) -> int:
    """Characters, bytes, elements or entries; 1 of what has no size."""
    if isinstance(value, str | bytes | list):
        return len(value)
    if isinstance(value, dict):
        # A map that is known in part says of no other size than that of this part.
        return dict.__len__(value)
    if isinstance(value, Optional) and value.is_present:
        return size_of(value.value)
    if isinstance(value, IP):
        return value.address.max_prefixlen // _BITS
    if isinstance(value, CIDR):
        return math.ceil(value.length / _BITS)
    return 1


def traversal(value: Any) -> int:
    """What it costs to look at everything in `value` once."""
    match value:
        case str():
            return int(len(value.encode(errors="surrogatepass")) * limits.TRAVERSAL)
        case bytes():
            return int(len(value) * limits.TRAVERSAL)
        case list():
            return sum(map(traversal, value))
        case dict():
            return sum(traversal(key) + traversal(each) for key, each in value.items())
        case _:
            return 1


def scan(size: int) -> int:
    """What it costs to look at each of so many characters."""
    return scaled(size, limits.TRAVERSAL)


def search(size: int, pattern: int) -> int:
    """What it costs to look for a pattern, of so many characters, in a text."""
    return scan(1 + size) * scaled(pattern, limits.PATTERN)


def _selector(_: int, size: int) -> int:
    # Each requirement takes two characters at least, and is kept as a struct and a list.
    return limits.LIST + scan(size) + scaled(size, 0.5) * (limits.LIST + limits.STRUCT)


def _network(size: int) -> int:
    # It is masked first, which is one look at it more.
    return scan(2 * size) + scan(size) + 1


GROWING: Final = frozenset({"_+_", "flatten", "format", "replace"})
"""Functions whose results can be larger than all that they cost."""

BY_SIZES: Final[Mapping[Price, Callable[..., int]]] = {
    Price.NOMINAL: lambda *_: 1,
    Price.LIST_CONCATENATION: lambda *_: 1,
    Price.AUTHORIZATION: lambda *_: limits.AUTHORIZATION_CHECK,
    Price.SELECTOR: _selector,
    Price.ORDER: lambda left, right: scan(min(left, right)),
    Price.MEMBERSHIP: lambda _, container: container,
    Price.CONCATENATION: lambda left, right: scan(left + right),
    Price.SCAN: lambda text, *_: scan(text),
    Price.COPY: lambda text, *_: scan(text),
    Price.ENCODING: scan,
    Price.DECODING: scan,
    Price.QUOTING: scan,
    Price.AFFIX: lambda _, affix: scan(affix),
    Price.SUBSTRING: lambda text, part: scan(text) * scan(part),
    Price.PATTERN: search,
    Price.SEARCH: lambda text, pattern, *_: search(text, pattern),
    Price.CANONICAL: lambda text: scaled(text, 2 * limits.TRAVERSAL),
    Price.REPLACEMENT: lambda text, *_: scaled(text, 2 * limits.TRAVERSAL),
    Price.SPLIT: lambda text, *_: scaled(text, 2 * limits.TRAVERSAL),
    Price.CONTAINS_ADDRESS: lambda network, _: scan(2 * network),
    Price.CONTAINS_NETWORK: lambda network, _: _network(network),
    Price.CONTAINS_ADDRESS_TEXT: lambda network, text: scan(2 * network) + scan(text),
    Price.CONTAINS_NETWORK_TEXT: lambda network, text: _network(network) + scan(text),
    Price.SETS: lambda left, right: 1 + left * right,
    Price.EQUAL_SETS: lambda left, right: 1 + 2 * left * right,
}
"""The rules that take no more than the sizes of the arguments, and grow with them."""


def _new_list(size: float) -> int:
    return int(size) + 1 + limits.LIST


def _compared(values: Any) -> int:
    is_text = isinstance(values, list) and bool(values) and isinstance(values[0], str | bytes)
    return _new_list(size_of(values) ** 2 * (2 + limits.TRAVERSAL if is_text else 2))


def _equality(values: Sequence[Any], _result: Any) -> int:
    left, right = values
    return 1 if isinstance(left, Opaque) else scan(min(size_of(left), size_of(right)))


def _format(values: Sequence[Any], _result: Any) -> int:
    format_, text = values
    return search(size_of(text), _PATTERNS[format_.name]) if isinstance(format_, Format) else 1


def _flattened(values: Sequence[Any], _result: Any) -> int:
    levels = values[-1] if isinstance(values[-1], int) else 1
    return _new_list(size_of(values[0]) * max(levels, 0))


def _extracted(values: Sequence[Any], result: Any) -> float:
    text, pattern = size_of(values[0]) + 1, size_of(values[1]) + 1
    return 1 + text * limits.TRAVERSAL * pattern * limits.PATTERN + size_of(result)


_BY_VALUES: Final[Mapping[Price, Callable[[Sequence[Any], Any], int]]] = {
    Price.EQUALITY: _equality,
    Price.JOIN: lambda _, result: scaled(size_of(result), 2 * limits.TRAVERSAL),
    Price.TRAVERSAL: lambda values, _: traversal(values[0]),
    Price.INCLUSION: lambda values, _: traversal(values[0]),
    Price.FORMAT: _format,
    Price.COPIED_LIST: lambda _, result: _new_list(size_of(result)),
    Price.RANGE: lambda _, result: _new_list(size_of(result)),
    Price.SLICE: lambda _, result: _new_list(size_of(result)),
    Price.FLATTENING: _flattened,
    Price.COMPARED_LIST: lambda values, _: _compared(values[0]),
    Price.SORTED_BY: lambda values, _: _compared(values[1]),
    Price.EXTRACTION: lambda values, result: math.ceil(_extracted(values, result)),
    Price.EXTRACTIONS: lambda values, result: math.ceil(_extracted(values, result)) + limits.LIST,
    Price.PATTERN_REPLACEMENT: lambda values, result: int(_extracted(values, result)),
    Price.WALK: lambda values, _: 1 + traversal(values[0]),
}


def call_cost(price: Price, values: Sequence[Any], result: Any) -> int:
    """What a call with these values costs, whose result is None where it failed."""
    rule = _BY_VALUES.get(price)
    if rule is not None:
        return rule(values, result)
    return BY_SIZES[price](*map(size_of, values))
