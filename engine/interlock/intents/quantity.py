"""Kubernetes quantities as whole numbers: `1`, `1k`, `1500m`, `2e0`, `4Gi`.

Source: k8s.io/apimachinery/pkg/api/resource. Floats are never used, and the
length is bounded, so a crafted quantity costs no more than an honest one.
"""

from typing import Final

from interlock.model.intent import MAX_INT64

_LONGEST: Final = 40
_GREATEST_EXPONENT: Final = 40

_DECIMAL: Final = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


def whole_quantity(value: object) -> int | None:
    """The quantity rounded up to a whole number, or None where it is no quantity, negative or over 64 bits."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    written = str(value)
    if len(written) > _LONGEST:
        return None
    digits, suffix = _split(written.removeprefix("+"))
    integer, _, fraction = digits.partition(".")
    if not (integer + fraction).isdigit() or not digits.isascii():
        return None
    scaled = _scale(int(integer + fraction), -len(fraction), suffix)
    return scaled if scaled is not None and scaled <= MAX_INT64 else None


def _split(written: str) -> tuple[str, str]:
    """The number and what follows it."""
    suffix = written.lstrip("0123456789.")
    return written[: len(written) - len(suffix)], suffix


def _scale(number: int, exponent: int, suffix: str) -> int | None:
    """`number` times ten to the `exponent` in the unit that `suffix` names, rounded up."""
    if suffix in _BINARY:
        return _times_ten_to(number << _BINARY[suffix], exponent)
    power = _DECIMAL.get(suffix)
    if power is None:
        power = _scientific(suffix)
    return None if power is None else _times_ten_to(number, exponent + power)


def _scientific(suffix: str) -> int | None:
    """The exponent of `e3`, `E-3` and the like."""
    sign = -1 if suffix[1:2] == "-" else 1
    digits = suffix[2:] if suffix[1:2] in {"+", "-"} else suffix[1:]
    if suffix[0] not in "eE" or not (digits.isascii() and digits.isdigit()):
        return None
    exponent = int(digits)
    return sign * exponent if exponent <= _GREATEST_EXPONENT else None


def _times_ten_to(number: int, exponent: int) -> int:
    if exponent >= 0:
        return int(number * 10**exponent)
    return int(-(-number // 10**-exponent))
