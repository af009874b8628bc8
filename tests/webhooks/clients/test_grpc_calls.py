"""Who calls over gRPC is known before anything of the call counts, as over HTTP."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from http import HTTPStatus

import grpc
import pytest

from interlock_webhooks.clients.client import Client
from interlock_webhooks.clients.globs import Globs
from interlock_webhooks.clients.peer import Peer
from interlock_webhooks.clients.rates import Meter, Rate
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.grpc.framing import MAX_MESSAGE
from interlock_webhooks.grpc.method import Method, Methods, StreamedMethod
from interlock_webhooks.refusal import Header, RefusedError
from support.clients import Known
from support.grpcserving import channel_to, serving, summed

_KNOWN = (("name", "known"), ("authorization", "Bearer secret"), ("interlock-authorization", "Bearer secret"))
_CLIENT = Client("known", endpoints=Globs.of(["granted"]))


async def _told(request: Request) -> Answer:
    """Who calls, with which credentials left, and how long the message is."""
    left = [name for name, _ in request.headers if name.endswith(b"authorization")]
    return Answer(f"{request.client.name} {left} {len(request.body)}".encode())


async def _summed(request: Request, messages: AsyncIterator[bytes]) -> Answer:
    told = await summed(request, messages)
    return Answer(request.client.name.encode() + b" " + told.payload)


_METHODS: Methods = {
    "/t.T/Told": Method(_told, "granted"),
    "/t.T/Summed": StreamedMethod(_summed, "granted"),
    "/t.T/Other": Method(_told, "other"),
    "/t.T/Health": Method(_told, "health"),
}


class _Slow(Known):
    """Takes some turns of the loop to know."""

    async def client_of(self, headers: Sequence[Header], peer: Peer) -> Client:
        for _ in range(20):
            await asyncio.sleep(0)
        return await super().client_of(headers, peer)


class _Forgetting(Known):
    """Knows `client` until there is a `failure`; `asked` is how often it was asked."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.client = client
        self.failure: RefusedError | None = None
        self.asked = 0

    async def client_of(self, headers: Sequence[Header], peer: Peer) -> Client:
        self.asked += 1
        await super().client_of(headers, peer)
        if self.failure is not None:
            raise self.failure
        return self.client


@pytest.fixture(params=[Known, _Slow])
def channel(request: pytest.FixtureRequest) -> Iterator[grpc.Channel]:
    with serving(_METHODS, authenticator=request.param(_CLIENT)) as server, channel_to(server.port) as channel:
        yield channel


def _call(channel: grpc.Channel, method: str, message: bytes = b"", *, is_known: bool = True) -> str:
    """The answer to a call, or the code that it ends with."""
    try:
        answer: bytes = channel.unary_unary(f"/t.T/{method}")(
            message, metadata=_KNOWN if is_known else (), timeout=30
        )
    except grpc.RpcError as error:
        return str(error.code().name)
    return answer.decode()


def test_a_client_is_known_by_its_metadata_and_what_it_shows_goes_no_further(channel: grpc.Channel) -> None:
    assert _call(channel, "Told", b"abc") == "known [] 3"


def test_a_message_of_a_client_may_be_as_long_as_any(channel: grpc.Channel) -> None:
    assert _call(channel, "Told", b"a" * MAX_MESSAGE) == f"known [] {MAX_MESSAGE}"


def test_a_client_s_messages_have_a_bound_of_their_own() -> None:
    client = Client("known", max_body=100)
    with serving(_METHODS, authenticator=Known(client)) as server, channel_to(server.port) as channel:
        assert _call(channel, "Told", b"a" * 100) == "known [] 100"
        assert _call(channel, "Told", b"a" * 101) == "RESOURCE_EXHAUSTED"
        stream = channel.stream_unary("/t.T/Summed")
        assert stream(iter([b"a" * 100] * 2), metadata=_KNOWN, timeout=30) == b"known 2 200"
        with pytest.raises(grpc.RpcError) as refused:
            stream(iter([b"a" * 100, b"a" * 101]), metadata=_KNOWN, timeout=30)
        assert refused.value.details() == "the message is larger than 100 bytes"


@pytest.mark.parametrize("size", [0, MAX_MESSAGE])
def test_a_stranger_is_refused_and_the_connection_goes_on(channel: grpc.Channel, size: int) -> None:
    for _ in range(3):
        assert _call(channel, "Told", b"a" * size, is_known=False) == "UNAUTHENTICATED"
    assert _call(channel, "Told", b"abc") == "known [] 3"


def test_a_method_that_is_not_granted_is_refused(channel: grpc.Channel) -> None:
    assert _call(channel, "Other") == "PERMISSION_DENIED"


def test_whether_calls_should_come_is_said_to_everybody(channel: grpc.Channel) -> None:
    assert _call(channel, "Health", is_known=False) == "local [] 0"


@pytest.mark.parametrize("count", [0, 1, 300])
def test_a_stream_runs_once_its_caller_is_known(channel: grpc.Channel, count: int) -> None:
    stream = channel.stream_unary("/t.T/Summed")
    messages = [b"a" * 1000] * count
    assert stream(iter(messages), metadata=_KNOWN, timeout=30) == f"known {count} {count * 1000}".encode()
    with pytest.raises(grpc.RpcError) as refused:
        stream(iter(messages), timeout=30)
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (RefusedError(HTTPStatus.UNAUTHORIZED, "a stranger now"), "UNAUTHENTICATED"),
        (RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "nobody can tell now"), "OK"),
        (None, "OK"),
    ],
)
def test_a_stream_lasts_as_long_as_its_caller_is_known(failure: RefusedError | None, code: str) -> None:
    authenticator = _Forgetting(_CLIENT)
    with serving(_METHODS, authenticator=authenticator) as server, channel_to(server.port) as channel:
        go_on = threading.Event()
        call = channel.stream_unary("/t.T/Summed").future(_until(go_on), metadata=_KNOWN, timeout=30)
        server.until(lambda: authenticator.asked == 1)
        authenticator.failure = failure
        server.sweep(0)
        server.until(lambda: authenticator.asked > 1)
        if code == "OK":
            go_on.set()
        assert call.code().name == code
        go_on.set()
        server.settled()


def test_a_stream_ends_that_its_caller_may_not_send_any_more() -> None:
    authenticator = _Forgetting(_CLIENT)
    with serving(_METHODS, authenticator=authenticator) as server, channel_to(server.port) as channel:
        go_on = threading.Event()
        call = channel.stream_unary("/t.T/Summed").future(_until(go_on), metadata=_KNOWN, timeout=30)
        server.until(lambda: authenticator.asked == 1)
        authenticator.client = Client("known", endpoints=Globs.of(["other"]))
        server.sweep(0)
        assert call.code() is grpc.StatusCode.PERMISSION_DENIED
        go_on.set()


def test_being_asked_anew_takes_nothing_of_a_client_s_rate() -> None:
    authenticator = _Forgetting(Client("known", meter=Meter(Rate(per_second=1, burst=1))))
    with serving(_METHODS, authenticator=authenticator) as server, channel_to(server.port) as channel:
        go_on = threading.Event()
        call = channel.stream_unary("/t.T/Summed").future(_until(go_on), metadata=_KNOWN, timeout=30)
        server.until(lambda: authenticator.asked == 1)
        server.sweep(0)
        server.until(lambda: authenticator.asked > 1)
        go_on.set()
        assert call.result() == b"known 2 6"


def _until(go_on: threading.Event) -> Iterator[bytes]:
    """A message, and once it may be another."""
    yield b"abc"
    go_on.wait(30)
    yield b"def"


def test_a_call_that_ends_while_nobody_knows_its_caller_leaves_nothing() -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    class _Waiting(Known):
        async def client_of(self, headers: Sequence[Header], peer: Peer) -> Client:
            asked.set()
            await go_on.wait()
            return await super().client_of(headers, peer)

    with serving(_METHODS, authenticator=_Waiting(_CLIENT)) as server, channel_to(server.port) as channel:
        call = channel.unary_unary("/t.T/Told").future(b"abc", metadata=_KNOWN, timeout=30)
        asyncio.run_coroutine_threadsafe(asked.wait(), server.loop).result(30)
        call.cancel()
        server.do(go_on.set)
        assert _call(channel, "Told", b"abc") == "known [] 3"
        assert server.calls.held == 0
        assert server.calls.running == 0
