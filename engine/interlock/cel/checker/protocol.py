"""What is said to the process that has Google's checker, and what it says.

Plain data in frames of four bytes of length and so many of msgpack. Neither
side believes the other more than that: what can't be read ends the talk.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import msgspec

from interlock.cel.types import CelType

LARGEST_ACCEPTED: Final = 1 << 20
"""The most bytes of a checked expression.

About 50,000 characters of ordinary text give so many, and types that double with each macro a dozen macros.
"""

_LARGEST: Final = 64 << 20
_HEADER: Final = 4
_CHUNK: Final = 1 << 16


class Signature(msgspec.Struct, frozen=True, array_like=True):
    """An overload as the checker has to know it."""

    id: str
    function: str
    parameters: tuple[CelType, ...]
    result: CelType
    is_member: bool


class Vocabulary(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Everything that expressions can mention besides variables, and the digest that it goes by.

    `configuration` is the checker's environment file, `merged` what is added to
    the extensions in it, and `files` describe messages, each after those that it needs.
    """

    digest: bytes
    configuration: str
    merged: tuple[Signature, ...]
    files: tuple[bytes, ...]


class Question(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """A text to check; `variables` are those of a `dict[str, CelType]`."""

    vocabulary: bytes
    variables: msgspec.Raw
    container: str
    text: str


class Complaint(msgspec.Struct, frozen=True, array_like=True):
    """An error in a text as the checker words it, and its place."""

    line: int
    column: int
    message: str


class Accepted(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """The text is an expression: a serialized `google.protobuf.Any` that holds a CheckedExpr."""

    wire: bytes


class Refused(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """The text is no expression, for at least one reason."""

    complaints: tuple[Complaint, ...]


class Exhausted(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Checking takes more time or memory than one expression gets."""


class Learned(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """The vocabulary can be asked questions in."""


class Unknown(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """The vocabulary of the question has to be told first."""


class Unusable(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """The checker can't use the vocabulary or the variables, whatever the text."""

    reason: str


Request: TypeAlias = Vocabulary | Question
Verdict: TypeAlias = Accepted | Refused | Exhausted
Answer: TypeAlias = Verdict | Learned | Unknown | Unusable


def framed(message: bytes) -> bytes:
    """`message` with its length before it."""
    return len(message).to_bytes(_HEADER) + message


def unframed(read: Callable[[int], bytes]) -> bytes:
    """The next message of what `read` gives, so many bytes at a time.

    Raises:
        EOFError: there is no whole one.
    """
    size = int.from_bytes(_exactly(read, _HEADER))
    if size > _LARGEST:
        raise EOFError
    return _exactly(read, size)


def _exactly(read: Callable[[int], bytes], size: int) -> bytes:
    found = bytearray()
    while len(found) < size:
        part = read(min(size - len(found), _CHUNK))
        if not part:
            raise EOFError
        found += part
    return bytes(found)
