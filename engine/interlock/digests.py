"""Digests of JSON values: equal values have equal digests, however they were written."""

import hashlib

import msgspec

from interlock.identity import Digest

_encoder = msgspec.json.Encoder(order="deterministic")


def digest_of(value: object) -> Digest:
    """`sha256:` over the JSON text of `value` with sorted keys and no spaces.

    The value is JSON whose integers have 64 bits.
    """
    return Digest(f"sha256:{hashlib.sha256(_encoder.encode(value)).hexdigest()}")
