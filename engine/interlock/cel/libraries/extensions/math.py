"""The greatest and the least, rounding, signs and bits of numbers."""

import math
from collections.abc import Iterable
from itertools import product
from operator import and_, or_, xor
from typing import Any, Final

from interlock.cel.libraries.arithmetic import to_int
from interlock.cel.libraries.comparison import is_less
from interlock.cel.libraries.overloads import Function, Library, Overload, no_overload
from interlock.cel.libraries.signatures import function
from interlock.cel.types import BOOL, DOUBLE, DYN, INT, UINT, CelType, list_of
from interlock.cel.values import MAX_INT, MAX_UINT, EvaluationError, Uint

_NUMBERS: Final = (("int", INT), ("uint", UINT), ("double", DOUBLE))
_KINDS: Final = frozenset({int, Uint, float})
_BITS: Final = 64


def greatest(left: Any, right: Any) -> Any:
    """The greater of two numbers, the first where they are equal or one is no number."""
    return right if is_less(left, right) else left


def least(left: Any, right: Any) -> Any:
    """The lesser of two numbers, the first where they are equal or one is no number."""
    return right if is_less(right, left) else left


def round_half_away(value: float) -> float:
    """The nearest whole number, of two the one that is farther from zero."""
    if not math.isfinite(value):
        return value
    whole = math.floor(abs(value))
    return math.copysign(whole + (abs(value) - whole >= 1 / 2), value)


def _whole(of: Function) -> Function:
    """`of`, which gives an int, over doubles: it keeps their sign, and leaves what is not finite as it is."""
    return lambda value: math.copysign(of(value), value) if math.isfinite(value) else value


def _square_root(value: float) -> float:
    return math.sqrt(value) if value >= 0 else math.nan


def _sign(value: Any) -> Any:
    return type(value)((value > 0) - (value < 0)) if value == value else value  # noqa: PLR0124  # NaN has none


def _shift_left(value: int, by: int) -> int:
    return (int(value) << _shift(by)) & MAX_UINT if by < _BITS else 0


def _shift_right(value: int, by: int) -> int:
    # The bits are shifted, whatever number they stand for: the sign is one of them.
    return (int(value) & MAX_UINT) >> _shift(by) if by < _BITS else 0


def _shift(by: int) -> int:
    if by < 0:
        raise EvaluationError("bits are shifted by a negative offset")
    return by


def _signed(of: Function) -> Function:
    """`of`, which gives 64 bits, as the int64 that they stand for."""

    def compute(value: int, by: int) -> int:
        bits = int(of(value, by))
        return bits if bits <= MAX_INT else bits - MAX_UINT - 1

    return compute


def _unsigned(of: Function) -> Function:
    return lambda *operands: Uint(of(*map(int, operands)))


def _chosen(name: str, choose: Function) -> Iterable[Overload]:
    """The overloads of one of `math.greatest` and `math.least`, as the checker expands them."""
    called, id_ = f"math.{name}", f"math_{name}"

    def of_list(values: list[Any]) -> Any:
        if not values:
            raise EvaluationError(f"{called} of an empty list")
        for value in values:
            if type(value) not in _KINDS:
                raise no_overload(called, value)
        best = values[0]
        for value in values:
            best = choose(best, value)
        return best

    for kind, type_ in _NUMBERS:
        yield function(f"{id_}_{kind}", called, (type_,), type_, lambda value: value)
        yield function(f"{id_}_list_{kind}", called, (list_of(type_),), type_, of_list)
    for (left, left_type), (right, right_type) in product(_NUMBERS, repeat=2):
        result = left_type if left == right else DYN
        yield function(f"{id_}_{left}_{right}", called, (left_type, right_type), result, choose)


def _of_double(name: str, result: CelType, compute: Function) -> Overload:
    return function(f"math_{name}_double", f"math.{name}", (DOUBLE,), result, compute)


def _bitwise(name: str, compute: Function) -> Iterable[Overload]:
    called = f"math.{name}"
    yield function(f"math_{name}_int_int", called, (INT, INT), INT, compute)
    yield function(f"math_{name}_uint_uint", called, (UINT, UINT), UINT, _unsigned(compute))


def _shifts(name: str, compute: Function) -> Iterable[Overload]:
    called = f"math.{name}"
    yield function(f"math_{name}_int_int", called, (INT, INT), INT, _signed(compute))
    yield function(f"math_{name}_uint_int", called, (UINT, INT), UINT, _unsigned(compute))


_GREATEST_AND_LEAST: Final = (*_chosen("@max", greatest), *_chosen("@min", least))
_ROUNDING: Final = (
    _of_double("ceil", DOUBLE, _whole(math.ceil)),
    _of_double("floor", DOUBLE, _whole(math.floor)),
    _of_double("round", DOUBLE, round_half_away),
    _of_double("trunc", DOUBLE, _whole(math.trunc)),
    _of_double("isNaN", BOOL, math.isnan),
    _of_double("isInf", BOOL, math.isinf),
    _of_double("isFinite", BOOL, math.isfinite),
    function("math_abs_int", "math.abs", (INT,), INT, lambda value: to_int(abs(value))),
    function("math_abs_uint", "math.abs", (UINT,), UINT, lambda value: value),
    function("math_abs_double", "math.abs", (DOUBLE,), DOUBLE, abs),
    *(function(f"math_sign_{kind}", "math.sign", (type_,), type_, _sign) for kind, type_ in _NUMBERS),
)
_BITWISE: Final = (
    *_bitwise("bitAnd", and_),
    *_bitwise("bitOr", or_),
    *_bitwise("bitXor", xor),
    function("math_bitNot_int_int", "math.bitNot", (INT,), INT, lambda value: ~value),
    function("math_bitNot_uint_uint", "math.bitNot", (UINT,), UINT, lambda value: Uint(MAX_UINT - value)),
    *_shifts("bitShiftLeft", _shift_left),
    *_shifts("bitShiftRight", _shift_right),
)
_ROOTS: Final = tuple(
    function(f"math_sqrt_{kind}", "math.sqrt", (type_,), DOUBLE, _square_root) for kind, type_ in _NUMBERS
)

VERSIONS: Final = (
    Library(name="math", extension=("math", 0), overloads=_GREATEST_AND_LEAST),
    Library(name="math", extension=("math", 1), overloads=(*_GREATEST_AND_LEAST, *_ROUNDING, *_BITWISE)),
    Library(
        name="math",
        extension=("math", 2),
        overloads=(*_GREATEST_AND_LEAST, *_ROUNDING, *_BITWISE, *_ROOTS),
    ),
)
