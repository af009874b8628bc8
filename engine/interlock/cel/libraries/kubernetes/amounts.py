"""The amount of a quantity, as k8s.io/apimachinery/pkg/api/resource reads and keeps it.

The API server keeps an amount as a 64-bit number and a power of ten where that
is quick, and as a decimal otherwise. Only the first kind ever is an integer to
it: `quantity('1.5Gi')` is none, so the kind is part of the value here too.
"""

import math
from decimal import MAX_EMAX, MIN_EMIN, ROUND_UP, Context, Decimal, Inexact, InvalidOperation
from typing import Any, ClassVar, Final

import re2

from interlock.cel.types import CelType
from interlock.cel.values import MAX_INT, MIN_INT, EvaluationError, LimitExceeded, Opaque

_LONGEST: Final = 1000
_MOST_DIGITS: Final = 10_000
_EXACT: Final = Context(
    prec=_MOST_DIGITS, Emax=MAX_EMAX, Emin=MIN_EMIN, rounding=ROUND_UP, traps=[Inexact, InvalidOperation]
)
_ROUNDING: Final = Context(
    prec=_MOST_DIGITS, Emax=MAX_EMAX, Emin=MIN_EMIN, rounding=ROUND_UP, traps=[InvalidOperation]
)

_WRITTEN = re2.compile(r"([+-]?)([0-9]*)(\.[0-9]*)?([eEinumkKMGTP]*[-+]?[0-9]*)")
_EXPONENT = re2.compile(r"[eE][+-]?[0-9]{1,10}")
_DECIMAL: Final = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_MAX_SCALE: Final = 2**31 - 1

_NANO: Final = Decimal("1E-9")
_NANO_EXPONENT: Final = -9
_INT_DIGITS: Final = 18
_GREATEST: Final = Decimal(MAX_INT)
_BINARY_DIGITS: Final = 14

_GREATEST_POWER: Final = 308
_LEAST_POWER: Final = -323
_POWER_STEP: Final = 32


class Quantity(Opaque, frozen=True):
    """An amount; `is_short` says that the API server keeps it as a 64-bit number and a power of ten."""

    cel_type: ClassVar = CelType("kubernetes.Quantity")

    amount: Decimal
    is_short: bool

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quantity) and self.amount == other.amount

    def __hash__(self) -> int:
        return hash(self.amount)

    def __str__(self) -> str:
        return f'quantity("{self.amount}")'

    def plus(self, other: "Quantity") -> "Quantity":
        """The sum."""
        if self.is_short and other.is_short:
            if other.amount == 0:
                return self
            if self.amount == 0:
                return other
        return self._with(_exactly(_EXACT.add, self.amount, other.amount), other)

    def minus(self, other: "Quantity") -> "Quantity":
        """The difference."""
        return self.plus(Quantity(other.amount.copy_negate(), other.is_short))

    def integer(self) -> int | None:
        """The amount as a 64-bit number, if the API server can tell it for one."""
        exponent = _exponent(self.amount)
        if not self.is_short or exponent < 0 or self.amount.adjusted() > _INT_DIGITS:
            return 0 if self.is_short and self.amount == 0 and exponent >= 0 else None
        value = int(self.amount)
        return value if MIN_INT <= value <= MAX_INT else None

    def approximate(self) -> float:
        """The amount as a double, which may be infinite."""
        exponent = _exponent(self.amount)
        digits = self.amount.scaleb(-exponent, _EXACT)
        try:
            base = float(int(digits))
        except OverflowError:
            base = math.copysign(math.inf, digits)
        return base * _power_of_ten(exponent) if exponent else base

    def _with(self, amount: Decimal, other: "Quantity") -> "Quantity":
        """`amount`, in the short form where both operands have it and no step leaves 64 bits."""
        exponent = _exponent(amount)
        is_short = self.is_short and other.is_short
        for each in (self.amount, other.amount, amount):
            is_short = is_short and _fits(each, exponent)
        return Quantity(amount, is_short)


def parse(text: str) -> Quantity:
    """The quantity that `text` is.

    The API server takes a suffix without a number for zero; that is a known
    defect, its documentation says that `Mi` is an error, and so it is here.

    Raises:
        EvaluationError: it is none.
        LimitExceeded: its digits are too many to work with.
    """
    written = _WRITTEN.fullmatch(text) if len(text) <= _LONGEST else None
    if written is None:
        raise EvaluationError("quantity does not match the regular expression of quantities")
    sign, integer, point, suffix = written.groups()
    fraction = (point or "")[1:]
    if not integer + fraction:
        raise EvaluationError("quantity has no digits")
    number = Decimal(f"{sign}{integer}.{fraction or ''}")
    digits = len(integer.lstrip("0") or "0") + len(fraction)
    if suffix in _BINARY:
        return _binary(number, digits, _BINARY[suffix], has_fraction=bool(fraction))
    return _decimal(number, digits, _scale(suffix))


def whole(number: int) -> Quantity:
    """The quantity of a 64-bit number."""
    return Quantity(Decimal(number), is_short=True)


def _scale(suffix: str) -> int:
    if suffix in _DECIMAL:
        return _DECIMAL[suffix]
    exponent = int(suffix[1:]) if _EXPONENT.fullmatch(suffix) else _MAX_SCALE + 1
    # The API server cuts larger exponents to 32 bits: another number altogether.
    if abs(exponent) > _MAX_SCALE:
        raise EvaluationError("unable to parse the suffix of the quantity")
    return exponent


def _decimal(number: Decimal, digits: int, scale: int) -> Quantity:
    scaled = number.scaleb(scale, _EXACT)
    if digits <= _INT_DIGITS and _exponent(scaled) >= _NANO_EXPONENT:
        return Quantity(scaled, is_short=True)
    return Quantity(_rounded(scaled), is_short=False)


def _binary(number: Decimal, digits: int, power: int, *, has_fraction: bool) -> Quantity:
    scaled = _EXACT.multiply(number, Decimal(2**power))
    if not has_fraction and digits + power * 3 // 10 <= _BINARY_DIGITS:
        return Quantity(scaled, is_short=True)
    rounded = _rounded(scaled)
    if abs(rounded) > _GREATEST:
        rounded = _GREATEST.copy_sign(rounded)
    return Quantity(rounded, is_short=False)


def _rounded(amount: Decimal) -> Decimal:
    """`amount` in billionths, away from zero, so that the smallest request asks for something."""
    return amount if amount == 0 else _exactly(_ROUNDING.quantize, amount, _NANO)


def _exactly(operation: Any, left: Decimal, right: Decimal) -> Decimal:
    try:
        return Decimal(operation(left, right))
    except (Inexact, InvalidOperation):
        raise LimitExceeded(f"a quantity of more than {_MOST_DIGITS} digits") from None


def _exponent(amount: Decimal) -> int:
    return int(amount.as_tuple().exponent)


def _fits(amount: Decimal, exponent: int) -> bool:
    """Whether `amount` is a 64-bit number times ten to the `exponent`."""
    if amount.adjusted() - exponent > _INT_DIGITS:
        return amount == 0
    return MIN_INT <= int(amount.scaleb(-exponent, _EXACT)) <= MAX_INT


def _power_of_ten(exponent: int) -> float:
    """Ten to the `exponent` in two steps, as Go rounds it."""
    if exponent > _GREATEST_POWER or exponent < _LEAST_POWER:
        return math.inf if exponent > 0 else 0.0
    coarse, fine = divmod(abs(exponent), _POWER_STEP)
    if exponent > 0:
        return float(f"1e{coarse * _POWER_STEP}") * float(f"1e{fine}")
    return float(f"1e-{coarse * _POWER_STEP}") / float(f"1e{fine}")
