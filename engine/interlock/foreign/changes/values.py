"""What expressions evaluate to, as JSON. Pure.

A configuration is taken as it is; values of a JSON Patch go through the JSON
of protocol buffers, which has doubles alone for numbers, and texts for what
else CEL has. Neither way does the API server read a list or map in a message
that an expression makes inside another list or map; what it found in documents
it reads at any depth.

Source: k8s.io/apiserver, cel/mutation/dynamic.convertField.
"""

import math
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from interlock.cel.libraries.messages import plain
from interlock.cel.libraries.temporal import format_duration, format_timestamp
from interlock.cel.text.literal import literal
from interlock.cel.values import Duration, EvaluationError, Message, Timestamp, Uint, type_of
from interlock.foreign.changes.containers import Container, PatchError
from interlock.foreign.changes.operation import ABSENT, Operation

_EXACT: Final = 2**53 - 1
"""The largest integer that a double surely holds."""


def configuration(value: Any, documents: Iterable[Any] = ()) -> dict[str, Any]:
    """The configuration that `value` is, made of parts of `documents` and of what is new.

    Raises:
        PatchError: it is none, its messages are not where their names say, or it holds what has no JSON
            or what the API server can't read.
    """
    if not isinstance(value, Message):
        raise PatchError(f"unsupported return type from ApplyConfiguration expression: {type_of(value)}")
    _check_names(value)
    _check_nesting(value, documents)
    made: dict[str, Any] = _mapped(value, _as_it_is)
    return made


def operations(value: Any, documents: Iterable[Any] = ()) -> list[Operation]:
    """The operations that `value` lists, with parts of `documents` and what is new.

    Raises:
        PatchError: it lists something else, or a value has no JSON or can't be read by the API server.
    """
    if not isinstance(value, list):
        raise PatchError("type mismatch: JSONPatchType.expression should evaluate to array")
    return [_operation(each, documents) for each in value]


def _operation(value: Any, documents: Iterable[Any]) -> Operation:
    if not isinstance(value, Message) or value.type.name != "JSONPatch":
        raise PatchError(
            "type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch,"
            f" got element of {type_of(value)}"
        )
    fields = value.fields
    given = fields.get("value", ABSENT)
    if isinstance(given, Message):
        _check_names(given)
    for each in _messages(given):
        _check_nesting(each, documents)
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


def _check_nesting(value: Message, documents: Iterable[Any]) -> None:
    """That no list and no map has one in it that is no part of `documents`."""
    if found := list(_nested(value, "")):
        known = {id(each) for document in documents for each in _containers(document)}
        for place, each in found:
            if id(each) not in known:
                made = "map" if isinstance(each, dict) else "list"
                raise PatchError(
                    f"{place}: the API server can't read a {made} that the expression makes inside a list or"
                    " a map: make a message, such as Object.spec{}"
                )


def _nested(value: Any, place: str) -> Iterator[tuple[str, Container]]:
    """What stands in the lists and maps of messages and is a list or map itself."""
    match value:
        case Message():
            for name, each in value.fields.items():
                yield from _nested(each, f"{place}.{name}")
            return
        case list():
            inner: Iterable[tuple[str, Any]] = ((f"{place}[{at}]", each) for at, each in enumerate(value))
        case dict():
            inner = ((f"{place}.{key}", each) for key, each in value.items())
        case _:
            return
    for at, each in inner:
        if isinstance(each, Message):
            yield from _nested(each, at)
        elif isinstance(each, dict | list):
            yield at, each


def _messages(value: Any) -> Iterator[Message]:
    """The outermost messages in `value`."""
    if isinstance(value, Message):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _messages(each)


def _containers(value: Any) -> Iterator[Container]:
    if isinstance(value, dict | list):
        yield value
        for each in value.values() if isinstance(value, dict) else value:
            yield from _containers(each)


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
