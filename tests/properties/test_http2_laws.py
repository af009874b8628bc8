"""What holds of the gRPC listener's HTTP/2, whatever comes: frames that may be sent, and others.

The client that is right is the h2 library's: it knows what may be sent when, and
finds what we must not send. The one that is wrong sends anything.
"""

from collections.abc import Iterator, Sequence

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, Event, RequestReceived, ResponseReceived, StreamEnded
from h2.exceptions import ProtocolError
from hpack import Decoder, Encoder, HPACKError
from hyperframe.frame import Frame, GoAwayFrame
from hypothesis import given
from hypothesis import strategies as st

from interlock_webhooks.grpc.allowance import FloodError
from interlock_webhooks.grpc.http2.fields import FieldReader
from interlock_webhooks.grpc.http2.frames import PREFACE, ConnectionFailure
from interlock_webhooks.grpc.response import Response
from interlock_webhooks.refusal import Header
from support.http2sent import SENT, STEPS
from support.http2sides import HEAD, Echoing, Listening, RightClient
from support.rawhttp2 import raw, resets


def _take(side: Listening, parts: Sequence[bytes]) -> str:
    """How a connection ends on which `parts` come."""
    try:
        for part in parts:
            side.session.receive(part)
    except ConnectionFailure as failure:
        return failure.error.name
    except FloodError:
        return "flood"
    return "goes on"


def _parsed(data: bytes) -> list[Frame]:
    """The frames of `data`, which has nothing else."""
    frames = []
    while data:
        frame, length = Frame.parse_frame_header(memoryview(data[:9]))
        frame.parse_body(memoryview(data[9 : 9 + length]))
        assert len(data) >= 9 + length
        frames.append(frame)
        data = data[9 + length :]
    return frames


@given(SENT)
def test_whatever_comes_the_connection_goes_on_or_is_ended_with_a_reason(sent: list[bytes]) -> None:
    side = Echoing()
    outcome = _take(side, [PREFACE, raw(4, 0, 0), *sent])
    reasons = [frame.error_code for frame in _parsed(side.out.take()) if isinstance(frame, GoAwayFrame)]
    assert reasons == ([] if outcome in {"goes on", "flood"} else [ErrorCodes[outcome]])


@given(SENT, st.data())
def test_it_is_all_the_same_how_bytes_are_cut(sent: list[bytes], data: st.DataObject) -> None:
    whole = PREFACE + raw(4, 0, 0) + b"".join(sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=12)))
    parts = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    one, other = Echoing(), Echoing()
    assert _take(one, [whole]) == _take(other, parts)
    assert one.said == other.said
    assert one.out.take() == other.out.take()


@given(SENT)
def test_what_h2_takes_we_take_and_it_means_the_same(sent: list[bytes]) -> None:
    parts = [PREFACE, raw(4, 0, 0), *sent]
    ours, theirs = Listening(), H2Connection(H2Configuration(client_side=False, header_encoding=None))
    theirs.initiate_connection()
    theirs.clear_outbound_data_buffer()
    outcome = _take(ours, parts)
    try:
        events = [event for part in parts for event in theirs.receive_data(part)]
    except ProtocolError:
        return
    if resets(_parsed(theirs.data_to_send())):
        return
    if outcome == "PROTOCOL_ERROR":
        assert any(map(_waits_at_h2, _heads(b"".join(sent))))
    else:
        # A frame that will be too large is refused before it is there.
        assert outcome in {"goes on", "flood", "FRAME_SIZE_ERROR"}
    if outcome == "goes on":
        assert not resets(_parsed(ours.out.take()))
        assert _told(ours) == _meant(events)


def _heads(data: bytes) -> Iterator[tuple[int, int]]:
    """The types and streams of the frames in `data`."""
    while len(data) >= 9:
        yield data[3], int.from_bytes(data[5:9]) & 0x7FFF_FFFF
        data = data[9 + int.from_bytes(data[:3]) :]


def _waits_at_h2(head: tuple[int, int]) -> bool:
    """Whether h2 waits for the rest of what no client may send, or lets it be.

    Such are promises, and resets of streams that only we could have begun.
    """
    kind, stream = head
    return kind == 5 or (kind == 3 and stream % 2 == 0)


def _told(side: Listening) -> tuple[dict[object, object], dict[object, object]]:
    begun = {said[1]: said[2] for said in side.said if said[0] == "begun"}
    return begun, {said[1]: said[2] for said in side.said if said[0] == "ended"}


def _meant(events: list[Event]) -> tuple[dict[object, object], dict[object, object]]:
    """The fields of requests, and the bodies of those that are whole, as h2 understands them."""
    fields: dict[object, object] = {}
    bodies: dict[int, bytes] = {}
    whole: dict[object, object] = {}
    for event in events:
        match event:
            case RequestReceived(stream_id=stream):
                fields[stream] = tuple((bytes(name), bytes(value)) for name, value in event.headers)
                bodies[stream] = b""
            case DataReceived(stream_id=stream):
                bodies[stream] += event.data
            case StreamEnded(stream_id=stream):
                whole[stream] = bodies[stream]
            case _:
                pass
    return fields, whole


@given(SENT)
def test_only_a_whole_request_is_answered(sent: list[bytes]) -> None:
    side = Echoing()
    _take(side, [PREFACE, raw(4, 0, 0), *sent])
    whole = {said[1] for said in side.said if said[0] == "ended"}
    answered = {frame.stream_id for frame in _parsed(side.out.take()) if frame.type in {0, 1}}
    assert answered <= whole


@given(SENT)
def test_what_is_held_is_bounded_by_what_is_open(sent: list[bytes]) -> None:
    side = Echoing()
    _take(side, [PREFACE, raw(4, 0, 0), *sent])
    begun = [said[1] for said in side.said if said[0] == "begun"]
    over = [said[1] for said in side.said if said[0] in {"ended", "broken"}]
    assert len(begun) == len(set(begun))
    assert set(side.bodies) == set(begun) - set(over)


@given(STEPS)
def test_a_client_that_is_right_finds_no_fault_and_has_all_its_answers(steps: list[tuple[object, ...]]) -> None:
    client = RightClient(Echoing())
    for step in steps:
        client.do(step)
    client.http.update_settings({4: 2**20})
    client.exchange()
    client.http.increment_flow_control_window(2**24)
    client.exchange()
    client.exchange()
    answers = dict.fromkeys(client.sent, b"")
    ended = set()
    for event in client.events:
        match event:
            case DataReceived(stream_id=stream) if stream in answers:
                answers[stream] += event.data
            case StreamEnded(stream_id=stream):
                ended.add(stream)
            case _:
                pass
    assert answers == client.sent
    assert set(client.sent) <= ended


_NAMED = st.tuples(
    st.sampled_from(["a", "b", "cookie", ":path", "x-long"]),
    st.sampled_from(["", "1", "2", "x" * 40, "y" * 1500]),
)


_BLOCKS = st.lists(
    st.tuples(
        st.lists(_NAMED, max_size=5),
        st.booleans(),
        st.sampled_from([None, None, 0, 64, 4096]),
        st.integers(0, 2),
    ),
    max_size=25,
)


@given(_BLOCKS)
def test_what_is_remembered_of_blocks_is_what_they_mean(
    blocks: list[tuple[list[tuple[str, str]], bool, int | None, int]],
) -> None:
    encoder, plain, reader = Encoder(), Decoder(), FieldReader()
    for fields, is_huffman, size, repetitions in blocks:
        if size is not None:
            encoder.header_table_size = size
        # One that is sent again may add to the table again: later ones mean something else then, or nothing.
        for block in [encoder.encode(fields, huffman=is_huffman)] * (1 + repetitions):
            expected = _read(plain, block)
            try:
                read = reader.read(block)
            except ConnectionFailure:
                assert expected is None
                return
            assert read == expected


def test_a_block_means_what_the_table_has_by_then() -> None:
    reader = FieldReader()
    newest = b"\xbe"
    assert reader.read(b"\x40\x01a\x011") == [(b"a", b"1")]
    for _ in range(2):
        assert reader.read(newest) == [(b"a", b"1")]
    assert reader.read(b"\x40\x01b\x012") == [(b"b", b"2")]
    for _ in range(2):
        assert reader.read(newest) == [(b"b", b"2")]
    # A table of no size has nothing in it.
    assert reader.read(b"\x20") == []
    with pytest.raises(ConnectionFailure):
        reader.read(newest)


def _read(decoder: Decoder, block: bytes) -> list[Header] | None:
    try:
        return [(bytes(name), bytes(value)) for name, value in decoder.decode(block, raw=True)]
    except HPACKError:
        return None


@given(
    st.lists(st.tuples(st.text("abc-", min_size=1, max_size=9), st.text("xyz", max_size=4)), max_size=5),
    st.integers(0, 50_000),
)
def test_fields_of_any_size_arrive(fields: list[tuple[str, str]], size: int) -> None:
    client = RightClient(Echoing())
    client.http.decoder.max_header_list_size = 2**20
    sent = [*HEAD, *((name.encode(), value.encode()) for name, value in fields), (b"x-large", b"v" * size)]
    client.call(b"", whole=False)
    client.exchange()
    client.side.outbox.send(1, Response(head=tuple(sent), body=b"", trailers=()), 0)
    client.exchange()
    (answered,) = [event for event in client.events if isinstance(event, ResponseReceived)]
    assert [(bytes(name), bytes(value)) for name, value in answered.headers] == sent
