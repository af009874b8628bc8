"""Messages that expressions make, such as a part of an object that is to be changed."""

from collections.abc import Iterable
from typing import Any

from interlock.cel.libraries.overloads import no_overload
from interlock.cel.libraries.presence import to_optional
from interlock.cel.types import CelType
from interlock.cel.values import EvaluationError, Message


def message(
    type_: CelType, given: Iterable[tuple[str, Any]], texts: frozenset[str], optional: frozenset[int]
) -> Message:
    """The message of `type_` with the fields that are `given`.

    Those among `texts` have to be texts, and an empty one counts as not given;
    those at the indices in `optional` are left out where absent.

    Raises:
        EvaluationError: a value is of another type.
    """
    fields: dict[str, Any] = {}
    for at, (name, value) in enumerate(given):
        kept = value
        if at in optional:
            held = to_optional("?field", value)
            if not held.is_present:
                continue
            kept = held.value
        if name in texts and not isinstance(kept, str):
            raise EvaluationError(f"field `{name}` of {type_} has to be a string")
        if name not in texts or kept:
            fields[name] = kept
    return Message(type_, fields, texts)


def plain(value: Any) -> Any:
    """`value` with a map in the place of each message in it.

    Raises:
        EvaluationError: a key is no text.
    """
    match value:
        case Message():
            return {name: plain(each) for name, each in value.fields.items()}
        case list():
            return [plain(each) for each in value]
        case dict():
            return {_text(key): plain(each) for key, each in value.items()}
        case _:
            return value


def _text(key: Any) -> str:
    if isinstance(key, str):
        return key
    raise no_overload("key of a map", key)
