"""Operators on what may be anything, and is an int nearly always: a test of the types saves the call."""

from collections.abc import Callable
from typing import Final

from interlock.cel.generation.code import Code
from interlock.cel.types import BOOL, DYN, INT
from interlock.cel.values import MAX_INT, MIN_INT

_COMPARISONS: Final = {"_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">="}
_ARITHMETIC: Final = {"_+_": "+", "_-_": "-", "_*_": "*"}


def guarded(function: str, operands: list[Code], known: str, fresh: Callable[[], str]) -> Code | None:
    """Python that computes `function` itself where both operands are ints, and calls `known` elsewhere.

    None where it is no such function, or no operand is dynamic. `fresh` makes names of variables.
    """
    is_comparison = function in _COMPARISONS
    if not is_comparison and (function not in _ARITHMETIC or len(operands) != 2):  # noqa: PLR2004  # `-x` is unary
        return None
    types = {operand.type for operand in operands}
    if DYN not in types or not types <= {DYN, INT}:
        return None
    tests, texts = [], []
    for operand in operands:
        if type(operand.literal) is int:
            texts.append(operand.text)
            continue
        variable = fresh()
        tests.append(f"type({variable} := {operand.text})")
        texts.append(variable)
    are_ints = f"{' is '.join(tests)} is int"
    otherwise = f"{known}({', '.join(texts)})"
    if is_comparison:
        return Code(f"({f' {_COMPARISONS[function]} '.join(texts)} if {are_ints} else {otherwise})", BOOL)
    made = fresh()
    fits = f"{MIN_INT} <= ({made} := {f' {_ARITHMETIC[function]} '.join(texts)}) <= {MAX_INT}"
    return Code(f"({made} if {are_ints} and {fits} else {otherwise})")
