"""`envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs`: what its messages say of holds. Pure."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from interlock.checks.ending import Ending
from interlock.checks.holds import HoldText
from interlock.errors import RequestError
from interlock_webhooks import protobuf
from interlock_webhooks.envoy.accesslog.entry import Entry
from interlock_webhooks.envoy.accesslog.usage import usage_of
from interlock_webhooks.envoy.messages.accesslog_pb2 import (
    HttpAccessLogEntry,
    StreamAccessLogsMessage,
    StreamAccessLogsResponse,
)
from interlock_webhooks.envoy.names import AI_GATEWAY, AUTHORIZATION, HOLD_HEADER, OURS
from interlock_webhooks.structs import plain

_FAILED: Final = 400
_BY_UPSTREAM: Final = frozenset({"", "via_upstream"})
"""Who answered (`response_code_details`); older proxies don't say."""


def decode_entries(message: bytes) -> Iterator[Entry | RequestError | None]:
    """What each entry says of a hold: None where it is about none, and its error where it can't be read.

    Raises:
        RequestError: it is no message of an access log.
    """
    for entry in protobuf.decode(message, StreamAccessLogsMessage).http_logs.log_entry:
        try:
            found = _entry(entry)
        except RequestError as error:
            yield error
        else:
            yield found


def encode_end() -> bytes:
    """What a log that has ended is answered with."""
    return StreamAccessLogsResponse().SerializeToString()


def _entry(entry: HttpAccessLogEntry) -> Entry | None:
    common = entry.common_properties
    structs = common.metadata.filter_metadata
    metadata = {name: plain(structs[name]) for name in (AUTHORIZATION, OURS, AI_GATEWAY) if name in structs}
    hold = _hold(metadata.get(AUTHORIZATION, {}))
    if hold is None or common.intermediate_log_entry:
        return None
    told = usage_of(metadata)
    if told is None:
        return Entry(hold=hold, ending=_ending(entry))
    return Entry(hold=hold, ending=Ending.USED, used=told.used, model=told.model, provider=told.provider)


def _hold(said: dict[str, Any]) -> str | None:
    """The hold that was taken for the request."""
    ours = said.get(OURS)
    hold = ours.get("hold") if isinstance(ours, dict) else said.get(HOLD_HEADER)
    if hold is None:
        return None
    try:
        return msgspec.convert(hold, HoldText)
    except msgspec.ValidationError as error:
        raise RequestError(f"the metadata's hold: {error}") from None


def _ending(entry: HttpAccessLogEntry) -> Ending:
    """What becomes of a hold of which nobody says what was used.

    What never went to the upstream, or what that refused or failed at, used
    nothing. Of all else nobody knows, as where its answer never came, or where
    the proxy put another one in its place.
    """
    common = entry.common_properties
    if not common.HasField("time_to_first_upstream_tx_byte"):
        return Ending.NOTHING
    is_theirs = entry.response.response_code_details in _BY_UPSTREAM
    has_answered = is_theirs and common.HasField("time_to_first_upstream_rx_byte")
    failed = has_answered and entry.response.response_code.value >= _FAILED
    return Ending.NOTHING if failed else Ending.HELD
