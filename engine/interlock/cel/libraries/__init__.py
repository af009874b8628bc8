"""What CEL functions compute, one module a family.

A module maps function names to Python functions over CEL values. A member
function gets its target first. Dispatch is by the values' types at run time,
since below `dyn` the checker knows nothing; what has no overload for its
arguments is an evaluation error. Extension libraries join this table.
"""

from collections.abc import Mapping
from typing import Final

from interlock.cel.libraries import arithmetic, collections, comparison, conversions, strings, temporal
from interlock.cel.libraries.overloads import Function

__all__ = ["STANDARD", "Function"]

STANDARD: Final[Mapping[str, Function]] = {
    **arithmetic.FUNCTIONS,
    **collections.FUNCTIONS,
    **comparison.FUNCTIONS,
    **conversions.FUNCTIONS,
    **strings.FUNCTIONS,
    **temporal.FUNCTIONS,
}
"""The standard library of the language definition."""
