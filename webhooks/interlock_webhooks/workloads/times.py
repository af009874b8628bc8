"""Instants in objects of Kubernetes. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from interlock.instants import instant_of
from interlock.intents.fields import refuse, text
from interlock.intents.paths import member
from interlock.units import Instant


def instant(parent: Mapping[str, Any], key: str, path: str) -> Instant | None:
    """The instant under `key`, or None where it is absent. Raises RequestError where it is none."""
    written = text(parent, key, path)
    if written is None:
        return None
    try:
        time = datetime.fromisoformat(written)
    except ValueError:
        time = datetime.min  # noqa: DTZ901 - it has no offset, which is refused below
    if time.tzinfo is None:
        refuse(member(path, key), "a time with its offset, such as `2026-01-01T00:00:00Z`")
    return instant_of(time)
