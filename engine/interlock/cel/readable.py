"""`has(a.b)` of a variable that is called `a.b`: whether it can be read.

The API server has `variables` as one variable with fields; here each is a
variable of its own, and the checker would take the test of one for its value.
So it is told of a function in the place of such a test, in as many letters,
and what it says of places stays true.
"""

from collections.abc import Container, Iterator
from typing import Final

from interlock.cel.libraries.overloads import Library
from interlock.cel.libraries.signatures import function
from interlock.cel.syntax.tokens import Token, UnreadableError, tokens
from interlock.cel.types import BOOL, DYN

FUNCTION: Final = "_V_"
"""Stands for `has`."""

READABLE: Final = Library(
    name="interlock.readable",
    overloads=(function("readable_variable", FUNCTION, (DYN,), BOOL, lambda _value: True),),
)
"""Declares the function, which decoding makes a test again."""

_TEST: Final = 6
"""The tokens of `has(a.b)`."""


def marked(text: str, names: Container[str]) -> str:
    """`text` with the function in the place of each `has` of a variable that is among `names`."""
    try:
        found = list(tokens(text))
    except UnreadableError:
        return text  # the checker says what is wrong with it
    for start in _tests(found, names):
        text = f"{text[:start]}{FUNCTION}{text[start + len(FUNCTION) :]}"
    return text


def _tests(found: list[Token], names: Container[str]) -> Iterator[int]:
    """Where `has` stands in each test of a variable."""
    for at in range(len(found) - _TEST + 1):
        before = found[at - 1].text if at else ""
        has, opening, base, dot, field, closing = found[at : at + _TEST]
        is_test = (has.text, opening.text, dot.text, closing.text) == ("has", "(", ".", ")")
        if is_test and before != "." and f"{base.text}.{field.text}" in names:
            yield has.start
