"""Calls that are none: what is told to whoever makes them."""

from http import HTTPStatus

import pytest
from h2.errors import ErrorCodes
from hyperframe.frame import (
    DataFrame,
    HeadersFrame,
)

from support.rawhttp2 import MESSAGE, REQUEST, RawClient, ending, resets


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ([(":method", "GET"), *REQUEST[1:]], HTTPStatus.METHOD_NOT_ALLOWED),
        ([*REQUEST[:4], ("content-type", "application/json")], HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        (REQUEST[:4], HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    ],
)
def test_what_is_not_grpc_has_a_status_of_http(
    client: RawClient, fields: list[tuple[str, str]], status: HTTPStatus
) -> None:
    client.send(client.request(1, "END_STREAM", fields=fields))
    came = client.until_ping()
    assert ending(client, came) == {b":status": b"%d" % status}
    assert not resets(came)


def test_what_is_no_call_is_broken_off_where_more_of_it_could_come(client: RawClient) -> None:
    client.send(client.request(1, fields=REQUEST[:4]))
    assert resets(client.until_ping()) == [(1, ErrorCodes.NO_ERROR)]


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (b"", b"the call has no whole message: send one"),
        (MESSAGE[:-1], b"the call has no whole message: send one"),
        (MESSAGE + MESSAGE, b"the call has more than one message: send one"),
    ],
)
def test_a_call_has_one_whole_message(client: RawClient, sent: bytes, message: bytes) -> None:
    client.send(client.request(1), DataFrame(1, sent, flags=["END_STREAM"]))
    came = [next(frame for frame in client.frames() if isinstance(frame, HeadersFrame))]
    assert ending(client, came) == {b"grpc-status": b"3", b"grpc-message": message}


def test_whoever_compresses_is_told_what_is_taken(client: RawClient) -> None:
    client.send(client.request(1, "END_STREAM", more=[("grpc-encoding", "gzip")]))
    ended = ending(client, client.until_ping())
    assert (ended[b"grpc-status"], ended[b"grpc-accept-encoding"]) == (b"12", b"identity")
    client.send(
        client.request(3, more=[("grpc-encoding", "identity")]), DataFrame(3, MESSAGE, flags=["END_STREAM"])
    )
    assert client.body(3) == MESSAGE


def test_a_message_that_says_it_is_compressed_is_refused(client: RawClient) -> None:
    client.send(client.request(1), DataFrame(1, b"\1" + MESSAGE[1:], flags=["END_STREAM"]))
    came = [next(frame for frame in client.frames() if isinstance(frame, HeadersFrame))]
    assert ending(client, came)[b"grpc-status"] == b"12"


def test_a_stream_ends_with_a_whole_message(client: RawClient) -> None:
    fields = [(name, "/t.T/Summed" if name == ":path" else value) for name, value in REQUEST]
    client.send(client.request(1, fields=fields), DataFrame(1, MESSAGE + MESSAGE[:6], flags=["END_STREAM"]))
    came = [next(frame for frame in client.frames() if isinstance(frame, HeadersFrame))]
    expected = {b"grpc-status": b"3", b"grpc-message": b"the stream ends within a message"}
    assert ending(client, came) == expected


def test_a_call_is_refused_as_soon_as_it_has_more_than_one_message(client: RawClient) -> None:
    client.send(client.request(1), DataFrame(1, MESSAGE + b"\0"))
    came = [next(frame for frame in client.frames() if isinstance(frame, HeadersFrame))]
    assert ending(client, came)[b"grpc-message"] == b"the call has more than one message: send one"


@pytest.mark.parametrize("timeout", ["", "1", "S", "1s", "123456789S", "-1S", "1.5S", "1 S"])
def test_a_timeout_that_is_none_is_refused(client: RawClient, timeout: str) -> None:
    client.send(client.request(1, "END_STREAM", more=[("grpc-timeout", timeout)]))
    assert ending(client, client.until_ping())[b"grpc-status"] == b"3"
