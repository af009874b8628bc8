"""Which replicas live, by what is seen of their leases."""

from interlock.units import Milliseconds
from interlock_webhooks.controller.roll import Roll

LASTS = Milliseconds(100)


def test_a_replica_lives_for_as_long_as_its_lease_changes() -> None:
    roll = Roll(LASTS)
    for now, version in ((0, "1"), (90, "2"), (180, "3")):
        roll.seen({"a": version, "b": "1"}, Milliseconds(now))
    assert roll.live(Milliseconds(180)) == {"a"}
    assert roll.live(Milliseconds(279)) == {"a"}
    assert roll.live(Milliseconds(280)) == set()


def test_a_lease_that_is_new_to_who_looks_is_one_of_a_replica_that_may_live() -> None:
    roll = Roll(LASTS)
    roll.seen({"a": "1"}, Milliseconds(1_000_000))
    assert roll.live(Milliseconds(1_000_099)) == {"a"}


def test_a_lease_that_is_gone_is_forgotten() -> None:
    roll = Roll(LASTS)
    roll.seen({"a": "1"}, Milliseconds(0))
    roll.seen({}, Milliseconds(1))
    roll.seen({"a": "1"}, Milliseconds(150))
    assert roll.live(Milliseconds(200)) == {"a"}
