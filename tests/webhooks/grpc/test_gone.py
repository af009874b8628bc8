"""Callers that have gone, or whose time is over: what was begun for them is finished."""

import asyncio
import threading
from collections.abc import AsyncIterator

import grpc
import pytest
from h2.errors import ErrorCodes
from hyperframe.frame import (
    DataFrame,
    RstStreamFrame,
)

from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.grpc.method import Method, StreamedMethod
from support.grpcserving import channel_to, echo, serving
from support.rawhttp2 import MESSAGE, REQUEST, raw_client

_SECOND = 1_000_000_000


def test_an_answer_outlives_its_deadline_only_in_silence() -> None:
    begun, go_on, done = threading.Event(), asyncio.Event(), threading.Event()

    async def slow(_request: Request) -> Answer:
        begun.set()
        await go_on.wait()
        done.set()
        return Answer(b"late")

    with serving({"/t.T/Slow": Method(slow, "slow")}) as started, channel_to(started.port) as channel:
        call = channel.unary_unary("/t.T/Slow").future(b"", timeout=30)
        assert begun.wait(20)
        started.sweep(31 * _SECOND)
        error = call.exception(20)
        assert isinstance(error, grpc.RpcError)
        assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert (
            b'interlock_request_errors_total{endpoint="slow",status="504"} 1.0' in started.metrics.exposition()
        )
        started.do(go_on.set)
        assert done.wait(20)
        started.settled()


def test_what_was_begun_for_a_caller_that_has_gone_is_finished() -> None:
    begun, go_on, done = threading.Event(), asyncio.Event(), threading.Event()

    async def slow(_request: Request) -> Answer:
        begun.set()
        await go_on.wait()
        done.set()
        return Answer(b"late")

    methods = {"/t.T/Slow": Method(slow, "slow"), "/t.T/Echo": Method(echo, "echo")}
    with serving(methods) as started, channel_to(started.port) as channel:
        call = channel.unary_unary("/t.T/Slow").future(b"", timeout=30)
        assert begun.wait(20)
        call.cancel()
        # What comes later on the connection says that this has come.
        assert channel.unary_unary("/t.T/Echo")(b"later", timeout=20) == b"later"
        started.do(go_on.set)
        assert done.wait(20)
        started.settled()


def test_what_fails_for_a_caller_that_has_gone_is_logged() -> None:
    begun, go_on = threading.Event(), asyncio.Event()

    async def failing(_request: Request) -> Answer:
        begun.set()
        await go_on.wait()
        raise ZeroDivisionError

    with serving({"/t.T/Slow": Method(failing, "slow")}) as started, channel_to(started.port) as channel:
        call = channel.unary_unary("/t.T/Slow").future(b"", timeout=30)
        assert begun.wait(20)
        started.sweep(31 * _SECOND)
        failure = call.exception(20)
        assert isinstance(failure, grpc.RpcError)
        assert failure.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        started.do(go_on.set)
        started.settled()
        assert [line["endpoint"] for line in started.lines if line["event"] == "request failed"] == ["slow"]


def test_a_handler_that_is_cancelled_allows_nothing() -> None:
    async def cancelled(_request: Request) -> Answer:
        raise asyncio.CancelledError

    with (
        serving({"/t.T/Cancelled": Method(cancelled, "cancelled")}) as started,
        channel_to(started.port) as channel,
    ):
        with pytest.raises(grpc.RpcError) as caught:
            channel.unary_unary("/t.T/Cancelled")(b"", timeout=20)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        started.settled()


def test_a_stream_s_handler_hears_that_its_caller_has_gone() -> None:
    heard: list[BaseException] = []
    begun, ended = threading.Event(), threading.Event()

    async def listen(_request: Request, messages: AsyncIterator[bytes]) -> Answer:
        try:
            async for _ in messages:
                begun.set()
        except Exception as error:
            heard.append(error)
            ended.set()
            raise
        return Answer(b"")

    with (
        serving({"/t.T/Listen": StreamedMethod(listen, "listen")}) as started,
        raw_client(started.port) as client,
    ):
        client.greet()
        fields = [(name, "/t.T/Listen" if name == ":path" else value) for name, value in REQUEST]
        client.send(client.request(1, fields=fields), DataFrame(1, MESSAGE))
        assert begun.wait(20)
        client.send(RstStreamFrame(1, ErrorCodes.CANCEL))
        assert ended.wait(20)
        assert str(heard[0]) == "the call was broken off"
        started.settled()
