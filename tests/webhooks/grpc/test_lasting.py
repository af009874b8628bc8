"""What lasts too long: silence, slow messages, and readers that do not read."""

import pytest
from h2.errors import ErrorCodes
from hyperframe.frame import (
    DataFrame,
    HeadersFrame,
    WindowUpdateFrame,
)

from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.grpc.connection import GREETING, IDLE, STALL
from interlock_webhooks.grpc.framing import framed
from interlock_webhooks.grpc.method import Method
from interlock_webhooks.grpc.outbox import SEND
from support.grpcserving import Serving, serving
from support.rawhttp2 import CLOSED, MESSAGE, REQUEST, RawClient, ending, goaways, raw_client, resets

_SECOND = 1_000_000_000
_FAR = 3600 * _SECOND


@pytest.mark.parametrize(("waited", "is_over"), [(GREETING - _SECOND, False), (GREETING + _SECOND, True)])
def test_a_connection_that_says_nothing_is_closed(server: Serving, waited: int, *, is_over: bool) -> None:
    with raw_client(server.port) as silent:
        next(silent.frames())
        server.sweep(waited)
        if is_over:
            assert goaways(silent.until_closed()) == [ErrorCodes.NO_ERROR]
        else:
            silent.greet()
            assert silent.until_ping()[-1:] != [CLOSED]


@pytest.mark.parametrize(("waited", "is_over"), [(IDLE - _SECOND, False), (IDLE + _SECOND, True)])
def test_a_connection_without_calls_is_closed(
    server: Serving, client: RawClient, waited: int, *, is_over: bool
) -> None:
    client.until_ping()
    server.sweep(waited)
    assert (client.until_ping(b"closed??")[-1:] == [CLOSED]) is is_over


def test_a_message_that_does_not_come_is_waited_for_ten_seconds(server: Serving, client: RawClient) -> None:
    client.send(client.request(1), DataFrame(1, MESSAGE[:3]))
    client.until_ping()
    server.sweep(9 * _SECOND)
    assert not resets(client.until_ping(b"not yet?"))
    server.sweep(11 * _SECOND)
    came = client.until_ping(b"and now?")
    assert ending(client, came) == {b"grpc-status": b"4", b"grpc-message": b"the call took longer than it may"}
    assert resets(came) == [(1, ErrorCodes.NO_ERROR)]
    server.settled()


def test_a_stream_may_last_and_ends_with_its_deadline(server: Serving, client: RawClient) -> None:
    fields = [(name, "/t.T/Summed" if name == ":path" else value) for name, value in REQUEST]
    client.send(client.request(1, fields=fields), DataFrame(1, MESSAGE))
    client.send(client.request(3, fields=[*fields, ("grpc-timeout", "20S")]), DataFrame(3, MESSAGE))
    client.until_ping()
    server.sweep(_FAR)
    assert {frame.stream_id for frame in client.until_ping(b"and now?")} == {3}
    client.send(DataFrame(1, flags=["END_STREAM"]))
    assert client.body(1) == framed(b"1 4")
    server.settled()


def test_whoever_reads_no_answer_is_dropped(server: Serving) -> None:
    with raw_client(server.port) as client:
        client.greet(INITIAL_WINDOW_SIZE=0)
        client.send(client.request(1), DataFrame(1, MESSAGE, flags=["END_STREAM"]))
        next(frame for frame in client.frames() if isinstance(frame, HeadersFrame))
        server.sweep(SEND + _SECOND)
        assert resets(client.until_ping()) == [(1, ErrorCodes.CANCEL)]


def test_whoever_reads_nothing_is_dropped() -> None:
    answered: list[bytes] = []

    async def large(request: Request) -> Answer:
        answered.append(request.body)
        return Answer(bytes(4_000_000))

    with serving({"/t.T/Echo": Method(large, "large")}) as started, raw_client(started.port) as client:
        client.greet(INITIAL_WINDOW_SIZE=2**30)
        client.send(WindowUpdateFrame(0, 2**30))
        # More than the system keeps for whoever doesn't read.
        for stream in range(1, 24, 2):
            client.send(client.request(stream), DataFrame(stream, MESSAGE, flags=["END_STREAM"]))
        started.until(lambda: len(answered) == 12)
        started.settled()
        started.sweep(STALL - 5 * _SECOND)
        assert started.connections
        started.sweep(STALL + _SECOND)
        started.until(lambda: not started.connections)
