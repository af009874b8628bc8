"""What we allow of HTTP/2, as the h2 library is told it."""

from typing import Final

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.settings import SettingCodes, Settings
from hyperframe.frame import GoAwayFrame

MAX_STREAMS: Final = 128
"""Calls of one connection at once."""

MAX_HEADERS: Final = 16 * 1024
"""Bytes of a call's header fields, unpacked, with 32 more for each (RFC 9113, section 6.5.2)."""

WINDOW: Final = 64 * 1024
"""Bytes of one call that may come before somebody takes them."""

_CONNECTION_WINDOW: Final = 4 * 1024 * 1024
_HIGHEST_STREAM: Final = 2**31 - 1

# What we send ourselves is as it should be.
_CONFIGURATION: Final = H2Configuration(
    client_side=False, header_encoding=None, validate_outbound_headers=False, normalize_outbound_headers=False
)


def new_connection() -> H2Connection:
    """The server's side of a connection, with what it allows ready to be sent."""
    http = H2Connection(_CONFIGURATION)
    http.local_settings = Settings(
        client=False,
        initial_values={
            SettingCodes.MAX_CONCURRENT_STREAMS: MAX_STREAMS,
            SettingCodes.MAX_HEADER_LIST_SIZE: MAX_HEADERS,
            SettingCodes.INITIAL_WINDOW_SIZE: WINDOW,
        },
    )
    # From the first header on, not only from when the settings are acknowledged.
    http.decoder.max_header_list_size = MAX_HEADERS
    http.initiate_connection()
    http.increment_flow_control_window(_CONNECTION_WINDOW)
    return http


def last_call() -> bytes:
    """A GOAWAY that all calls may outlive which were sent before it came (RFC 9113, section 6.8).

    h2 would take one of its own for the end.
    """
    return GoAwayFrame(0, last_stream_id=_HIGHEST_STREAM).serialize()
