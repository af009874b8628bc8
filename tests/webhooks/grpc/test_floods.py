"""What one connection may send that asks for nothing: floods end it."""

import threading

import pytest
from h2.errors import ErrorCodes
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from interlock_webhooks.grpc.allowance import BURST, PER_CALL, PER_SECOND, Allowance, FloodError
from support.grpcserving import Serving
from support.rawhttp2 import CLOSED, MESSAGE, REQUEST, RawClient, goaways, raw

_SECOND = 1_000_000_000
_FAR = 3600 * _SECOND


_FLOODS = {
    "pings": lambda _: PingFrame(0, bytes(8)).serialize(),
    "acknowledged pings": lambda _: PingFrame(0, bytes(8), flags=["ACK"]).serialize(),
    "settings": lambda _: SettingsFrame(0).serialize(),
    "acknowledged settings": lambda _: SettingsFrame(0, flags=["ACK"]).serialize(),
    "priorities": lambda _: PriorityFrame(1, stream_weight=1).serialize(),
    "window updates": lambda _: WindowUpdateFrame(0, 1).serialize(),
    "unknown frames": lambda _: raw(77, 0, 0),
    "empty data": lambda _: DataFrame(1).serialize(),
}


@pytest.mark.parametrize("flood", _FLOODS)
def test_a_flood_of_what_asks_for_nothing_ends_the_connection(
    server: Serving, client: RawClient, flood: str
) -> None:
    client.send(client.request(1))
    frame = _FLOODS[flood](None)
    came = _pushed(client, frame * (2 * BURST))
    assert goaways(came) == [ErrorCodes.ENHANCE_YOUR_CALM]
    assert server.lines[-1]["level"] == "warning"


def test_calls_that_are_reset_at_once_end_the_connection(server: Serving, client: RawClient) -> None:
    frames = b"".join(
        client.request(stream).serialize() + RstStreamFrame(stream, 8).serialize()
        for stream in range(1, 4 * BURST, 2)
    )
    assert goaways(_pushed(client, frames)) == [ErrorCodes.ENHANCE_YOUR_CALM]
    server.settled()


def test_calls_that_fail_at_once_end_the_connection(client: RawClient) -> None:
    frames = b"".join(
        client.request(stream, "END_STREAM", fields=[*REQUEST, ("connection", "close")]).serialize()
        for stream in range(1, 4 * BURST, 2)
    )
    assert goaways(_pushed(client, frames)) == [ErrorCodes.ENHANCE_YOUR_CALM]


def test_a_block_of_fields_that_goes_on_and_on_ends_the_connection(client: RawClient) -> None:
    frames = HeadersFrame(1, client.block()).serialize() + ContinuationFrame(1, b"").serialize() * 100
    assert goaways(_pushed(client, frames)) == [ErrorCodes.ENHANCE_YOUR_CALM]


def test_a_block_that_is_longer_than_fields_may_be_ends_the_connection_unread(client: RawClient) -> None:
    # It says again and again how large the table is, and unpacks to nothing.
    sizes = b"\x20" * 16_384
    frames = raw(1, 0, 1, sizes) + raw(9, 0, 1, sizes) + raw(9, 4, 1, sizes)
    assert goaways(_pushed(client, frames)) == [ErrorCodes.ENHANCE_YOUR_CALM]


def test_fields_that_unpack_to_too_much_end_the_connection(client: RawClient) -> None:
    # One entry of the table, asked for a thousand times.
    block = client.block([*REQUEST, ("x-large", "a" * 3000)]) + b"\xbe" * 1000
    assert goaways(_pushed(client, raw(1, 4, 1, block))) == [ErrorCodes.COMPRESSION_ERROR]


def test_busy_clients_may_ping_as_often_as_they_are_answered(client: RawClient) -> None:
    for stream in range(1, 401, 2):
        client.send(client.request(stream), DataFrame(stream, MESSAGE, flags=["END_STREAM"]))
        client.send(*(PingFrame(0, b"%08d" % number) for number in range(PER_CALL - 2)))
        assert client.body(stream) == MESSAGE
    assert client.until_ping()[-1:] != [CLOSED]


def test_what_is_allowed_comes_back_with_time() -> None:
    allowance = Allowance(0)
    for _ in range(BURST):
        allowance.spend(0)
    with pytest.raises(FloodError):
        allowance.spend(0)
    for _ in range(PER_SECOND):
        allowance.spend(_SECOND)
    with pytest.raises(FloodError):
        allowance.spend(_SECOND)
    for _ in range(BURST):
        allowance.spend(_FAR)
    with pytest.raises(FloodError):
        allowance.spend(_FAR)


def test_what_is_allowed_never_grows_beyond_the_burst() -> None:
    allowance = Allowance(0)
    for _ in range(BURST):
        allowance.earn()
    for _ in range(BURST):
        allowance.spend(0)
    with pytest.raises(FloodError):
        allowance.spend(0)


def _pushed(client: RawClient, frames: bytes) -> list[Frame]:
    """All that comes of so many frames; the connection may be closed before they are sent."""
    sender = threading.Thread(target=_push, args=(client, frames))
    sender.start()
    came = client.until_closed()
    sender.join()
    return came


def _push(client: RawClient, frames: bytes) -> None:
    try:
        client.send(frames)
    except ConnectionError:
        return
