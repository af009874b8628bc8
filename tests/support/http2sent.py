"""Frames as clients might send them, right and wrong, drawn by Hypothesis."""

import struct

from hpack import Encoder
from hypothesis import strategies as st

from support.rawhttp2 import REQUEST, raw

_STREAMS = st.sampled_from([0, 1, 1, 3, 3, 5, 2, 2**31 - 1])
_FIELDS = st.lists(
    st.sampled_from(
        [*REQUEST, ("content-length", "4"), ("x-test", "o\0k"), ("X", "1"), ("te", "x"), (":status", "1")]
    ),
    max_size=9,
)


@st.composite
def _frames(draw: st.DrawFn) -> bytes:
    """A frame, mostly one that might be sent."""
    encoder = Encoder()
    encoder.header_table_size = 0
    kind = draw(st.integers(0, 11))
    stream = draw(_STREAMS)
    flags = draw(st.sampled_from([0, 0, 4, 4, 5, 5, 1, 1, 0x2D, 8, 9, 0xFF]))
    block = encoder.encode(draw(st.one_of(st.just(list(REQUEST)), _FIELDS)))
    number = struct.pack(">I", draw(st.sampled_from([0, 1, 100, 65_535, 2**31 - 1, 2**32 - 1])))
    usual = {
        1: st.just(block),
        3: st.just(number),
        4: st.just(b"\0" + bytes([draw(st.integers(1, 7))]) + number if not flags & 1 else b""),
        6: st.just(bytes(8)),
        7: st.just(bytes(4) + number),
        8: st.just(number),
        9: st.just(block),
    }.get(kind, st.binary(max_size=64))
    payload = draw(st.one_of(usual, usual, usual, st.binary(max_size=12)))
    return raw(kind, flags, stream, payload)


@st.composite
def _calls(draw: st.DrawFn) -> bytes:
    """Frames of a call that might be made, not always all of them."""
    encoder = Encoder()
    encoder.header_table_size = 0
    stream = draw(st.sampled_from([1, 3, 5, 7, 9, 11]))
    frames = [
        raw(1, 4, stream, encoder.encode(REQUEST)),
        raw(0, 0, stream, draw(st.binary(max_size=40))),
        raw(8, 0, stream, struct.pack(">I", draw(st.integers(1, 1000)))),
        raw(0, 1, stream, draw(st.binary(max_size=40))),
    ]
    return b"".join(frames[: draw(st.integers(1, 4))])


SENT = st.one_of(
    st.lists(_calls(), max_size=8),
    st.lists(st.one_of(_frames(), _calls()), max_size=20),
    st.lists(st.one_of(_frames(), _calls(), st.binary(max_size=30)), max_size=20),
)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("call"), st.binary(max_size=400), st.booleans()),
        st.tuples(st.just("large"), st.integers(1, 5)),
        st.tuples(st.just("cancel"), st.integers(0, 5)),
        st.tuples(st.just("window"), st.integers(0, 70_000)),
        st.tuples(st.just("ping"), st.binary(min_size=8, max_size=8)),
        st.tuples(st.just("widen"), st.integers(1, 100_000)),
        st.tuples(st.just("exchange")),
    ),
    max_size=30,
)
