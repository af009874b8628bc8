"""How long a call may take, from its `grpc-timeout`. Pure."""

from typing import Final

from interlock.errors import RequestError
from interlock_webhooks.text import quoted

_MAX_DIGITS: Final = 8
_NANOSECONDS: Final = {
    b"n": 1,
    b"u": 1_000,
    b"m": 1_000_000,
    b"S": 1_000_000_000,
    b"M": 60_000_000_000,
    b"H": 3_600_000_000_000,
}


def nanoseconds(written: bytes) -> int:
    """The nanoseconds of a Timeout such as `100m`: at most eight digits and a unit.

    "gRPC over HTTP/2", Requests, Timeout.
    """
    digits, unit = written[:-1], _NANOSECONDS.get(written[-1:])
    if unit is None or not digits.isdigit() or len(digits) > _MAX_DIGITS:
        raise RequestError(
            f"`grpc-timeout` is {quoted(written.decode('latin-1'))}: send at most eight digits and a unit, "
            "such as `100m` for 100 milliseconds"
        )
    return int(digits) * unit
