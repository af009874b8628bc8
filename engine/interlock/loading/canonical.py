"""One spelling for a model value, so that equal policy sets have equal digests.

Where a value stands in a file and what is only derived from the rest are left
out; everything else is in.
"""

from dataclasses import fields, is_dataclass
from typing import Any

from msgspec import Struct

from interlock.spans import SourceText, Span


def plain(value: Any) -> Any:  # noqa: ANN401  # any value of the model
    """`value` as plain JSON."""
    match value:
        case SourceText():
            return value.text
        case frozenset():
            return sorted(map(str, value))
        case tuple() | list():
            return [plain(each) for each in value]
        case Struct():
            return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
        case _ if is_dataclass(value):
            return {
                field.name: plain(part)
                for field in fields(value)
                if field.compare and not isinstance(part := getattr(value, field.name), Span)
            }
        case _:
            return value
