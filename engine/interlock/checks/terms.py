"""On what terms a check is made: how long it holds, if at all, and whether it was made before. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from interlock.checks.lasting import lasting
from interlock.digests import digest_of
from interlock.engine.group import HOLD_TIME
from interlock.engine.repetition import Once
from interlock.errors import RequestError
from interlock.units import Milliseconds

_KEY: Final = "idempotencyKey"
_LONGEST_KEY: Final = 255


class Terms(Struct, frozen=True, kw_only=True):
    """The terms of one check."""

    lasts: Milliseconds
    once: Once | None
    is_dry_run: bool


def terms_of(check: Mapping[str, Any]) -> Terms:
    """The terms that `check` states. Raises RequestError."""
    is_dry_run = flag(check, "dryRun")
    stated = check.get("holdFor")
    return Terms(
        lasts=HOLD_TIME if stated is None else lasting(stated, "holdFor"),
        once=None if is_dry_run else once_of(check, "check"),
        is_dry_run=is_dry_run,
    )


def once_of(request: Mapping[str, Any], endpoint: str) -> Once | None:
    """What tells `request` to `endpoint` made again, or None where it has no key. Raises RequestError."""
    key = request.get(_KEY)
    if key is None:
        return None
    if not isinstance(key, str) or not 1 <= len(key) <= _LONGEST_KEY:
        raise RequestError(f"`{_KEY}`: send a text of 1 to {_LONGEST_KEY} characters", path=f"$.{_KEY}")
    body = {name: value for name, value in request.items() if name != _KEY}
    return Once(digest_of([endpoint, key]), digest_of(body))


def flag(request: Mapping[str, Any], name: str) -> bool:
    """Whether `request` says that `name` is true. Raises RequestError."""
    value = request.get(name)
    if value is not None and not isinstance(value, bool):
        raise RequestError(f"`{name}`: must be true or false", path=f"$.{name}")
    return value is True
