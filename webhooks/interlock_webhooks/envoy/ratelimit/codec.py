"""The messages of rate limit services: descriptors, and how their accounts stand. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from google.protobuf.duration_pb2 import Duration
from msgspec import Struct

from interlock.errors import RequestError
from interlock_webhooks import protobuf
from interlock_webhooks.envoy.messages.core_pb2 import HeaderValue
from interlock_webhooks.envoy.messages.ratelimit_pb2 import (
    RateLimitDescriptor,
    RateLimitRequest,
    RateLimitResponse,
)
from interlock_webhooks.envoy.outcome import Outcome
from interlock_webhooks.envoy.ratelimit.descriptor import Descriptor
from interlock_webhooks.envoy.ratelimit.hits import Unit
from interlock_webhooks.text import quoted

_MOST: Final = 100
_MAX_UINT32: Final = 2**32 - 1
_MAX_HITS: Final = 2**50
_STATUS: Final = RateLimitResponse.DescriptorStatus


class Counted(Struct, frozen=True):
    """The record of the decision on one descriptor, and what its hits are counted in."""

    recorded: Mapping[str, Any]
    unit: Unit


def decode_descriptors(message: bytes, usual: Unit) -> list[Descriptor]:
    """The descriptors that are asked about; their hits are of the `usual` unit where they don't say.

    Raises:
        RequestError: it is no request that can be counted.
    """
    request = protobuf.decode(message, RateLimitRequest)
    if not request.domain:
        raise RequestError("the request has no `domain`: configure one")
    if not 1 <= len(request.descriptors) <= _MOST:
        raise RequestError(f"the request has {len(request.descriptors)} descriptors: send 1 to {_MOST}")
    return [_descriptor(each, request, usual) for each in request.descriptors]


def encode(counted: Sequence[Counted], outcome: Outcome) -> bytes:
    """The response that says how all stand, and has `outcome` done."""
    response = RateLimitResponse(
        overall_code=RateLimitResponse.OK if outcome.passes else RateLimitResponse.OVER_LIMIT,
        statuses=[_status(each) for each in counted],
    )
    if not outcome.passes:
        headers = {"content-type": "application/json", **outcome.headers}
        response.response_headers_to_add.extend(
            HeaderValue(key=name, value=value) for name, value in headers.items()
        )
        response.raw_body = outcome.body
    return response.SerializeToString()


def _descriptor(given: RateLimitDescriptor, request: RateLimitRequest, usual: Unit) -> Descriptor:
    entries: dict[str, str] = {}
    for entry in given.entries:
        if entry.key in entries:
            raise RequestError(
                f"the descriptor has {quoted(entry.key)} twice: give each entry a key of its own"
            )
        entries[entry.key] = entry.value
    # Without a number of its own each is one hit, or as many as the request says if it says more.
    count = given.hits_addend.value if given.HasField("hits_addend") else max(request.hits_addend, 1)
    if count > _MAX_HITS:
        raise RequestError(f"the descriptor has {count} hits: send {_MAX_HITS} at most")
    return Descriptor(domain=request.domain, entries=entries, count=count, usual=usual)


def _status(counted: Counted) -> RateLimitResponse.DescriptorStatus:
    recorded = counted.recorded
    passes = recorded["decision"] == "allow"
    status = _STATUS(code=RateLimitResponse.OK if passes else RateLimitResponse.OVER_LIMIT)
    tightest = min(_charges(recorded, counted.unit), key=lambda charge: charge["left"], default=None)
    if tightest is None:
        return status
    left = tightest["left"] - (tightest["amount"] if passes else 0)
    status.limit_remaining = min(max(left, 0), _MAX_UINT32)
    limit = min(tightest["limit"], _MAX_UINT32)
    status.current_limit.CopyFrom(RateLimitResponse.RateLimit(requests_per_unit=limit, name=tightest["budget"]))
    if "ends" in tightest:
        until = datetime.fromisoformat(tightest["ends"]) - datetime.fromisoformat(recorded["time"])
        status.duration_until_reset.CopyFrom(_duration(until))
    return status


def _charges(recorded: Mapping[str, Any], unit: Unit) -> Iterable[Mapping[str, Any]]:
    return [charge for charge in recorded.get("budgets", []) if charge["unit"] == unit]


def _duration(length: timedelta) -> Duration:
    duration = Duration()
    duration.FromTimedelta(length)
    return duration
