"""The objects of one kind as a watch tells of them, and what is to be said of their holds. Pure.

Holds lead, since they know more than objects: whose they are, and that they are
open. A hold whose object is nowhere is told from one whose object is not there
yet by waiting, and from one whose object never came to be by what was watched.
"""

from collections.abc import Collection, Mapping
from typing import Final

from interlock.identity import HoldId
from interlock.units import Instant, Milliseconds
from interlock_webhooks.workloads.fate import AS_HELD, KEEP, RELEASE, Fate
from interlock_webhooks.workloads.sighting import Sighting

PATIENCE: Final = Milliseconds(5 * 60 * 1000)
"""How long an object may be missing: longer than it takes to be created, and others to say how it ended."""


class Census:
    """Objects by their uids: those that are there, and those that were seen to go."""

    def __init__(self) -> None:
        self._present: dict[str, Sighting] = {}
        self._gone: dict[str, Sighting] = {}
        self._listed: Instant | None = None
        self._heard: Instant | None = None
        self._open: frozenset[HoldId] | None = None
        self._missing: dict[HoldId, tuple[Instant, bool]] = {}

    def seen(self, uid: str, sighting: Sighting) -> bool:
        """Whether it is news that the object `uid` is there and says `sighting`."""
        before = self._present.get(uid)
        self._present[uid] = sighting
        return sighting != before

    def left(self, uid: str, sighting: Sighting) -> bool:
        """Whether it is news that the object `uid` is gone and says `sighting`."""
        before = self._present.pop(uid, None)
        self._gone[uid] = sighting
        return sighting != before

    def listed(self, present: dict[str, Sighting], now: Instant) -> list[Sighting]:
        """Those of `present`, which is all that is there, that are news; nobody watched before `now`."""
        before, self._present = self._present, present
        self._listed = self._heard = now
        self._open = None
        self._missing = {hold: (since, False) for hold, (since, _) in self._missing.items()}
        return [sighting for uid, sighting in present.items() if sighting != before.get(uid)]

    def heard(self, now: Instant) -> None:
        """Know that all that happened until about `now` was told."""
        self._heard = now

    def wanted(self, holds: Mapping[HoldId, str], now: Instant) -> dict[HoldId, Fate]:
        """What is to be said of each of `holds`, all that are open at `now`, by the uids of their objects."""
        known = {hold: self._present.get(uid) or self._gone.get(uid) for hold, uid in holds.items()}
        self._missing = {
            hold: self._missing.get(hold, (now, self._is_new(hold)))
            for hold, sighting in known.items()
            if sighting is None
        }
        if self._listed is not None and self._listed <= now:
            self._open = frozenset(holds)
        self._forget(holds.values())
        return {
            hold: self._missed(*self._missing[hold]) if sighting is None else sighting.fate
            for hold, sighting in known.items()
        }

    def _is_new(self, hold: HoldId) -> bool:
        """Whether `hold` was taken while all that happened was watched."""
        return self._open is not None and hold not in self._open

    def _missed(self, since: Instant, is_new: bool) -> Fate:  # noqa: FBT001 - it comes with `since`
        """What is to be said of a hold whose object has been missing since then.

        An object that was watched for from before its hold was taken, and never
        came, was not created: another webhook or a quota denied it. One that went
        while nobody watched may have run for as long as it was allowed to.
        """
        if self._heard is None or self._heard - since < PATIENCE:
            return KEEP
        return RELEASE if is_new else AS_HELD

    def _forget(self, uids: Collection[str]) -> None:
        """Drop what is gone and holds nothing any more."""
        still = set(uids)
        self._gone = {uid: sighting for uid, sighting in self._gone.items() if uid in still}
