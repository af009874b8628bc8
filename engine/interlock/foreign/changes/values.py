"""What expressions evaluate to, as JSON. Pure.

A configuration is taken as it is; values of a JSON Patch go through the JSON
of protocol buffers, which has doubles alone for numbers, and texts for what
else CEL has.
"""

import math
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any, Final

from interlock.cel.libraries.messages import plain
from interlock.cel.libraries.temporal import format_duration, format_timestamp
from interlock.cel.text.literal import literal
from interlock.cel.values import Duration, EvaluationError, Message, Timestamp, Uint, type_of
from interlock.foreign.changes.containers import PatchError
from interlock.foreign.changes.operation import ABSENT, Operation

_EXACT: Final = 2**53 - 1
"""The largest integer that a double surely holds."""


def configuration(value: Any) -> dict[str, Any]:
    """The configuration that `value` is.

    Raises:
        PatchError: it is none, its messages are not where their names say, or it holds what has no JSON.
    """
    if not isinstance(value, Message):
        raise PatchError(f"unsupported return type from ApplyConfiguration expression: {type_of(value)}")
    _check_names(value)
    made: dict[str, Any] = _mapped(value, _as_it_is)
    return made


def operations(value: Any) -> list[Operation]:
    """The operations that `value` lists.

    Raises:
        PatchError: it lists something else, or a value has no JSON.
    """
    if not isinstance(value, list):
        raise PatchError("type mismatch: JSONPatchType.expression should evaluate to array")
    return [_operation(each) for each in value]


def _operation(value: Any) -> Operation:
    if not isinstance(value, Message) or value.type.name != "JSONPatch":
        raise PatchError(
            "type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch,"
            f" got element of {type_of(value)}"
        )
    fields = value.fields
    given = fields.get("value", ABSENT)
    if isinstance(given, Message):
        _check_names(given)
    return Operation(
        op=fields.get("op", ""),
        path=fields.get("path", ""),
        source=fields.get("from", ""),
        value=given if given is ABSENT else _mapped(given, _as_protocol_buffers),
    )


def _check_names(value: Message) -> None:
    """That each message has the name of the field that it stands in, below that of the outermost."""
    found = list(_misnamed(value, str(value.type)))
    if found:
        raise PatchError("type mismatch: " + "\n".join(found))


def _misnamed(value: Any, wanted: str) -> Iterator[str]:
    match value:
        case Message(type_, fields):
            if str(type_) != wanted:
                yield (
                    f'unexpected type name "{type_}", expected "{wanted}",'
                    " which matches field name path from root Object type"
                )
            for name, each in fields.items():
                yield from _misnamed(each, f"{wanted}.{name}")
        case list():
            for each in value:
                yield from _misnamed(each, wanted)
        case dict():
            for each in value.values():
                yield from _misnamed(each, wanted)
        case _:
            pass


def _mapped(value: Any, scalar: Callable[[Any], Any]) -> Any:
    try:
        return _inner(plain(value), scalar)
    except EvaluationError as error:
        raise PatchError(str(error)) from None


def _inner(value: Any, scalar: Callable[[Any], Any]) -> Any:
    match value:
        case list():
            return [_inner(each, scalar) for each in value]
        case dict():
            return {key: _inner(each, scalar) for key, each in value.items()}
        case _:
            return scalar(value)


def _as_it_is(value: Any) -> Any:
    if type(value) in {bool, int, float, str}:
        return value
    if type(value) is Uint:
        return int(value)
    raise _no_json(value)


def _as_protocol_buffers(value: Any) -> Any:
    match value:
        case None | bool() | str():
            return value
        case int():
            return int(value) if abs(value) <= _EXACT else str(int(value))
        case float() if math.isfinite(value):
            return int(value) if value.is_integer() and abs(value) <= _EXACT else value
        case bytes():
            return b64encode(value).decode()
        case Timestamp():
            return format_timestamp(value)
        case Duration():
            return format_duration(value)
        case _:
            raise _no_json(value)


def _no_json(value: Any) -> PatchError:
    return PatchError(f"{literal(value)} of type {type_of(value)} has no JSON")
