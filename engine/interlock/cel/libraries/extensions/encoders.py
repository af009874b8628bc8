"""Base64, as RFC 4648 has it; padding may be left out, line breaks are passed over."""

from base64 import b64decode, b64encode
from typing import Final

import re2

from interlock.cel.libraries.limits import bounded
from interlock.cel.libraries.overloads import Library
from interlock.cel.libraries.signatures import function
from interlock.cel.types import BYTES, STRING
from interlock.cel.values import EvaluationError

_BASE64 = re2.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?")


def encode(value: bytes) -> str:
    """`value` in base64."""
    bounded((len(value) + 2) // 3 * 4)
    return b64encode(value).decode()


def decode(text: str) -> bytes:
    """What base64 `text` encodes.

    Raises:
        EvaluationError: it is no base64.
    """
    digits = text.replace("\r", "").replace("\n", "")
    if _BASE64.fullmatch(digits) is None:
        raise EvaluationError("the text is no base64")
    return b64decode(digits.rstrip("=") + "=" * (-len(digits.rstrip("=")) % 4))


VERSIONS: Final = (
    Library(
        name="encoders",
        extension=("encoders", 0),
        overloads=(
            function("base64_encode_bytes", "base64.encode", (BYTES,), STRING, encode),
            function("base64_decode_string", "base64.decode", (STRING,), BYTES, decode),
        ),
    ),
)
