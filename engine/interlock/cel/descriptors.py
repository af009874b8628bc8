"""Tables of fields as descriptors: the form in which the checker reads message types.

A field can have a scalar type, `dyn`, a message of the tables, a list of
those, or a map from strings to those; protocol buffers know no other.
"""

from collections.abc import Mapping
from typing import Final

from google.protobuf import duration_pb2, struct_pb2, timestamp_pb2, wrappers_pb2
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto

from interlock.cel.types import BOOL, DOUBLE, DYN, INT, STRING, CelType, list_of, map_of

PACKAGE: Final = "interlock"

_SCALARS: Final = {
    STRING: FieldDescriptorProto.TYPE_STRING,
    INT: FieldDescriptorProto.TYPE_INT64,
    BOOL: FieldDescriptorProto.TYPE_BOOL,
    DOUBLE: FieldDescriptorProto.TYPE_DOUBLE,
}
_DYNAMIC: Final = {
    DYN: ".google.protobuf.Value",
    list_of(DYN): ".google.protobuf.ListValue",
    map_of(STRING, DYN): ".google.protobuf.Struct",
}
_WELL_KNOWN: Final = (duration_pb2, struct_pb2, timestamp_pb2, wrappers_pb2)


def make_files(messages: Mapping[str, Mapping[str, CelType]]) -> tuple[bytes, ...]:
    """Serialized descriptors of messages by their full name, each with its fields by name.

    Every file comes after those that it needs.
    """
    file = FileDescriptorProto(name="interlock.proto", package=PACKAGE, syntax="proto3")
    unpackaged = FileDescriptorProto(name="unpackaged.proto", syntax="proto3")
    for each in (file, unpackaged):
        each.dependency.append("google/protobuf/struct.proto")
    for name, fields in messages.items():
        own = name.removeprefix(f"{PACKAGE}.")
        message = (unpackaged if own == name else file).message_type.add(name=own)
        # Names such as `fooBar` and `foo_bar` may stand side by side: nothing is ever read as JSON here.
        message.options.deprecated_legacy_json_field_conflicts = True
        for number, (field, type_) in enumerate(fields.items(), start=1):
            _describe(
                message, message.field.add(name=field, number=_number(number), json_name=str(number)), type_
            )
    files = [module.DESCRIPTOR.serialized_pb for module in _WELL_KNOWN]
    return (*files, file.SerializeToString(), unpackaged.SerializeToString())


def entry_name(field: str) -> str:
    """What protocol buffers call the entries of the map `field`, among the fields of its message."""
    return "".join(part[:1].upper() + part[1:] for part in field.split("_")) + "Entry"


def _number(position: int) -> int:
    """`position`, past the numbers that protocol buffers keep for themselves."""
    reserved = range(19_000, 20_000)
    return position if position < reserved.start else position + len(reserved)


def _describe(message: DescriptorProto, field: FieldDescriptorProto, type_: CelType) -> None:
    field.label = FieldDescriptorProto.LABEL_OPTIONAL
    match type_:
        case CelType("map", (_, value)) if value != DYN:
            _map(message, field, value)
        case CelType("list", (element,)) if element != DYN:
            _single(field, element)
            field.label = FieldDescriptorProto.LABEL_REPEATED
        case _:
            _single(field, type_)


def _single(field: FieldDescriptorProto, type_: CelType) -> None:
    if type_ in _SCALARS:
        field.type = _SCALARS[type_]
    else:
        field.type = FieldDescriptorProto.TYPE_MESSAGE
        field.type_name = _DYNAMIC.get(type_) or f".{type_.name}"


def _map(message: DescriptorProto, field: FieldDescriptorProto, value: CelType) -> None:
    """Makes `field` a map from strings, which protocol buffers spell as a repeated entry message."""
    entry = message.nested_type.add(name=entry_name(field.name))
    entry.options.map_entry = True
    for number, (name, type_) in enumerate((("key", STRING), ("value", value)), start=1):
        _describe(entry, entry.field.add(name=name, number=number), type_)
    field.label, field.type = FieldDescriptorProto.LABEL_REPEATED, FieldDescriptorProto.TYPE_MESSAGE
    field.type_name = f".{PACKAGE}.{message.name}.{entry.name}"
