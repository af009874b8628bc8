"""Health checks as protobuf has them. Pure."""

from typing import Final

from interlock_webhooks import protobuf
from interlock_webhooks.health.health_pb2 import HealthCheckRequest, HealthCheckResponse

PATH: Final = "/grpc.health.v1.Health/Check"


def decode_service(body: bytes) -> str:
    """The full name of the service that is asked about; empty for all together."""
    return protobuf.decode(body, HealthCheckRequest).service


def encode_health(*, is_serving: bool) -> bytes:
    """Whether calls are taken."""
    status = HealthCheckResponse.SERVING if is_serving else HealthCheckResponse.NOT_SERVING
    return HealthCheckResponse(status=status).SerializeToString()
