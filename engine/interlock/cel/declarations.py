"""What the checker knows about plain dicts: message types, each a table of fields.

They come from TypedDicts here, and from Kubernetes' schemas in
`interlock.cel.schemas`. An annotation becomes a field: `list[...]` repeats,
`dict[str, str]` is a map, `Any` below a dict is dynamic and another TypedDict
is a message of its own. A key that is not required is a field that `has()`
can test.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any, Final, get_args, get_origin

from typing_extensions import get_type_hints, is_typeddict

from interlock.cel.descriptors import PACKAGE, make_files
from interlock.cel.types import BOOL, DOUBLE, DYN, INT, STRING, CelType, list_of, map_of

_SCALARS: Final = {str: STRING, int: INT, bool: BOOL, float: DOUBLE}


def message_type(record: type) -> CelType:
    """The CEL type of a TypedDict."""
    return CelType(f"{PACKAGE}.{record.__name__}")


@dataclass(frozen=True)
class Declarations:
    """Message types by name, each a table from field to type.

    A message that a schema declares has a table in `keys` too: by field, the
    key of the raw object that it stands for. `dynamic` says why a field of
    such a message, or what it holds, has no type. Expressions can make the
    messages that are `made`, by the name that the checker knows one by.
    """

    fields: Mapping[str, Mapping[str, CelType]]
    keys: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dynamic: Mapping[tuple[str, str], str] = field(default_factory=dict)
    made: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def files(self) -> tuple[bytes, ...]:
        """The descriptors that the checker reads, each after those that it needs."""
        return make_files(self.fields)

    @cached_property
    def digest(self) -> bytes:
        """What these files are told from others by."""
        return sha256(b"".join(self.files)).digest()

    def field(self, message: CelType, name: str) -> CelType | None:
        """The type of a field; None where `message` is no declared message or has no such field."""
        return self.fields.get(message.name, {}).get(name)

    def texts(self, message: CelType) -> frozenset[str]:
        """The fields of `message` that are texts."""
        return frozenset(name for name, type_ in self.fields.get(message.name, {}).items() if type_ == STRING)

    def called(self, type_: CelType) -> CelType:
        """What expressions call a type of the checker."""
        return _renamed(type_, self.made) if self.made else type_

    def known(self, type_: CelType) -> CelType:
        """The type of the checker that expressions call by another name."""
        return _renamed(type_, {name: known for known, name in self.made.items()}) if self.made else type_

    def key(self, message: CelType, name: str) -> str:
        """The key of the dict that a field reads: its own name, unless a schema's key had to be escaped."""
        return self.keys.get(message.name, {}).get(name, name)

    def why_dynamic(self, message: CelType, name: str) -> str | None:
        """Why a field of a schema's message is dynamic, or holds what is; None where all of it has a type."""
        return self.dynamic.get((message.name, name))

    def is_repeated(self, message: CelType, name: str) -> bool:
        """Whether a field is a list or map whose `has()` is true when it isn't empty.

        In the messages of schemas no field is: there `has()` asks whether the key is present.
        """
        declared = self.field(message, name)
        return declared is not None and declared.name in {"list", "map"} and message.name not in self.keys


def declare(records: Iterable[type]) -> Declarations:
    """Declarations of `records` and of every TypedDict that their annotations mention."""
    fields: dict[str, dict[str, CelType]] = {}
    pending = list(records)
    while pending:
        record = pending.pop()
        if message_type(record).name in fields:
            continue
        table = fields[message_type(record).name] = {}
        for name, hint in get_type_hints(record).items():
            table[name] = _type(hint, pending)
    return Declarations(fields)


def _renamed(type_: CelType, names: Mapping[str, str]) -> CelType:
    return CelType(names.get(type_.name, type_.name), tuple(_renamed(each, names) for each in type_.parameters))


def _type(hint: Any, mentioned: list[type]) -> CelType:
    """The type of an annotation, which adds the TypedDicts in it to `mentioned`."""
    if hint in _SCALARS:
        return _SCALARS[hint]
    if is_typeddict(hint):
        mentioned.append(hint)
        return message_type(hint)
    if get_origin(hint) is list:
        return list_of(_type(get_args(hint)[0], mentioned))
    if get_args(hint) == (str, str):
        return map_of(STRING, STRING)
    if get_args(hint) == (str, Any):
        return map_of(STRING, DYN)
    raise TypeError(f"no CEL type for {hint}")
