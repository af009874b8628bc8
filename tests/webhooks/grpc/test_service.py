"""The listener as users start it: a process of its own, its health, and how it stops."""

import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from interlock_webhooks.health.health_pb2 import HealthCheckRequest, HealthCheckResponse
from interlock_webhooks.methods import grpc_methods
from support.grpcserving import channel_to, serving
from support.policies import write_policies
from support.process import Running, eventually, running
from support.service import LoggedService, service_over


def _health(channel: grpc.Channel, service: str = "") -> HealthCheckResponse:
    """What the service says of itself."""
    call = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=HealthCheckRequest.SerializeToString,
        response_deserializer=HealthCheckResponse.FromString,
    )
    said: HealthCheckResponse = call(HealthCheckRequest(service=service), timeout=20, wait_for_ready=True)
    return said


@pytest.fixture
def service(tmp_path: Path) -> LoggedService:
    return service_over(write_policies(tmp_path / "policies"))


@pytest.fixture
def channel(service: LoggedService) -> Iterator[grpc.Channel]:
    with serving(grpc_methods(service)) as server, channel_to(server.port) as opened:
        yield opened


def test_calls_should_come_while_there_are_policies_and_no_end_is_near(
    service: LoggedService, channel: grpc.Channel
) -> None:
    assert _health(channel).status == HealthCheckResponse.SERVING
    service.draining = True
    assert _health(channel).status == HealthCheckResponse.NOT_SERVING


def test_each_service_that_is_offered_has_a_health(service: LoggedService, channel: grpc.Channel) -> None:
    offered = {path.split("/")[1] for path in grpc_methods(service)} - {"grpc.health.v1.Health"}
    assert offered
    for name in offered:
        assert _health(channel, name).status == HealthCheckResponse.SERVING
    with pytest.raises(grpc.RpcError) as caught:
        _health(channel, "nobody.v1.Offers")
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


def test_what_is_no_health_check_is_refused(channel: grpc.Channel) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/grpc.health.v1.Health/Check")(b"\x0a\xff", timeout=20)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.details() == "the message is no `HealthCheckRequest`: send one in protobuf's encoding"


def test_a_service_that_stops_answers_until_others_are_asked(tmp_path: Path) -> None:
    policies = write_policies(tmp_path / "policies")
    with running(policies, tmp_path / "state", "--grpc-address", "127.0.0.1:0") as service:
        answered: list[int] = []
        failures: list[grpc.RpcError] = []
        stopping = threading.Event()
        with channel_to(_port(service)) as channel:

            def ask_on() -> None:
                while not stopping.is_set():
                    try:
                        answered.append(_health(channel).status)
                    except grpc.RpcError as error:
                        failures.append(error)

            asking = threading.Thread(target=ask_on)
            asking.start()
            eventually(lambda: HealthCheckResponse.SERVING in answered)
            service.process.send_signal(signal.SIGTERM)
            eventually(lambda: HealthCheckResponse.NOT_SERVING in answered)
            stopping.set()
            asking.join()
        assert service.process.wait(20) == 0
        assert failures == []


def _port(service: Running) -> int:
    said = re.search(r"gRPC +127\.0\.0\.1:(\d+)", service.said)
    assert said is not None
    return int(said[1])
