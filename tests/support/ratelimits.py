"""What proxies ask rate limit services, and what they are told."""

from collections.abc import Mapping

from google.protobuf.wrappers_pb2 import UInt64Value

from interlock_webhooks.envoy.messages.ratelimit_pb2 import (
    RateLimitDescriptor,
    RateLimitRequest,
    RateLimitResponse,
)
from interlock_webhooks.envoy.ratelimit.handlers import (
    CHECK_RATE_LIMIT,
    REPORT,
    SHOULD_RATE_LIMIT,
    RateLimitHandlers,
)
from interlock_webhooks.service import Service
from support.envoy import asked

OK = RateLimitResponse.OK
OVER_LIMIT = RateLimitResponse.OVER_LIMIT


def descriptor(entries: Mapping[str, str], hits: int | None = None) -> RateLimitDescriptor:
    """A descriptor, with a number of hits of its own or without."""
    return RateLimitDescriptor(
        entries=[RateLimitDescriptor.Entry(key=key, value=value) for key, value in entries.items()],
        hits_addend=None if hits is None else UInt64Value(value=hits),
    )


def message(*descriptors: RateLimitDescriptor, hits: int = 0, domain: str = "gateway") -> bytes:
    """A request about `descriptors`."""
    return RateLimitRequest(domain=domain, descriptors=descriptors, hits_addend=hits).SerializeToString()


def should(service: Service, *descriptors: RateLimitDescriptor, hits: int = 0) -> RateLimitResponse:
    """What Envoy is told."""
    handler = RateLimitHandlers(service).should_rate_limit
    return told(asked(handler, message(*descriptors, hits=hits), SHOULD_RATE_LIMIT))


def looked(service: Service, *descriptors: RateLimitDescriptor, hits: int = 0) -> RateLimitResponse:
    """What Kuadrant is told before."""
    handler = RateLimitHandlers(service).check_rate_limit
    return told(asked(handler, message(*descriptors, hits=hits), CHECK_RATE_LIMIT))


def reported(service: Service, *descriptors: RateLimitDescriptor, hits: int = 0) -> RateLimitResponse:
    """What Kuadrant is told after."""
    handler = RateLimitHandlers(service).report
    return told(asked(handler, message(*descriptors, hits=hits), REPORT))


def told(response: bytes) -> RateLimitResponse:
    """The response in `response`."""
    return RateLimitResponse.FromString(response)
