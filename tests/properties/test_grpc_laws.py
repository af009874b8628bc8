"""What holds of the gRPC listener, whatever comes: framing, statuses, and no garbage that is allowed."""

import socket
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import unquote

import pytest
from hpack import Encoder
from hyperframe.frame import DataFrame, HeadersFrame
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import RequestError
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.grpc.framing import Messages, framed
from interlock_webhooks.grpc.method import Method
from interlock_webhooks.grpc.status import Code, code_of, trailers
from interlock_webhooks.grpc.timeout import nanoseconds
from support.grpcserving import Serving, serving
from support.rawhttp2 import PREFACE, REQUEST, RawClient, raw, raw_client

_GOOD = b"may I, please?"


async def _particular(request: Request) -> Answer:
    """Allows one message, and understands no other."""
    if request.body != _GOOD:
        raise RequestError("that is not how one asks")
    return Answer(b"allowed")


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving({"/t.T/Echo": Method(_particular, "particular")}) as started:
        yield started


_NOISE = st.one_of(
    st.binary(max_size=60),
    st.builds(
        raw, st.integers(0, 10), st.integers(0, 255), st.sampled_from([0, 1, 3, 2]), st.binary(max_size=40)
    ),
)


@st.composite
def _garbled(draw: st.DrawFn) -> bytes:
    """A call that would be allowed, with something in it that wasn't."""
    encoder = Encoder()
    encoder.header_table_size = 0
    call = HeadersFrame(1, encoder.encode(REQUEST), flags=["END_HEADERS"]).serialize()
    call += DataFrame(1, framed(_GOOD), flags=["END_STREAM"]).serialize()
    at = draw(st.integers(0, len(call) - 1))
    return call[:at] + draw(_NOISE) + call[at + draw(st.integers(0, 20)) :]


@given(st.lists(st.one_of(_NOISE, _garbled()), max_size=12))
def test_garbage_is_answered_and_never_a_failure_of_ours(server: Serving, sent: list[bytes]) -> None:
    with raw_client(server.port) as client:
        _sent(client, PREFACE + raw(4, 0, 0) + b"".join(sent))
        client.until_closed()
    assert not [line for line in server.lines if line["level"] == "error"]
    server.settled()


@given(st.one_of(st.just(framed(_GOOD)), st.binary(max_size=80)))
def test_a_message_that_is_another_is_never_allowed(server: Serving, body: bytes) -> None:
    with raw_client(server.port) as client:
        client.greet()
        client.send(client.request(1), DataFrame(1, body, flags=["END_STREAM"]))
        ending = next(frame for frame in client.frames() if isinstance(frame, HeadersFrame))
        assert (client.fields(ending).get(b"grpc-status", b"0") == b"0") == (body == framed(_GOOD))


def _sent(client: RawClient, frames: bytes) -> None:
    try:
        client.send(frames)
        # It may end within a frame, which nobody waits for then.
        client.connection.shutdown(socket.SHUT_WR)
    except OSError:
        return


@given(st.lists(st.binary(max_size=40)), st.data())
def test_messages_come_out_as_they_went_in_however_they_are_cut(sent: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(map(framed, sent))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    messages, came = Messages(), []
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        messages.add(whole[start:end])
        while messages.is_ready:
            came.append(messages.take())
        assert messages.take() is None
    assert came == sent
    assert messages.held == 0


@given(st.one_of(st.text(max_size=60), st.text("%2541é", max_size=20)))
def test_messages_of_errors_are_what_was_meant_in_printable_ascii(text: str) -> None:
    fields = dict(trailers(Code.INTERNAL, text.encode(errors="replace").decode()))
    encoded = fields.get(b"grpc-message", b"")
    assert all(0x20 <= byte < 0x7F for byte in encoded)
    assert unquote(encoded.decode()) == text.encode(errors="replace").decode()


@given(st.integers(0, 99_999_999), st.sampled_from("HMSmun"))
def test_timeouts_are_nanoseconds(number: int, unit: str) -> None:
    times = {"H": 3600 * 10**9, "M": 60 * 10**9, "S": 10**9, "m": 10**6, "u": 10**3, "n": 1}
    assert nanoseconds(f"{number}{unit}".encode()) == number * times[unit]


@pytest.mark.parametrize("status", HTTPStatus)
def test_no_error_of_http_is_a_success_of_grpc(status: HTTPStatus) -> None:
    assert (code_of(status) is Code.OK) == (status is HTTPStatus.OK)
