"""What Envoy's access log says of requests, and what it makes of accounts."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.struct_pb2 import Struct

from interlock_webhooks.clients.client import LOCAL
from interlock_webhooks.envoy.accesslog.handlers import GRPC, AccessLogHandlers
from interlock_webhooks.envoy.messages.accesslog_pb2 import (
    HttpAccessLogEntries,
    HttpAccessLogEntry,
    StreamAccessLogsMessage,
)
from interlock_webhooks.exchange import Request
from interlock_webhooks.service import Service


def entry(  # noqa: PLR0913 - what an entry says
    metadata: Mapping[str, Mapping[str, Any]],
    *,
    status: int = 200,
    is_sent: bool = True,
    is_answered: bool = True,
    details: str = "via_upstream",
    is_over: bool = True,
) -> HttpAccessLogEntry:
    """That a request ended with `status`, why, and what filters know of it."""
    made = HttpAccessLogEntry()
    common = made.common_properties
    for name, data in metadata.items():
        struct = Struct()
        struct.update(dict(data))
        common.metadata.filter_metadata[name].CopyFrom(struct)
    if is_sent:
        common.time_to_first_upstream_tx_byte.CopyFrom(Duration(nanos=1))
    if is_answered:
        common.time_to_first_upstream_rx_byte.CopyFrom(Duration(nanos=2))
    common.intermediate_log_entry = not is_over
    made.response.response_code.value = status
    made.response.response_code_details = details
    return made


def message(*entries: HttpAccessLogEntry) -> bytes:
    """The message with `entries`."""
    return StreamAccessLogsMessage(http_logs=HttpAccessLogEntries(log_entry=entries)).SerializeToString()


def logged_to(service: Service, *messages: bytes) -> None:
    """Have `service` read a log of `messages`."""
    asyncio.run(read_by(service, *messages))


async def read_by(service: Service, *messages: bytes) -> None:
    """As `logged_to`, inside a running event loop."""

    async def each() -> AsyncIterator[bytes]:
        for one in messages:
            yield one

    request = Request(body=b"", until=0, client=LOCAL, method="POST", path=GRPC, query=b"", headers=())
    assert (await AccessLogHandlers(service).stream(request, each())).payload == b""
