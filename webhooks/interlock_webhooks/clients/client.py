"""Whoever talks to the service, which is mostly a gateway. Of whom it speaks is the Caller. Pure."""

from typing import Final

from msgspec import Struct


class Client(Struct, frozen=True):
    """One that is known by `name`."""

    name: str


LOCAL: Final = Client("local")
"""Whoever reaches a listener on loopback."""
