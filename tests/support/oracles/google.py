"""cel-cpp, through its Python wrapper cel-expr-python.

No NUL and no lone surrogate may reach it, and no null is taken out of it: the
wrapper would lose a reference to None.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from cel_expr_python import cel

from interlock.cel.types import CelType
from interlock.cel.values import Duration, Optional, Timestamp, from_key
from support.grammars import FAILING_EVERYTHING
from support.oracles import times
from support.programs import ERROR
from support.reference import exact
from support.undirected import EXTENSIONS, PRODUCTIONS

GAPS: Final[Mapping[str, str]] = {
    ".transformMap": "its map is planned at the first evaluation, and there is no overload to insert into it",
    "{map}.transformList": "its maps have no order that lasts",
    "string({time})": "it writes 0, 3, 6 or 9 digits of a second; Go, and so we, as many as it takes",
    "string({duration})": "the same",
    "{string}.split({separator}": "an empty text has one character, an empty one; in Go and here none",
    "base64.decode({string})": "white space is passed over; in Go and here only line breaks",
    ".substring({int}, {int})": "the position after the last character is none",
    "string({double})": "what is no number has a sign",
    "format([{uint}, {bytes}": "bytes that are no UTF-8 become a text that isn't either; here that is an error",
    "dyn({option})": "an index into what an optional value has is none where that has no parts; here an error",
    "format([{double}": "doubles have six digits and an exponent; in Go and here as many digits as read back",
    "format([{dyn}": "the same",
    "format([{duration}": "digits of a second, as above",
    "format([{time}": "the same",
}
GRAMMAR: Final = FAILING_EVERYTHING.without(*GAPS)

UNDIRECTED_GAPS: Final[Mapping[str, str]] = {
    "transformMap": "as above",
    "int({})": "a boolean is 0 or 1",
    "string({})": "times and what is no number, as above",
    "%s": "doubles, as above",
    "{}.format(": "the same",
    "base64.decode": "white space, as above",
    "{}.split(": "empty texts, as above",
    "{}.substring({}, {})": "the end, as above",
    "{}[{}]": "optional values, as above",
    "optional.of({})": "of one in another nothing can be selected; here it can",
    ".optMap(": "it makes such values too",
    "{}[?{}]": "what can't be a key is the key of no entry; here it is an error",
}
UNDIRECTED: Final = tuple(
    text for text in (*PRODUCTIONS, *EXTENSIONS) if not any(part in text for part in UNDIRECTED_GAPS)
)

_NATIVE: Final = {
    "b": cel.Type.BOOL,
    "i": cel.Type.INT,
    "j": cel.Type.INT,
    "s": cel.Type.STRING,
    "t": cel.Type.STRING,
    "l": cel.Type.List(cel.Type.STRING),
    "x": cel.Type.DYN,
    "y": cel.Type.DYN,
    "d": cel.Type.List(cel.Type.DYN),
}
_EXTENSIONS: Final = {
    "strings": 4,
    "math": 2,
    "sets": 0,
    "lists": 2,
    "encoders": 0,
    "bindings": 0,
    "optional": 2,
    "regex": 0,
    "two-var-comprehensions": 0,
}
_TYPES: Final = {
    "NULL": "null_type",
    "TIMESTAMP": "google.protobuf.Timestamp",
    "DURATION": "google.protobuf.Duration",
}


class NotAcceptedError(Exception):
    """Its checker refuses the expression."""


def can_read(values: Any) -> bool:
    """Whether the wrapper passes all of `values` on: it cuts texts at NUL."""
    match values:
        case str():
            return "\0" not in values
        case list():
            return all(map(can_read, values))
        case dict():
            return all(map(can_read, values.values()))
        case _:
            return True


def value(text: str, values: Mapping[str, Any]) -> Any:
    """The value of `text` as far as it is visible, or `ERROR`.

    Raises:
        NotAcceptedError: it is no expression over the variables of the tests.
    """
    try:
        expression = _environment().compile(text)
    except RuntimeError as error:
        raise NotAcceptedError(str(error)) from None
    try:
        found = expression.eval(data=dict(values))
    except RuntimeError:
        return ERROR
    return _taken(found)


def visible(found: Any) -> Any:
    """Times in microseconds, maps with Python's keys, and of optional values only that they are some."""
    match found:
        case list():
            return ("list", [visible(each) for each in found])
        case dict():
            return _map({from_key(key): visible(each) for key, each in found.items()})
        case Timestamp() | Duration():
            return times.of_ours(found)
        case CelType(name):
            return ("type", name)
        case Optional():
            return ("optional",)
        case _:
            return exact(found)


@cache
def _environment() -> Any:
    lines = (f"- {{name: {name}, version: {version}}}\n" for name, version in _EXTENSIONS.items())
    return cel.NewEnv(config=cel.NewEnvConfigFromYaml(f"extensions:\n{''.join(lines)}"), variables=_NATIVE)


def _taken(found: Any) -> Any:
    """What the wrapper's value shows: it is read part by part, for only so are its types seen."""
    match found.type().name().partition("<")[0]:
        case "NULL":
            return exact(None)
        case "ERROR":
            return _failed(found)
        case "LIST":
            return ("list", [_taken(each) for each in found.value()])
        case "MAP":
            return _map({key: _taken(each) for key, each in found.value().items()})
        case "BYTES":
            return exact(bytes(found.value()))
        case "UINT":
            return ("uint", found.value())
        case "TIMESTAMP" | "DURATION":
            return times.of_theirs(found.value())
        case "TYPE":
            name = found.value().name().partition("<")[0]
            return ("type", _TYPES.get(name, name.lower()))
        case _:
            return exact(found.value())


def _failed(found: Any) -> Any:
    """An error, unless it has no text: the wrapper takes what it can't return for one."""
    try:
        found.value()
    except TypeError:
        return ("optional",)
    return ERROR


def _map(entries: Mapping[Any, Any]) -> Any:
    return ("map", sorted(entries.items(), key=repr))
