"""Protobuf bytes from outside to messages. Pure.

Which messages there are says a `*.proto` in each protocol's folder; the modules
named `*_pb2` are made from them (`make protos`).
"""

from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from interlock.errors import RequestError

Kind = TypeVar("Kind", bound=Message)


def decode(body: bytes, kind: type[Kind]) -> Kind:
    """The message of `kind` that `body` holds; fields that `kind` doesn't know are of no account.

    Anything but the encoding of one is a `RequestError`; so are strings that are no UTF-8,
    and messages nested more than a hundred deep.
    """
    try:
        return kind.FromString(body)
    except DecodeError:
        raise RequestError(
            f"the message is no `{kind.DESCRIPTOR.name}`: send one in protobuf's encoding"
        ) from None
