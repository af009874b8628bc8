"""Protobuf's structs as plain JSON data, and back. Pure."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

from google.protobuf.struct_pb2 import ListValue, Struct, Value

from interlock.errors import RequestError

_MOST_EXACT: Final = 2.0**53


def plain(struct: Struct) -> dict[str, Any]:
    """What is in `struct`. Numbers that are whole are integers, as JSON writes them. Raises RequestError."""
    return {key: _value(value) for key, value in struct.fields.items()}


def struct_of(data: Mapping[str, Any]) -> Struct:
    """`data`, plain JSON, as a struct."""
    struct = Struct()
    struct.update(data)
    return struct


def _value(value: Value) -> Any:  # noqa: ANN401 - any JSON
    match value.WhichOneof("kind"):
        case "number_value":
            return _number(value.number_value)
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "struct_value":
            return plain(value.struct_value)
        case "list_value":
            return _list(value.list_value)
        case _:
            return None


def _list(values: ListValue) -> list[Any]:
    return [_value(each) for each in values.values]


def _number(number: float) -> int | float:
    if not isfinite(number):
        raise RequestError("the struct has a number that is none")
    return int(number) if number.is_integer() and abs(number) <= _MOST_EXACT else number
