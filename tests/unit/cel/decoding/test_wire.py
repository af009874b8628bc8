"""Protocol buffers' wire form."""

import struct

import pytest
from google.protobuf import descriptor_pb2, struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.decoding.wire import Message


@given(st.integers(-(2**63), 2**63 - 1), st.text(max_size=300), st.floats(allow_nan=False))
def test_fields_are_read_as_protocol_buffers_wrote_them(number: int, text: str, double: float) -> None:
    written = descriptor_pb2.UninterpretedOption(
        identifier_value=text, double_value=double, negative_int_value=number
    )
    message = Message.parse(written.SerializeToString())
    assert message.text(3) == text
    assert message.double(6) == double
    assert message.integer(5) == number


def test_repeated_and_nested_messages_are_read_in_their_order() -> None:
    written = struct_pb2.ListValue(values=[struct_pb2.Value(string_value=text) for text in ("a", "b", "a")])
    message = Message.parse(written.SerializeToString())
    assert [each.text(3) for each in message.messages(1)] == ["a", "b", "a"]
    assert message.message(1).text(3) == "a"


def test_an_absent_field_is_empty() -> None:
    message = Message.parse(b"")
    assert (message.integer(1), message.unsigned(1), message.bytes(1), message.text(1)) == (0, 0, b"", "")
    assert message.messages(1) == []
    assert message.message(1) == message
    assert 1 not in message


def test_an_unsigned_integer_has_no_sign() -> None:
    message = Message.parse(b"\x08" + b"\xff" * 9 + b"\x01")
    assert message.integer(1) == -1
    assert message.unsigned(1) == 2**64 - 1
    assert 1 in message


def test_a_double_is_eight_bytes() -> None:
    assert Message.parse(b"\x09" + struct.pack("<d", -0.5)).double(1) == -0.5


def test_a_field_of_another_kind_is_refused() -> None:
    message = Message.parse(b"\x08\x01\x12\x01a")
    with pytest.raises(TypeError, match="field 1 holds no bytes"):
        message.bytes(1)
    with pytest.raises(TypeError, match="field 2 is no integer"):
        message.integer(2)


def test_a_wire_type_that_nobody_writes_is_refused() -> None:
    with pytest.raises(ValueError, match="wire type 5"):
        Message.parse(b"\x0d\x00\x00\x00\x00")
