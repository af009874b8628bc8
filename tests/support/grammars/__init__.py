"""The whole language as grammars: `CORE` is what its definition has, `EVERYTHING` also Google's extensions."""

from typing import Final

from hypothesis import strategies as st

from support.expressions import FAILING, FULL, Grammar, expressions
from support.grammars.core import BINDINGS, COLLECTIONS, CONVERSIONS, OPTIONALS, TWO_VARIABLES
from support.grammars.extensions import ENCODINGS, LISTS, MATHEMATICS, TEXTS

CORE: Final = FULL.joined(CONVERSIONS, COLLECTIONS, BINDINGS, TWO_VARIABLES, OPTIONALS)
EVERYTHING: Final = CORE.joined(TEXTS, MATHEMATICS, LISTS, ENCODINGS)

KINDS: Final = (
    *("bool", "int", "uint", "double", "string", "bytes", "time", "duration"),
    *("strings", "ints", "map", "dyn", "dyns", "option", "options"),
)
"""What expressions can be of."""

FAILING_CORE: Final = CORE.joined(FAILING)
FAILING_EVERYTHING: Final = EVERYTHING.joined(FAILING)


def drawn(grammar: Grammar, kinds: tuple[str, ...] = KINDS, depth: int = 4) -> st.SearchStrategy[str]:
    """An expression of `grammar` of one of `kinds`."""
    return st.sampled_from(kinds).flatmap(lambda kind: expressions(grammar, kind, depth))
