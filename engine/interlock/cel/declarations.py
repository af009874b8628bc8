"""TypedDicts as CEL message types: what the checker knows about plain dicts.

An annotation becomes a field: `list[...]` repeats, `dict[str, str]` is a map,
`Any` below a dict is dynamic and another TypedDict is a message of its own.
A key that is not required is a field that `has()` can test.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, get_args, get_origin

from google.protobuf import duration_pb2, struct_pb2, timestamp_pb2, wrappers_pb2
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from typing_extensions import get_type_hints, is_typeddict

from interlock.cel.types import BOOL, DOUBLE, DYN, INT, STRING, CelType, list_of, map_of

PACKAGE: Final = "interlock"

_SCALARS: Final = {
    str: (STRING, FieldDescriptorProto.TYPE_STRING),
    int: (INT, FieldDescriptorProto.TYPE_INT64),
    bool: (BOOL, FieldDescriptorProto.TYPE_BOOL),
    float: (DOUBLE, FieldDescriptorProto.TYPE_DOUBLE),
}
_STRUCT: Final = ".google.protobuf.Struct"
_WELL_KNOWN: Final = (duration_pb2, struct_pb2, timestamp_pb2, wrappers_pb2)


def message_type(record: type) -> CelType:
    """The CEL type of a TypedDict."""
    return CelType(f"{PACKAGE}.{record.__name__}")


@dataclass(frozen=True, slots=True)
class Declarations:
    """Message types by name, each a table from field to type, and the pool that the checker reads."""

    fields: dict[str, dict[str, CelType]]
    pool: DescriptorPool

    def field(self, message: CelType, name: str) -> CelType | None:
        """The type of a field; None where `message` is no declared message or has no such field."""
        return self.fields.get(message.name, {}).get(name)

    def is_repeated(self, message: CelType, name: str) -> bool:
        """Whether a field is a list or map of a declared message: `has()` of it is true when it isn't empty."""
        declared = self.field(message, name)
        return declared is not None and declared.name in {"list", "map"}


def declare(records: Iterable[type]) -> Declarations:
    """Declarations of `records` and of every TypedDict that their annotations mention."""
    fields: dict[str, dict[str, CelType]] = {}
    file = FileDescriptorProto(name="interlock.proto", package=PACKAGE, syntax="proto3")
    file.dependency.append("google/protobuf/struct.proto")
    pending = list(records)
    while pending:
        record = pending.pop()
        if message_type(record).name in fields:
            continue
        message = file.message_type.add(name=record.__name__)
        table = fields[message_type(record).name] = {}
        for number, (name, hint) in enumerate(get_type_hints(record).items(), start=1):
            field = message.field.add(name=name, number=number, label=FieldDescriptorProto.LABEL_OPTIONAL)
            table[name], mentioned = _describe(message, field, hint)
            pending.extend(mentioned)
    return Declarations(fields, _pool(file))


def _pool(file: FileDescriptorProto) -> DescriptorPool:
    pool = DescriptorPool()
    for module in _WELL_KNOWN:
        well_known = FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(well_known)
        pool.Add(well_known)
    pool.Add(file)
    return pool


def _describe(message: DescriptorProto, field: FieldDescriptorProto, hint: Any) -> tuple[CelType, list[type]]:
    """Fills in `field`; its CEL type and the TypedDicts that it mentions."""
    if hint in _SCALARS:
        type_, field.type = _SCALARS[hint]
        return type_, []
    if is_typeddict(hint):
        type_ = message_type(hint)
        field.type, field.type_name = FieldDescriptorProto.TYPE_MESSAGE, f".{type_.name}"
        return type_, [hint]
    if get_origin(hint) is list:
        element, mentioned = _describe(message, field, get_args(hint)[0])
        field.label = FieldDescriptorProto.LABEL_REPEATED
        return list_of(element), mentioned
    if get_args(hint) == (str, str):
        _string_map(message, field)
        return map_of(STRING, STRING), []
    if get_args(hint) == (str, Any):
        field.type, field.type_name = FieldDescriptorProto.TYPE_MESSAGE, _STRUCT
        return map_of(STRING, DYN), []
    raise TypeError(f"no CEL type for {hint}")


def _string_map(message: DescriptorProto, field: FieldDescriptorProto) -> None:
    """Makes `field` a map of strings, which protocol buffers spell as a repeated entry message."""
    entry = message.nested_type.add(name=f"{field.name[0].upper()}{field.name[1:]}Entry")
    entry.options.map_entry = True
    for number, name in enumerate(("key", "value"), start=1):
        entry.field.add(
            name=name,
            number=number,
            type=FieldDescriptorProto.TYPE_STRING,
            label=FieldDescriptorProto.LABEL_OPTIONAL,
        )
    field.label, field.type = FieldDescriptorProto.LABEL_REPEATED, FieldDescriptorProto.TYPE_MESSAGE
    field.type_name = f".{PACKAGE}.{message.name}.{entry.name}"
