"""By what rule each function is charged: one table for runs and for estimates.

Kubernetes' rules go by the name of a function, the language's by the id of
the overload that the checker found. Where it found several, and for what no
table has, the nominal price holds.
"""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Final


class Price(Enum):
    """A rule; `calls` says what it comes to in a run, `call_estimates` what it may come to."""

    NOMINAL = auto()
    AUTHORIZATION = auto()
    SELECTOR = auto()
    EQUALITY = auto()
    ORDER = auto()
    MEMBERSHIP = auto()
    CONCATENATION = auto()
    LIST_CONCATENATION = auto()
    SCAN = auto()
    """A look at each character of the first argument."""
    COPY = auto()
    """A scan whose result is as long."""
    ENCODING = auto()
    DECODING = auto()
    QUOTING = auto()
    AFFIX = auto()
    """A look at each character of the second argument."""
    SUBSTRING = auto()
    PATTERN = auto()
    SEARCH = auto()
    """A pattern that finds parts of the first argument."""
    CANONICAL = auto()
    REPLACEMENT = auto()
    SPLIT = auto()
    JOIN = auto()
    TRAVERSAL = auto()
    """A look at each element of a list, or at each character of a text."""
    INCLUSION = auto()
    CONTAINS_ADDRESS = auto()
    CONTAINS_NETWORK = auto()
    CONTAINS_ADDRESS_TEXT = auto()
    CONTAINS_NETWORK_TEXT = auto()
    FORMAT = auto()
    SETS = auto()
    EQUAL_SETS = auto()
    COPIED_LIST = auto()
    RANGE = auto()
    SLICE = auto()
    FLATTENING = auto()
    COMPARED_LIST = auto()
    """A list whose elements are all compared with each other."""
    SORTED_BY = auto()
    EXTRACTION = auto()
    EXTRACTIONS = auto()
    PATTERN_REPLACEMENT = auto()
    WALK = auto()
    """A look at all of the first argument, whatever it holds."""


def _by_price(table: dict[Price, str]) -> dict[str, Price]:
    return {name: price for price, names in table.items() for name in names.split()}


_KUBERNETES: Final = _by_price(
    {
        Price.AUTHORIZATION: "check",
        Price.SELECTOR: "fieldSelector labelSelector",
        Price.TRAVERSAL: "isSorted sum max min indexOf lastIndexOf",
        Price.INCLUSION: "includes",
        Price.COPY: "url jsonpatch.escapeKey lowerAscii upperAscii substring trim",
        Price.REPLACEMENT: "replace",
        Price.SPLIT: "split",
        Price.JOIN: "join",
        Price.SEARCH: "find findAll",
        Price.SCAN: "ip cidr isIP isCIDR quantity isQuantity semver isSemver",
        Price.CANONICAL: "ip.isCanonical",
        Price.CONTAINS_ADDRESS: "containsIP",
        Price.CONTAINS_NETWORK: "containsCIDR",
        Price.FORMAT: "validate",
        Price.EQUALITY: "_==_",
        Price.ORDER: "_!=_",
    }
)
"""Functions that Kubernetes charges whatever the overload is; those it charges nominally need no line."""

_EXCEPTIONS: Final = {
    "cidr_ip": Price.NOMINAL,
    "cidr_contains_ip_string": Price.CONTAINS_ADDRESS_TEXT,
    "cidr_contains_cidr_string": Price.CONTAINS_NETWORK_TEXT,
}
"""Overloads that Kubernetes charges otherwise than their function."""

_EXTENSIONS: Final = _by_price(
    {
        Price.SETS: "sets.contains sets.intersects",
        Price.EQUAL_SETS: "sets.equivalent",
        Price.RANGE: "lists.range",
        Price.SLICE: "slice",
        Price.FLATTENING: "flatten",
        Price.COMPARED_LIST: "distinct sort",
        Price.SORTED_BY: "@sortByAssociatedKeys",
        Price.EXTRACTION: "regex.extract",
        Price.EXTRACTIONS: "regex.extractAll",
        Price.PATTERN_REPLACEMENT: "regex.replace",
        Price.WALK: "optional.unwrap unwrapOpt math.@max math.@min rank atMost",
        Price.SCAN: "isURL base64.encode base64.decode",
        Price.PATTERN: "matchesGlob",
        Price.SUBSTRING: "matchesAnyGlob",
    }
)
"""Functions of other extensions and of our own, by name, where the checker found one overload."""

_OVERLOADS: Final = _by_price(
    {
        Price.MEMBERSHIP: "in_list",
        Price.ORDER: " ".join(
            f"{order}_{kind}"
            for order in ("less", "less_equals", "greater", "greater_equals")
            for kind in ("string", "bytes")
        ),
        Price.CONCATENATION: "add_string add_bytes",
        Price.LIST_CONCATENATION: "add_list",
        Price.ENCODING: "string_to_bytes",
        Price.DECODING: "bytes_to_string",
        Price.QUOTING: "strings_quote",
        Price.SCAN: "string_format string_reverse",
        Price.COPIED_LIST: "list_reverse",
        Price.AFFIX: "starts_with_string ends_with_string",
        Price.SUBSTRING: "contains_string",
        Price.PATTERN: "matches matches_string",
    }
)


def resolved(overloads: Sequence[str]) -> str:
    """The overload that the checker found, or no id where it found several."""
    return overloads[0] if len(overloads) == 1 else ""


def price_of(function: str, overload: str) -> Price:
    """The rule for a call of `function`, of which the checker found `overload`."""
    if overload in _EXCEPTIONS:
        return _EXCEPTIONS[overload]
    if function in _KUBERNETES:
        return _KUBERNETES[function]
    if overload and function in _EXTENSIONS:
        return _EXTENSIONS[function]
    return _OVERLOADS.get(overload, Price.NOMINAL)
