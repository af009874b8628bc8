"""What holds of the gRPC listener's HTTP/2, whatever comes: frames that may be sent, and others.

The client that is right is the h2 library's: it knows what may be sent when, and
finds what we must not send. The one that is wrong sends anything.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, Event, ResponseReceived, StreamEnded
from hpack import Decoder, Encoder, HPACKError
from hyperframe.frame import Frame, GoAwayFrame
from hypothesis import given
from hypothesis import strategies as st

from interlock_webhooks.grpc.allowance import Allowance, FloodError
from interlock_webhooks.grpc.http2.fields import FieldReader
from interlock_webhooks.grpc.http2.frames import PREFACE, ConnectionFailure
from interlock_webhooks.grpc.http2.outgoing import Outgoing
from interlock_webhooks.grpc.http2.session import Session
from interlock_webhooks.grpc.outbox import Outbox
from interlock_webhooks.grpc.response import Response
from interlock_webhooks.refusal import Header
from support.rawhttp2 import REQUEST, raw

_HEAD: tuple[Header, ...] = ((b":status", b"200"), (b"content-type", b"application/grpc"))
_TRAILERS: tuple[Header, ...] = ((b"grpc-status", b"0"),)


@dataclass(slots=True)
class Echoing:
    """A side that answers each whole request with what it was, at once. `said` is what it was told."""

    said: list[tuple[object, ...]] = field(default_factory=list)
    bodies: dict[int, bytes] = field(default_factory=dict)
    session: Session = field(init=False)
    outbox: Outbox = field(init=False)
    allowance: Allowance = field(default_factory=lambda: Allowance(0))

    def __post_init__(self) -> None:
        self.session = Session(self)
        self.outbox = Outbox(self.session.out)

    @property
    def out(self) -> Outgoing:
        return self.session.out

    def begun(self, stream: int, fields: list[Header]) -> None:
        self.said.append(("begun", stream, tuple(fields)))
        self.bodies[stream] = b""

    def received(self, stream: int, data: bytes, size: int) -> None:
        self.bodies[stream] += data
        self.session.acknowledge(stream, size)

    def ended(self, stream: int) -> None:
        body = self.bodies.pop(stream)
        self.said.append(("ended", stream, body))
        self.outbox.send(stream, Response(head=_HEAD, body=body, trailers=_TRAILERS), 0)

    def broken(self, stream: int) -> None:
        self.said.append(("broken", stream))
        self.bodies.pop(stream, None)
        self.outbox.forget(stream)

    def widened(self) -> None:
        self.outbox.go_on()

    def spent(self) -> None:
        self.allowance.spend(0)

    def greeted(self) -> None:
        self.said.append(("greeted",))

    def echoed(self, mark: bytes) -> None:
        self.said.append(("echoed", mark))

    def leaving(self, error: int) -> None:
        self.said.append(("leaving", error))


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
    flags = draw(st.sampled_from([0, 1, 4, 5, 0x2D, 8, 9, 0xFF]))
    block = encoder.encode(draw(st.one_of(st.just(list(REQUEST)), _FIELDS)))
    number = struct.pack(">I", draw(st.sampled_from([0, 1, 100, 65_535, 2**31 - 1, 2**32 - 1])))
    payload = draw(
        {
            1: st.just(block),
            3: st.just(number),
            4: st.just(b"\0" + bytes([draw(st.integers(1, 7))]) + number if not flags & 1 else b""),
            6: st.just(bytes(8)),
            7: st.just(bytes(4) + number),
            8: st.just(number),
            9: st.just(block),
        }.get(kind, st.binary(max_size=64))
        | st.binary(max_size=12)
    )
    return raw(kind, flags, stream, payload)


_SENT = st.lists(st.one_of(_frames(), st.binary(max_size=30)), max_size=30)


def _take(side: Echoing, parts: Sequence[bytes]) -> str:
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


@given(_SENT)
def test_whatever_comes_the_connection_goes_on_or_is_ended_with_a_reason(sent: list[bytes]) -> None:
    side = Echoing()
    outcome = _take(side, [PREFACE, raw(4, 0, 0), *sent])
    reasons = [frame.error_code for frame in _parsed(side.out.take()) if isinstance(frame, GoAwayFrame)]
    assert reasons == ([] if outcome in {"goes on", "flood"} else [ErrorCodes[outcome]])


@given(_SENT, st.data())
def test_it_is_all_the_same_how_bytes_are_cut(sent: list[bytes], data: st.DataObject) -> None:
    whole = PREFACE + raw(4, 0, 0) + b"".join(sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=12)))
    parts = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    one, other = Echoing(), Echoing()
    assert _take(one, [whole]) == _take(other, parts)
    assert one.said == other.said
    assert one.out.take() == other.out.take()


@given(_SENT)
def test_only_a_whole_request_is_answered(sent: list[bytes]) -> None:
    side = Echoing()
    _take(side, [PREFACE, raw(4, 0, 0), *sent])
    whole = {said[1] for said in side.said if said[0] == "ended"}
    answered = {frame.stream_id for frame in _parsed(side.out.take()) if frame.type in {0, 1}}
    assert answered <= whole


@given(_SENT)
def test_what_is_held_is_bounded_by_what_is_open(sent: list[bytes]) -> None:
    side = Echoing()
    _take(side, [PREFACE, raw(4, 0, 0), *sent])
    begun = [said[1] for said in side.said if said[0] == "begun"]
    over = [said[1] for said in side.said if said[0] in {"ended", "broken"}]
    assert len(begun) == len(set(begun))
    assert set(side.bodies) == set(begun) - set(over)


_STEPS = st.lists(
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


class RightClient:
    """h2's client, in conversation with `side`."""

    def __init__(self, side: Echoing) -> None:
        self.side = side
        self.http = H2Connection(H2Configuration(client_side=True, header_encoding=None))
        self.http.initiate_connection()
        self.sent: dict[int, bytes] = {}
        self.events: list[Event] = []
        self.exchange()

    def exchange(self) -> None:
        """Let all come that is under way, until nothing is."""
        is_quiet = False
        while not is_quiet:
            to_us = self.http.data_to_send()
            self.side.session.receive(to_us)
            to_it = self.side.out.take()
            self.events += self.http.receive_data(to_it)
            is_quiet = not to_us and not to_it

    def call(self, body: bytes, *, whole: bool) -> None:
        """Call with `body`, or with what of it there is room for."""
        if self.http.open_outbound_streams >= self.http.remote_settings.max_concurrent_streams:
            return
        stream = self.http.get_next_available_stream_id()
        self.http.send_headers(stream, list(REQUEST))
        body = body[: self.http.local_flow_control_window(stream)]
        for at in range(0, len(body), 16_384):
            self.http.send_data(stream, body[at : at + 16_384])
        if whole:
            self.http.end_stream(stream)
            self.sent[stream] = body

    def do(self, step: tuple[object, ...]) -> None:
        """Take a step that a client may take."""
        match step:
            case ("call", bytes() as body, bool() as whole):
                self.call(body, whole=whole)
            case ("large", int() as times):
                self.call(bytes(20_000 * times), whole=True)
            case ("cancel", int() as which) if self.sent:
                stream = sorted(self.sent)[which % len(self.sent)]
                if stream in self.http.streams and not self.http.streams[stream].closed:
                    self.http.reset_stream(stream, ErrorCodes.CANCEL)
                    del self.sent[stream]
            case ("window", int() as size):
                self.http.update_settings({4: size})
            case ("ping", bytes() as mark):
                self.http.ping(mark)
            case ("widen", int() as more):
                self.http.increment_flow_control_window(more)
            case _:
                self.exchange()


@given(_STEPS)
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
    sent = [*_HEAD, *((name.encode(), value.encode()) for name, value in fields), (b"x-large", b"v" * size)]
    client.call(b"", whole=False)
    client.exchange()
    client.side.outbox.send(1, Response(head=tuple(sent), body=b"", trailers=()), 0)
    client.exchange()
    (answered,) = [event for event in client.events if isinstance(event, ResponseReceived)]
    assert [(bytes(name), bytes(value)) for name, value in answered.headers] == sent
