"""Amounts as documents write them: lengths of time, and money in decimals."""

from decimal import Decimal
from typing import Annotated, Final

import re2
from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from interlock.loading.kinds.common import broken_rule
from interlock.units import Milliseconds

_DURATION: Final = r"(?:[0-9]{1,9}(?:ms|s|m|h|d))+"
_is_duration = re2.compile(_DURATION).fullmatch
_part = re2.compile(r"([0-9]+)(ms|s|m|h|d)")
_LENGTHS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_LONGEST: Final = 100 * 366 * _LENGTHS["d"]

_MONEY: Final = r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,6})?"
_is_money = re2.compile(_MONEY).fullmatch

# ISO 4217.
_CURRENCY: Final = "[A-Z]{3}"
_is_currency = re2.compile(_CURRENCY).fullmatch

US_DOLLARS: Final = "USD"


def milliseconds(text: object) -> Milliseconds | None:
    """The length of time that `text` writes, such as `90s` or `1h30m`; None where it writes none."""
    if not isinstance(text, str) or not _is_duration(text):
        return None
    length = sum(int(number) * _LENGTHS[unit] for number, unit in _part.findall(text))
    return Milliseconds(length) if 0 < length <= _LONGEST else None


def money(value: object) -> Decimal | None:
    """The amount that `value` writes with at most six decimals; None where it writes none, or is a float."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return Decimal(text) if isinstance(text, str) and _is_money(text) else None


def _duration(value: object) -> Milliseconds:
    length = milliseconds(value)
    if length is None:
        raise broken_rule("must be a length of time up to 100 years, such as `90s`, `1h30m` or `30d`")
    return length


def _currency(text: str) -> str:
    if not _is_currency(text):
        raise broken_rule("must be the three capital letters of a currency, such as `EUR`")
    return text


def _rate(value: object) -> Decimal:
    rate = money(value)
    if not rate:
        raise broken_rule('must be US dollars with at most 6 decimals in quotes, such as "1.08"')
    return rate


Currency = Annotated[str, AfterValidator(_currency), Field(json_schema_extra={"pattern": f"^{_CURRENCY}$"})]
Rate = Annotated[Decimal, PlainValidator(_rate), WithJsonSchema({"type": "string", "pattern": f"^{_MONEY}$"})]
DurationText = Annotated[
    int, PlainValidator(_duration), WithJsonSchema({"type": "string", "pattern": f"^{_DURATION}$"})
]
