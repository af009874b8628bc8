"""Calls by Google's own client, on both event loops."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from http import HTTPStatus

import grpc
import pytest
import uvloop

from interlock.errors import OperatorError, RequestError
from interlock_webhooks.deadline import MAX_DECISION
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.grpc.framing import MAX_MESSAGE
from interlock_webhooks.grpc.method import Method, StreamedMethod
from interlock_webhooks.refusal import RefusedError
from support.grpcserving import Serving, channel_to, echo, serving, summed

_PATIENCE = 30
_LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


class Scene:
    """A server of a few methods, and a channel to it. `seen` are the requests of `/t.T/Seen`."""

    def __init__(self, server: Serving, channel: grpc.Channel, seen: list[Request]) -> None:
        self.server = server
        self.channel = channel
        self.seen = seen

    def call(self, method: str, message: bytes = b"", **options: object) -> bytes:
        """The answer to `message`."""
        answer: bytes = self.channel.unary_unary(f"/t.T/{method}")(message, **{"timeout": _PATIENCE, **options})
        return answer

    def refused(self, method: str, message: bytes = b"", **options: object) -> grpc.RpcError:
        """Why `message` isn't answered."""
        with pytest.raises(grpc.RpcError) as caught:
            self.call(method, message, **options)
        return caught.value


_FAILURES: dict[str, Exception] = {
    "Bad": RequestError("`$.caller`: send an object — 100% of it"),
    "Stranger": RefusedError(HTTPStatus.UNAUTHORIZED, "who are you?"),
    "Forbidden": RefusedError(HTTPStatus.FORBIDDEN, "not you"),
    "Missing": RefusedError(HTTPStatus.NOT_FOUND, "no such hold"),
    "Conflict": RefusedError(HTTPStatus.CONFLICT, "another body"),
    "Many": RefusedError(HTTPStatus.TOO_MANY_REQUESTS, "later", (b"retry-after", b"7")),
    "Away": RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "away"),
    "Late": RefusedError(HTTPStatus.REQUEST_TIMEOUT, "late"),
    "Odd": RefusedError(HTTPStatus.IM_A_TEAPOT, "odd"),
    "Operator": OperatorError("the log can't be written"),
    "Defect": ZeroDivisionError("secret"),
}


def _failing(error: Exception) -> Method:
    async def handler(_request: Request) -> Answer:
        raise error

    return Method(handler, "failing")


@pytest.fixture(scope="module", params=_LOOPS)
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    seen: list[Request] = []

    async def look(request: Request) -> Answer:
        seen.append(request)
        return Answer(b"seen", headers=((b"interlock-hold", b"h1"),))

    async def denied(_request: Request) -> Answer:
        return Answer(b"no", HTTPStatus.FORBIDDEN)

    async def impatient(_request: Request, messages: AsyncIterator[bytes]) -> Answer:
        return Answer(await anext(messages))

    methods: dict[str, Method | StreamedMethod] = {
        "/t.T/Echo": Method(echo, "echo"),
        "/t.T/Seen": Method(look, "seen"),
        "/t.T/Denied": Method(denied, "denied"),
        "/t.T/Summed": StreamedMethod(summed, "summed"),
        "/t.T/First": StreamedMethod(impatient, "first"),
        **{f"/t.T/{name}": _failing(error) for name, error in _FAILURES.items()},
    }
    with serving(methods, new_loop=_LOOPS[request.param]) as server, channel_to(server.port) as channel:
        yield Scene(server, channel, seen)


@pytest.mark.parametrize("size", [0, 1, 16_384, 65_536, MAX_MESSAGE])
def test_messages_of_any_allowed_size_come_and_go_whole(scene: Scene, size: int) -> None:
    message = bytes(range(256)) * (size // 256) + bytes(size % 256)
    assert scene.call("Echo", message) == message


def test_a_message_that_is_too_large_is_refused(scene: Scene) -> None:
    error = scene.refused("Echo", bytes(MAX_MESSAGE + 1))
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert error.details() == "the message is larger than 4194304 bytes"


def test_a_handler_sees_who_called_what_with_which_metadata(scene: Scene) -> None:
    scene.call("Seen", b"body", metadata=[("x-request-id", "7"), ("trace-bin", b"\0\xff")])
    request = scene.seen[-1]
    assert (request.method, request.path, request.query, request.body) == ("POST", "/t.T/Seen", b"", b"body")
    assert request.client.name == "local"
    assert (b"x-request-id", b"7") in request.headers
    assert (b"trace-bin", b"AP8") in request.headers
    assert not any(name.startswith(b":") for name, _ in request.headers)


def test_an_answer_brings_its_headers(scene: Scene) -> None:
    _, call = scene.channel.unary_unary("/t.T/Seen").with_call(b"", timeout=_PATIENCE)
    assert ("interlock-hold", "h1") in call.initial_metadata()


@pytest.mark.parametrize("stated", [0.5, 5, 3600])
def test_deciding_ends_before_the_deadline_and_within_two_seconds(scene: Scene, stated: float) -> None:
    before = time.monotonic_ns()
    scene.call("Seen", timeout=stated)
    most = min(int(stated * 1_000_000_000), MAX_DECISION)
    assert before < scene.seen[-1].until < time.monotonic_ns() + most


def test_a_call_without_a_deadline_is_decided_within_two_seconds(scene: Scene) -> None:
    scene.call("Seen", timeout=None)
    assert scene.seen[-1].until <= time.monotonic_ns() + MAX_DECISION


@pytest.mark.parametrize(
    ("method", "code", "message"),
    [
        ("Bad", grpc.StatusCode.INVALID_ARGUMENT, "`$.caller`: send an object — 100% of it"),
        ("Stranger", grpc.StatusCode.UNAUTHENTICATED, "who are you?"),
        ("Forbidden", grpc.StatusCode.PERMISSION_DENIED, "not you"),
        ("Missing", grpc.StatusCode.NOT_FOUND, "no such hold"),
        ("Conflict", grpc.StatusCode.ALREADY_EXISTS, "another body"),
        ("Many", grpc.StatusCode.RESOURCE_EXHAUSTED, "later"),
        ("Away", grpc.StatusCode.UNAVAILABLE, "away"),
        ("Late", grpc.StatusCode.DEADLINE_EXCEEDED, "late"),
        ("Odd", grpc.StatusCode.INTERNAL, "odd"),
        ("Denied", grpc.StatusCode.PERMISSION_DENIED, ""),
        ("Unheard", grpc.StatusCode.UNIMPLEMENTED, "there is no method `/t.T/Unheard`"),
    ],
)
def test_errors_are_codes_and_messages(scene: Scene, method: str, code: grpc.StatusCode, message: str) -> None:
    error = scene.refused(method)
    assert (error.code(), error.details()) == (code, message)


def test_what_goes_with_a_refusal_is_metadata_at_the_end(scene: Scene) -> None:
    assert ("retry-after", "7") in scene.refused("Many").trailing_metadata()


@pytest.mark.parametrize("method", ["Operator", "Defect"])
def test_a_failure_is_internal_tells_nothing_and_is_logged_and_the_connection_lives(
    scene: Scene, method: str
) -> None:
    error = scene.refused(method)
    assert error.code() is grpc.StatusCode.INTERNAL
    assert error.details() == "the service failed to decide: this is a denial, and the service's log says why"
    assert scene.server.lines[-1]["event"] == "request failed"
    assert scene.call("Echo", b"still there") == b"still there"


def test_errors_are_counted_by_endpoint(scene: Scene) -> None:
    scene.refused("Late")
    assert (
        b'interlock_request_errors_total{endpoint="failing",status="408"}' in scene.server.metrics.exposition()
    )


def test_compressed_messages_are_refused(scene: Scene) -> None:
    error = scene.refused("Echo", bytes(10_000), compression=grpc.Compression.Gzip)
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED


def _stream(scene: Scene, method: str, messages: Iterator[bytes], timeout: float | None = _PATIENCE) -> bytes:
    answer: bytes = scene.channel.stream_unary(f"/t.T/{method}")(messages, timeout=timeout)
    return answer


def test_a_stream_of_messages_has_one_answer(scene: Scene) -> None:
    sizes = [0, 1, 5, 70_000, 300_000, 0]
    assert _stream(scene, "Summed", (bytes(size) for size in sizes)) == f"{len(sizes)} {sum(sizes)}".encode()


def test_a_stream_may_be_empty(scene: Scene) -> None:
    assert _stream(scene, "Summed", iter([])) == b"0 0"


def test_a_stream_may_be_answered_before_it_ends(scene: Scene) -> None:
    ended = threading.Event()

    def messages() -> Iterator[bytes]:
        yield b"first"
        ended.wait(_PATIENCE)

    assert _stream(scene, "First", messages()) == b"first"
    ended.set()


def test_an_error_in_a_stream_ends_it(scene: Scene) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        _stream(scene, "Summed", iter([b"fine", bytes(MAX_MESSAGE + 1)]))
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_many_calls_share_a_connection(scene: Scene) -> None:
    sent = [b"%d" % number * 1000 for number in range(300)]
    call: Callable[[bytes], grpc.Future] = scene.channel.unary_unary("/t.T/Echo").future
    assert [future.result(_PATIENCE) for future in [call(message) for message in sent]] == sent
