"""What is said of holds whose objects are there, gone or nowhere."""

import pytest

from interlock.identity import HoldId
from interlock.units import GpuMilliseconds, Instant
from interlock_webhooks.workloads.census import PATIENCE, Census
from interlock_webhooks.workloads.fate import AS_HELD, KEEP, RELEASE, Fate, Settle
from interlock_webhooks.workloads.sighting import Sighting

HOLD = HoldId("hold")
ALIVE = Sighting(KEEP)
DONE = Sighting(Settle(GpuMilliseconds(5)), HOLD)


def said(census: Census, now: int, hold: str = HOLD) -> Fate:
    """What is said of the one hold that is open."""
    (fate,) = census.wanted({HoldId(hold): "uid"}, Instant(now)).values()
    return fate


@pytest.fixture
def watching() -> Census:
    """A census that has listed nothing at 0 and has seen at 1 that nothing is held."""
    census = Census()
    assert census.listed({}, Instant(0)) == []
    assert census.wanted({}, Instant(1)) == {}
    return census


def test_what_changes_is_news_once() -> None:
    census = Census()
    assert census.seen("uid", ALIVE)
    assert not census.seen("uid", ALIVE)
    assert census.seen("uid", DONE)
    assert not census.left("uid", DONE)
    assert census.left("uid", ALIVE)


def test_a_list_tells_what_is_news() -> None:
    census = Census()
    census.seen("old", DONE)
    assert census.listed({"old": DONE, "new": ALIVE}, Instant(0)) == [ALIVE]


def test_an_object_that_is_there_or_was_seen_to_go_says_it_itself(watching: Census) -> None:
    watching.seen("uid", ALIVE)
    assert said(watching, 2) == KEEP
    watching.left("uid", DONE)
    assert said(watching, 3) == DONE.fate


def test_what_is_gone_is_forgotten_once_it_holds_nothing(watching: Census) -> None:
    watching.left("uid", DONE)
    watching.wanted({}, Instant(2))
    assert said(watching, 3) == KEEP


def test_nothing_is_missing_before_there_is_a_list() -> None:
    census = Census()
    assert said(census, 0) == said(census, 10 * PATIENCE) == KEEP


def test_an_object_that_never_came_was_not_created(watching: Census) -> None:
    assert said(watching, 10) == KEEP
    watching.heard(Instant(9 + PATIENCE))
    assert said(watching, 10 + PATIENCE) == KEEP
    watching.heard(Instant(10 + PATIENCE))
    assert said(watching, 10 + PATIENCE) == RELEASE


def test_an_object_that_comes_late_is_there(watching: Census) -> None:
    said(watching, 10)
    watching.seen("uid", ALIVE)
    watching.heard(Instant(10 + PATIENCE))
    assert said(watching, 10 + PATIENCE) == KEEP


def test_an_object_whose_hold_was_there_before_the_watch_may_have_run() -> None:
    census = Census()
    census.listed({}, Instant(0))
    said(census, 1)
    census.heard(Instant(1 + PATIENCE))
    assert said(census, 1 + PATIENCE) == AS_HELD


def test_an_object_that_went_while_nobody_watched_may_have_run(watching: Census) -> None:
    watching.seen("uid", ALIVE)
    said(watching, 2)
    watching.listed({}, Instant(3))
    assert said(watching, 4) == KEEP
    watching.heard(Instant(4 + PATIENCE))
    assert said(watching, 4 + PATIENCE) == AS_HELD


def test_a_new_list_ends_what_was_known_of_the_missing(watching: Census) -> None:
    said(watching, 10)
    watching.listed({}, Instant(11))
    watching.heard(Instant(10 + PATIENCE))
    assert said(watching, 10 + PATIENCE) == AS_HELD


def test_a_hold_taken_between_a_look_and_a_list_may_have_had_an_object(watching: Census) -> None:
    """The look began before the list, so what was created in between may be gone in both."""
    watching.listed({}, Instant(20))
    watching.wanted({}, Instant(19))
    said(watching, 21)
    watching.heard(Instant(21 + PATIENCE))
    assert said(watching, 21 + PATIENCE) == AS_HELD
