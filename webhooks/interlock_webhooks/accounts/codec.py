"""Bodies about holds to plain data, and what became of them to bodies. Pure."""

from typing import Final

import msgspec
from msgspec import Struct

from interlock.checks.holds import HoldAnswer, HoldText, Settlement
from interlock_webhooks import wire


class Release(Struct, forbid_unknown_fields=True):
    """The hold that a decision named: nothing of it was used."""

    hold: HoldText


class Extension(Struct, forbid_unknown_fields=True, rename="camel"):
    """The hold that a decision named, and how long it is to last from now on, such as `10m`."""

    hold: HoldText
    hold_for: str


_SETTLEMENT: Final = msgspec.json.Decoder(Settlement)
_RELEASE: Final = msgspec.json.Decoder(Release)
_EXTENSION: Final = msgspec.json.Decoder(Extension)


def decode_settlement(body: bytes) -> Settlement:
    """The settlement in `body`."""
    return wire.decode(body, _SETTLEMENT)


def decode_release(body: bytes) -> Release:
    """The release in `body`."""
    return wire.decode(body, _RELEASE)


def decode_extension(body: bytes) -> Extension:
    """The extension in `body`."""
    return wire.decode(body, _EXTENSION)


def encode(answer: HoldAnswer) -> bytes:
    """The body that says what a hold is now."""
    return wire.encode(answer)
