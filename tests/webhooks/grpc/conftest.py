"""A server of two methods, and a client of it that sends any frames."""

from collections.abc import Iterator

import pytest

from interlock_webhooks.grpc.method import Method, StreamedMethod
from support.grpcserving import Serving, echo, serving, summed
from support.rawhttp2 import RawClient, raw_client


@pytest.fixture
def server() -> Iterator[Serving]:
    with serving(
        {"/t.T/Echo": Method(echo, "echo"), "/t.T/Summed": StreamedMethod(summed, "summed")}
    ) as started:
        yield started


@pytest.fixture
def client(server: Serving) -> Iterator[RawClient]:
    with raw_client(server.port) as connected:
        connected.greet()
        yield connected
