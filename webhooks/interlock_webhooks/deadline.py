"""By when a request must be answered, from the `timeout` in its query.

The API server sends `?timeout=10s` in the notation of Go's durations. Pure:
the clock's reading comes in as an argument.
"""

from typing import Final
from urllib.parse import parse_qsl

import re2

from interlock.errors import RequestError
from interlock_webhooks.text import quoted

DEFAULT_TIMEOUT: Final = 10_000_000_000
"""Nanoseconds for a request that states no timeout: the API server's default."""

MAX_TIMEOUT: Final = 30_000_000_000
"""Nanoseconds that a request gets at most: the API server's maximum for webhooks."""

MAX_DECISION: Final = 2_000_000_000
"""Nanoseconds of deciding, from when the body is there: a decision takes microseconds, and others wait."""

_MAX_MARGIN: Final = 500_000_000
_MAX_LENGTH: Final = 64
_MAX_PARAMETERS: Final = 16

# https://pkg.go.dev/time#ParseDuration, without a sign: no deadline lies in the past.
_DURATION: Final = re2.compile(r"^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$")
_PART: Final = re2.compile(r"(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)")
_NANOSECONDS: Final = {
    "ns": 1,
    # Go takes the micro sign and the Greek letter.
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}


def deadline(query: bytes, started: int) -> int:
    """The monotonic nanosecond by which the engine answers a request that arrived at `started`.

    A tenth of the timeout, half a second at most, is left for the way back.
    A `timeout` that is no positive duration, or stands there twice, is a `RequestError`.
    """
    return started + leaving_a_margin(_timeout(query) if query else DEFAULT_TIMEOUT)


def leaving_a_margin(timeout: int) -> int:
    """The nanoseconds of `timeout` in which to decide."""
    return timeout - min(timeout // 10, _MAX_MARGIN)


def _timeout(query: bytes) -> int:
    """The nanoseconds that `query` allows, within the maximum."""
    try:
        pairs = parse_qsl(query.decode(), keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
    except ValueError:
        raise RequestError("the query can't be read: send `?timeout=10s` or nothing") from None
    stated = [value for name, value in pairs if name == "timeout"]
    if not stated:
        return DEFAULT_TIMEOUT
    if len(stated) > 1:
        raise RequestError("`timeout` is given twice: send it once")
    return min(duration(stated[0]), MAX_TIMEOUT)


def duration(text: str) -> int:
    """The nanoseconds of a Go duration such as `1.5s` or `1m30s`, rounded down; more than zero."""
    if len(text) > _MAX_LENGTH or not _DURATION.search(text):
        raise RequestError(f"timeout is {quoted(text)}: send a duration such as `10s` or `500ms`")
    total = sum(_nanoseconds(*part.groups()) for part in _PART.finditer(text))
    if total <= 0:
        raise RequestError(f"timeout is {quoted(text)}: send one longer than zero")
    return total


def _nanoseconds(whole: str, fraction: str, unit: str) -> int:
    return int(f"{whole}{fraction}") * _NANOSECONDS[unit] // int(10 ** len(fraction))
