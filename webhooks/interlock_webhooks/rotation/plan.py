"""What has to be done next about certificates that many replicas present and many API servers check. Pure.

An authority is replaced in steps, each one write of one Secret, by whoever
leads at the time:

    Secret            one authority, its leaf
    ADD_AUTHORITY     + a new authority; the leaf is still by the old one
    MARK_PUBLISHED    all configurations trust both, since now
    ISSUE             after a wait: a leaf by the new authority
    DROP_OLD          when the last leaf by the old one has ended: the new authority alone

The law: every leaf that anybody presents and that has not ended is by an
authority that every API server trusts. It rests on two bounds: an API server
knows within `PROPAGATION` what its configurations say, and no clock is off by more
than `SKEW`. How late a replica learns of a new leaf does not matter.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from interlock_webhooks.certificates import LEAF_LIFETIME, RENEW_BEFORE

PROPAGATION: Final = timedelta(minutes=5)
"""From the write of a configuration until every API server goes by it, at the very most."""

SKEW: Final = timedelta(minutes=5)
"""How far a clock can be off."""

PUBLISHED_FOR: Final = PROPAGATION + 2 * SKEW
"""How long an authority is trusted before something that it signed is presented."""

REPLACE_BEFORE: Final = 2 * LEAF_LIFETIME
"""How long before its end an authority is replaced: what it signs till then ends before it does."""


class Step(StrEnum):
    """What whoever leads does."""

    BEGIN = "begin"
    """Make an authority and a leaf: there is none that is usable, and so nothing to lose."""

    ADD_AUTHORITY = "add authority"
    """Make a new authority beside the old one, which signs one more leaf to last until that is trusted."""

    MARK_PUBLISHED = "mark published"
    """Note that all configurations trust the newest authority."""

    UNMARK = "unmark"
    """Note that some configuration does not trust it any more: somebody else wrote it."""

    ISSUE = "issue"
    """Make a leaf by the newest authority."""

    DROP_OLD = "drop old"
    """Trust the newest authority alone."""

    WAIT = "wait"
    """Nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the Secret and the configurations say.

    `leaf_is_newest` is whether the newest authority signed the leaf. `published` is
    since when all configurations are known to trust that authority. `is_trusted` is
    whether all do now. `old_until` is when the last leaf by an older one ends that is
    still trusted; None where only the newest is.
    """

    authority_ends: datetime
    leaf_ends: datetime
    leaf_is_newest: bool
    has_names: bool
    is_trusted: bool
    published: datetime | None
    old_until: datetime | None


def next_step(facts: Facts | None, now: datetime) -> Step:
    """What is to be done where the Secret and the configurations are as `facts` says, None without a Secret."""
    if facts is None:
        return Step.BEGIN
    if not facts.leaf_is_newest:
        return _succession(facts, now)
    if facts.old_until is not None and now > facts.old_until + SKEW:
        return Step.DROP_OLD
    if facts.old_until is None and now > facts.authority_ends - REPLACE_BEFORE:
        return Step.ADD_AUTHORITY
    if not facts.has_names or now > facts.leaf_ends - RENEW_BEFORE:
        return Step.ISSUE
    return Step.WAIT


def _succession(facts: Facts, now: datetime) -> Step:
    """The step on the way from the authority that signed the leaf to the newest."""
    if not facts.is_trusted:
        return Step.WAIT if facts.published is None else Step.UNMARK
    if facts.published is None:
        return Step.MARK_PUBLISHED
    return Step.ISSUE if now > facts.published + PUBLISHED_FOR else Step.WAIT
