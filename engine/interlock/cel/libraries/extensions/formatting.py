"""`format`: a text with clauses such as `%s` and `%.2f`, and what to put in their place.

A clause takes certain kinds of values, and is an error for all others.
"""

import math
from collections.abc import Iterator
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final

from interlock.cel.libraries.limits import bounded
from interlock.cel.libraries.temporal import format_duration, format_timestamp
from interlock.cel.types import CelType
from interlock.cel.values import Duration, EvaluationError, Timestamp, from_key, type_of

_PRECISION: Final = 6
_MAX_PRECISION: Final = 1000
_DIGITS: Final = 4
_VERBS: Final = frozenset("sdfeboxX")
_UNKNOWN: Final = "format has an unknown clause"


def format_text(template: str, values: list[Any]) -> str:
    """`template` with each clause replaced by the next of `values`; those left over are passed over.

    Raises:
        EvaluationError: a clause is unknown, has no value, or one that it doesn't take.
    """
    written = _Written()
    rest = iter(values)
    plain, *clauses = template.split("%")
    written.add(plain)
    ahead = iter(clauses)
    for clause in ahead:
        if not clause and (escaped := next(ahead, None)) is not None:
            written.add("%" + escaped)
            continue
        precision, verb, plain = _read(clause)
        try:
            _write(written, verb, precision, next(rest))
        except StopIteration:
            raise EvaluationError("format has more clauses than values") from None
        written.add(plain)
    return "".join(written.parts)


def verbs(template: str) -> str:
    """The letters of the clauses in `template`, in their order.

    Raises:
        EvaluationError: a clause is unknown, or has no letter.
    """
    _, *clauses = template.split("%")
    ahead = iter(clauses)
    found = [_read(clause)[1] for clause in ahead if clause or next(ahead, None) is None]
    if not _VERBS.issuperset(found):
        raise EvaluationError(_UNKNOWN)
    return "".join(found)


class _Written:
    """The parts of a text that grows up to its bound."""

    __slots__ = ("parts", "size")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = 0

    def add(self, part: str) -> None:
        self.size = bounded(self.size + len(part))
        self.parts.append(part)


def _read(clause: str) -> tuple[int, str, str]:
    """The precision and the letter of a clause, and the text after it."""
    precision = _PRECISION
    if clause.startswith("."):
        digits = clause[1 : 2 + _DIGITS]
        digits = digits[: len(digits) - len(digits.lstrip("0123456789"))]
        if not digits or int(digits) > _MAX_PRECISION:
            raise EvaluationError(f"the precision of a format clause is no number up to {_MAX_PRECISION}")
        precision, clause = int(digits), clause[1 + len(digits) :]
    if not clause:
        raise EvaluationError("format ends in the middle of a clause")
    return precision, clause[0], clause[1:]


def _write(written: _Written, verb: str, precision: int, value: Any) -> None:
    match verb:
        case "s":
            _write_value(written, value)
        case "d":
            written.add(_decimal(value))
        case "f" | "e":
            written.add(_double(value, f".{precision}{verb}"))
        case "b" | "o" | "x" | "X":
            written.add(_digits(value, verb))
        case _:
            raise EvaluationError(_UNKNOWN)


def _write_value(written: _Written, value: Any) -> None:
    match value:
        case list():
            for opening, element in zip(_openings("["), value, strict=False):
                written.add(opening)
                _write_value(written, element)
            written.add("]" if value else "[]")
        case dict():
            named = [(_scalar(from_key(key)), each) for key, each in value.items()]
            named.sort(key=itemgetter(0))
            for opening, (key, each) in zip(_openings("{"), named, strict=False):
                written.add(f"{opening}{key}: ")
                _write_value(written, each)
            written.add("}" if value else "{}")
        case _:
            written.add(_scalar(value))


def _openings(first: str) -> Iterator[str]:
    yield first
    while True:
        yield ", "


def _scalar(value: Any) -> str:  # one case a type
    match value:
        case str():
            return value
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return _decimal(value)
        case bytes():
            try:
                return value.decode()
            except UnicodeDecodeError:
                raise EvaluationError("invalid UTF-8 in bytes") from None
        case Timestamp():
            return format_timestamp(value)
        case Duration():
            return format_duration(value)
        case CelType(name):
            return name
        case _:
            raise _not_taken("s", value)


def _decimal(value: Any) -> str:
    """A number in decimal, without an exponent and with as few digits as read back."""
    if isinstance(value, float) and math.isfinite(value):
        return f"{Decimal(repr(value)):f}".removesuffix(".0")
    if isinstance(value, float):
        return _not_finite(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(int(value))
    raise _not_taken("d", value)


def _double(value: Any, form: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _not_taken(form[-1], value)
    number = float(value)
    return format(number, form) if math.isfinite(number) else _not_finite(number)


def _digits(value: Any, verb: str) -> str:
    """A number in base 2, 8 or 16; the bytes of a text in base 16."""
    match value:
        case bool() if verb == "b":
            return "1" if value else "0"
        case int() if not isinstance(value, bool):
            return format(int(value), verb)
        case str() | bytes() if verb in {"x", "X"}:
            raw = value.encode() if isinstance(value, str) else value
            bounded(2 * len(raw))
            return raw.hex() if verb == "x" else raw.hex().upper()
        case _:
            raise _not_taken(verb, value)


def _not_finite(value: float) -> str:
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def _not_taken(verb: str, value: Any) -> EvaluationError:
    return EvaluationError(f"format clause %{verb} does not take {type_of(value)}")
