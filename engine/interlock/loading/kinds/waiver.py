"""The document kind Waiver: a governed exception."""

from datetime import datetime
from typing import Annotated, Literal

import re2
from pydantic import Field, PlainValidator, WithJsonSchema

from interlock.instants import instant_of
from interlock.loading.kinds.common import (
    AtLeastOne,
    DigestText,
    Envelope,
    Metadata,
    Name,
    Shape,
    Text,
    broken_rule,
)
from interlock.units import Instant

# RFC 3339, section 5.6.
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
_OFFSET = r"(?:[Zz]|[-+][0-9]{2}:[0-9]{2})"
_is_time = re2.compile(f"{_DATE}[Tt ]{_TIME}{_OFFSET}").fullmatch


def _instant(value: object) -> Instant:
    """The instant that `value` names."""
    wrong = broken_rule("must be a time with its offset from UTC, such as `2026-07-01T00:00:00Z`")
    if not isinstance(value, str) or not _is_time(value):
        raise wrong
    try:
        time = datetime.fromisoformat(value.upper())
    except ValueError:
        # The calendar has no such day or hour.
        raise wrong from None
    return instant_of(time)


InstantText = Annotated[
    int,
    PlainValidator(_instant),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "pattern": f"^{_DATE}[Tt ]{_TIME}{_OFFSET}$",
            "maxLength": 35,
        }
    ),
]


class WaivedShape(Shape):
    """One exact rule."""

    policy: Name
    """The policy's name."""

    rule: Name
    """The rule's name."""

    digest: DigestText
    """The rule's digest when the waiver was approved; a changed rule is not waived."""


class WaiverSpec(Shape):
    """What is lifted, for whom, why and until when."""

    layer: Name
    """The authority that issues the waiver: it reaches rules of its own layer and of those below."""

    rules: AtLeastOne[WaivedShape]
    """The rules whose violations are lifted."""

    scope: Text
    """A CEL condition on the Intent: only where it is true does the waiver apply."""

    owner: Text
    """Who benefits and answers for it."""

    approver: Text
    """Who approved it: somebody other than the owner."""

    reason: Text
    """Why the exception is needed."""

    starts: InstantText
    """From when on the waiver applies: a time with its offset from UTC."""

    expires: InstantText
    """Until just before when it applies: a time with its offset from UTC."""

    max_uses: Annotated[int, Field(ge=1, le=10**9)] | None = None
    """How many allowed requests may rest on it. Default: nobody counts them."""


class WaiverDocument(Envelope[Metadata]):
    """A governed exception from exact rules."""

    kind: Literal["Waiver"]
    """The kind of document."""

    spec: WaiverSpec
    """What is lifted, for whom, why and until when."""
