"""One spelling for a model value, so that equal policy sets have equal digests.

Where a value stands in a file and what is only derived from the rest are left
out; everything else is in.
"""

import hashlib
import json
from dataclasses import fields, is_dataclass
from typing import Any

from interlock.identity import Digest
from interlock.spans import SourceText, Span


def digest_of(value: Any) -> Digest:  # noqa: ANN401  # any value of the model
    """SHA-256 over the canonical JSON of `value`, whatever file it came from."""
    text = json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Digest(f"sha256:{hashlib.sha256(text.encode()).hexdigest()}")


def _plain(value: Any) -> Any:  # noqa: ANN401  # any value of the model
    match value:
        case SourceText():
            return value.text
        case frozenset():
            return sorted(map(str, value))
        case tuple() | list():
            return [_plain(each) for each in value]
        case dict():
            return {str(key): _plain(each) for key, each in value.items()}
        case _ if is_dataclass(value):
            return {
                field.name: _plain(part)
                for field in fields(value)
                if field.compare and not isinstance(part := getattr(value, field.name), Span)
            }
        case _:
            return value
