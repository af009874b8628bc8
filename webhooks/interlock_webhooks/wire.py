"""JSON bytes from outside to plain data, strictly, and plain data to JSON bytes.

Whatever the bytes are, the outcome is data or a `RequestError`. Knows nothing
of what the data means; the extractors, which do, bound its depth and size.
"""

from typing import Any, Final, TypeVar

import msgspec

from interlock.errors import RequestError
from interlock_webhooks.text import lowered

Shape = TypeVar("Shape")

_PATH_MARK: Final = " - at `"


def decode(body: bytes, shape: msgspec.json.Decoder[Shape]) -> Shape:
    """The value of `shape` that `body` holds.

    Anything but RFC 8259 JSON in UTF-8 is a `RequestError`, so are lone
    surrogates and numbers that are no numbers. Of a repeated key the last value
    counts; keys that `shape` doesn't know are dropped.
    """
    try:
        return shape.decode(body)
    except msgspec.ValidationError as error:
        raise _wrong_shape(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RequestError(f"the body is not JSON: {lowered(str(error))}") from None
    except RecursionError:
        raise RequestError("the body is nested too deeply: send it flatter") from None


def encode(value: Any) -> bytes:  # noqa: ANN401 - raw JSON
    """`value`, plain JSON data, as UTF-8 bytes."""
    return msgspec.json.encode(value)


def _wrong_shape(error: msgspec.ValidationError) -> RequestError:
    """What msgspec found, with the path first, as our messages have it."""
    message, _, rest = str(error).partition(_PATH_MARK)
    path = rest.removesuffix("`") or "$"
    return RequestError(f"`{path.removeprefix('$.')}`: {lowered(message)}", path=path)
