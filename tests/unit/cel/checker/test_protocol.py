"""Messages survive their frames, and half of a frame is no message."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.checker.protocol import framed, unframed


@given(st.lists(st.binary(max_size=300)))
def test_what_is_framed_can_be_read_one_after_the_other(messages: list[bytes]) -> None:
    wire = BytesIO(b"".join(map(framed, messages)))
    assert [unframed(wire.read) for _ in messages] == messages


def test_a_large_message_is_read_in_parts() -> None:
    message = bytes(range(256)) * 4096
    wire = BytesIO(framed(message))
    assert unframed(lambda size: wire.read(min(size, 1000))) == message


@given(st.binary(max_size=50), st.data())
def test_a_frame_that_ends_too_early_is_none(message: bytes, data: st.DataObject) -> None:
    wire = framed(message)
    cut = data.draw(st.integers(0, len(wire) - 1))
    with pytest.raises(EOFError):
        unframed(BytesIO(wire[:cut]).read)


def test_a_frame_that_says_to_be_huge_is_not_waited_for() -> None:
    with pytest.raises(EOFError):
        unframed(BytesIO(b"\xff" * 100).read)
