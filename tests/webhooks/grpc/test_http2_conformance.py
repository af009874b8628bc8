"""The cases of h2spec, sent by our own client: what a server must do with frames that may or may not be sent.

h2spec (https://github.com/summerwind/h2spec) itself can't be installed here (ADR 40 says what it finds):
these are its cases, with its expectations, by the numbers of its sections, those of RFC 7540 and 7541, and
a few more of the kind.
Like h2spec, they take an error of the whole connection for one of a stream. What stands in
h2spec under `generic` as well as under `http2` stands here once.
"""

from collections.abc import Iterator

import pytest
from h2.errors import ErrorCodes
from hyperframe.frame import (
    DataFrame,
    Frame,
    GoAwayFrame,
    PingFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from interlock_webhooks.grpc.method import Method
from support.grpcserving import echo, serving
from support.http2cases.case import Breaks, Case, Fails, whole
from support.http2cases.definitions import definitions
from support.http2cases.frames import frames
from support.http2cases.messages import messages
from support.http2cases.packing import packing
from support.http2cases.states import states
from support.rawhttp2 import CLOSED, MESSAGE, bodies, goaways, raw_client, resets

_CASES = [*frames(), *states(), *definitions(), *messages(), *packing()]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving({"/t.T/Echo": Method(echo, "echo")}) as server:
        yield server.port


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_what_h2spec_sends_is_taken_or_refused_as_it_expects(port: int, case: Case) -> None:
    with raw_client(port) as client:
        client.greet()
        case.send(client)
        came = client.until_ping()
    ended = goaways(came)
    match case:
        case Fails():
            assert came[-1] is CLOSED
            assert ended in [[code] for code in case.codes]
        case Breaks():
            assert {*ended, *(code for _, code in resets(came))} & set(case.codes)
        case _:
            assert not ended
            assert not resets(came)
            assert came[-1:] != [CLOSED]


def test_the_first_frame_from_us_is_settings(port: int) -> None:
    with raw_client(port) as client:
        client.greet()
        first = next(client.frames())
    assert isinstance(first, SettingsFrame)
    assert "ACK" not in first.flags


@pytest.mark.parametrize(
    "said",
    [b"INVALID CONNECTION PREFACE\r\n\r\n", b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"],
    ids=["noise", "HTTP/1.1"],
)
def test_whoever_does_not_speak_http2_is_sent_away(port: int, said: bytes) -> None:
    with raw_client(port) as client:
        client.send(said)
        assert goaways(client.until_closed()) == [ErrorCodes.PROTOCOL_ERROR]


def test_whoever_does_not_begin_with_settings_is_sent_away(port: int) -> None:
    with raw_client(port) as client:
        client.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", PingFrame(0, bytes(8)))
        assert goaways(client.until_closed()) == [ErrorCodes.PROTOCOL_ERROR]


def test_settings_and_pings_are_acknowledged(port: int) -> None:
    with raw_client(port) as client:
        client.greet(INITIAL_WINDOW_SIZE=100)
        came = client.until_ping()
    assert ["ACK" in frame.flags for frame in came if isinstance(frame, SettingsFrame)] == [False, True]


def test_a_call_beyond_the_allowed_ones_is_refused_and_the_others_go_on(port: int) -> None:
    with raw_client(port) as client:
        client.greet()
        allowed = next(frame for frame in client.frames() if isinstance(frame, SettingsFrame)).settings
        most = allowed[SettingsFrame.MAX_CONCURRENT_STREAMS]
        numbers = [1 + 2 * index for index in range(most + 1)]
        client.send(*(client.request(number) for number in numbers))
        assert resets(client.until_ping()) == [(numbers[-1], ErrorCodes.REFUSED_STREAM)]
        client.send(DataFrame(1, MESSAGE, flags=["END_STREAM"]))
        assert client.body(1) == MESSAGE


def test_a_response_comes_as_the_window_opens_and_trails_behind_it(port: int) -> None:
    with raw_client(port) as client:
        client.greet(INITIAL_WINDOW_SIZE=100)
        client.send(SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 3}))
        client.send(*whole(client))
        assert client.body(1, 3) == MESSAGE[:3]
        # Now it is -1: one byte may be sent once two more are allowed.
        client.send(SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 2}))
        assert not bodies(client.until_ping(), 1)
        client.send(WindowUpdateFrame(1, 2))
        assert client.body(1, 1) == MESSAGE[3:4]
        client.send(SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 100}))
        assert client.body(1) == MESSAGE[4:]


def test_all_streams_together_have_a_window_too(port: int) -> None:
    # As much as we take at once, which is a byte more than a connection may send at first.
    size = 65_536
    large = b"\0" + (size - 5).to_bytes(4) + bytes(size - 5)
    with raw_client(port) as client:
        client.greet(INITIAL_WINDOW_SIZE=2**20)
        client.send(
            client.request(1), *(DataFrame(1, large[at : at + 16_384]) for at in range(0, size, 16_384))
        )
        client.send(DataFrame(1, flags=["END_STREAM"]))
        assert client.body(1, 65_535) == large[:65_535]
        assert not bodies(client.until_ping(), 1)
        client.send(WindowUpdateFrame(0, 1))
        assert client.body(1) == large[65_535:]


def test_an_unknown_reason_to_go_away_is_no_reason_to_fail(port: int) -> None:
    with raw_client(port) as client:
        client.greet()
        client.send(GoAwayFrame(0, error_code=0xFF))
        came: list[Frame] = client.until_closed()
    assert goaways(came) == [ErrorCodes.NO_ERROR]
