"""The standard library of the language definition."""

from typing import Final

from interlock.cel.libraries import arithmetic, collections, comparison, conversions, strings, temporal
from interlock.cel.libraries.overloads import Library

STANDARD: Final = Library(
    name="standard",
    overloads=(
        *arithmetic.OVERLOADS,
        *collections.OVERLOADS,
        *comparison.OVERLOADS,
        *conversions.OVERLOADS,
        *strings.OVERLOADS,
        *temporal.OVERLOADS,
    ),
)
