"""Extensions that are macros only, which the checker expands."""

from typing import Final

from interlock.cel.libraries.overloads import Library

BINDINGS: Final = Library(name="bindings", extension=("bindings", 0), overloads=())
"""`cel.bind`."""

TWO_VARIABLES: Final = Library(
    name="two-var-comprehensions", extension=("two-var-comprehensions", 0), overloads=()
)
"""`all`, `exists`, `existsOne`, `transformList`, `transformMap` and `transformMapEntry` of two variables."""
