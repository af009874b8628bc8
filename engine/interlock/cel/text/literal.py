"""Values as CEL writes them."""

import json
import math
from typing import Any

from interlock.cel.libraries.temporal import format_duration, format_timestamp
from interlock.cel.types import CelType
from interlock.cel.values import (
    MAX_UINT,
    MIN_INT,
    Duration,
    Message,
    Opaque,
    Optional,
    Timestamp,
    Uint,
    from_key,
)


def literal(value: Any) -> str:  # noqa: C901, PLR0912  # one case a type
    """`value` as CEL writes it; an opaque value by its type and its text."""
    match value:
        case None | bool():
            return json.dumps(value)
        case str():
            return _quoted(value)
        case Uint():
            return f"{int(value)}u"
        case bytes():
            return "b'" + "".join(f"\\x{byte:02x}" for byte in value) + "'"
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case dict():
            entries = (f"{literal(from_key(key))}: {literal(each)}" for key, each in value.items())
            return f"{{{', '.join(entries)}}}"
        case Timestamp():
            return f'timestamp("{format_timestamp(value)}")'
        case Duration():
            return f'duration("{format_duration(value)}")'
        case Optional():
            return f"optional.of({literal(value.value)})" if value.is_present else "optional.none()"
        case CelType():
            return value.name
        case Message():
            fields = (f"{name}: {literal(each)}" for name, each in value.fields.items())
            return f"{value.type}{{{', '.join(fields)}}}"
        case int() if not MIN_INT <= value <= MAX_UINT:
            return f"an integer of {value.bit_length()} bits"
        case float() if not math.isfinite(value):
            return f'double("{value}")'
        case _:
            return str(value)


def is_writable(value: Any) -> bool:
    """Whether `literal` writes `value` as CEL that evaluates to it."""
    match value:
        case str():
            return not any("\ud800" <= character <= "\udfff" for character in value)
        case list():
            return all(map(is_writable, value))
        case dict():
            return all(is_writable(from_key(key)) and is_writable(each) for key, each in value.items())
        case Optional():
            return is_writable(value.value)
        case int():
            return MIN_INT <= value <= MAX_UINT
        case Opaque() | Message():
            return False
        case _:
            return True


def is_negative(value: Any) -> bool:
    """Whether `value` is a number that is written with a minus."""
    return isinstance(value, int | float) and literal(value).startswith("-")


def _quoted(text: str) -> str:
    """`text` in quotes; a lone surrogate, which CEL has no way to write, stays escaped."""
    return json.dumps(text, ensure_ascii=False).encode(errors="backslashreplace").decode()
